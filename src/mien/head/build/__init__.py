"""Builds the head template. Needs scipy; run by developers only: `python -m mien.head.build`.

The result is shipped as `template.npz`, so users never run this. numpy and scipy may differ in the
last bit between machines, which is why the built arrays are rounded and their hash is pinned.
"""
