"""The studio: every job in a browser, on this machine alone.

Reading order: forms (controls and values), works (the queue) and worker (the process that does
them), results, widgets and page (what is drawn), guard and server (who may ask).
"""
