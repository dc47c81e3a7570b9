"""A photo as the parameters of any engine: one look by a translator, then steps that are checked.

Every step is drawn by the engine itself, and kept only where pictures that it did not steer by say
that it is no worse.
"""
