"""Landmarks as other people's data sets keep them in files: readers and writers.

plain   CK+ and MMI: 68 lines of two numbers
pts     iBUG's and FRGC's `.pts`: the points between braces
lm2     Bosphorus' `.lm2`: named points
lm2s    the ancestor's `.lm2s`: the points of a whole data set in one pickle
imglab  dlib's XML
table   our own CSV: one row per picture
"""
