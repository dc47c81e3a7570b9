# Every target is a task of dev.py, which needs nothing but Python and pip.
PYTHON ?= python3
TASKS := demo test test-all check docs models studio setup

export PHOTO TORCH_INDEX

.PHONY: help $(TASKS)
help:
	@$(PYTHON) dev.py --help

$(TASKS):
	@$(PYTHON) dev.py $@
