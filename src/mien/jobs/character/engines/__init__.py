"""Engines: anything that draws a face from named parameters, behind one small protocol.

It stands in the job and not in `mien.head` because an engine need not be a head: some are programs
of other people, and `mien.head` may not know of files, processes or sockets.
"""
