"""The translator of any engine: from what is measured in a picture to the engine's parameters.

Learnt from a set of `mien character collect`: pictures whose parameters are known. One look gives
an estimate, and for every parameter how far it can be told from a picture at all.
"""
