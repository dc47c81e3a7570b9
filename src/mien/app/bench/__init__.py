"""`mien bench`: every job's quality and speed in one table, measured offline on drawn people.

Nothing here is trained or tuned on the people that are drawn: their seeds are used for nothing
else. Each figure has its number of samples and a 95 % interval from a bootstrap over people.
"""
