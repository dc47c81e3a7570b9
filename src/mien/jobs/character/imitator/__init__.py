"""The imitator: a network that draws what an engine draws from its parameters.

After Face-to-Parameter (Shi et al. 2019): an engine has no gradient, its imitator has one, and
a photo can be fitted by following it.
"""
