"""`python -m mien`: the command line."""

from __future__ import annotations

import sys

from mien.app.cli import main

if __name__ == "__main__":
    sys.exit(main())
