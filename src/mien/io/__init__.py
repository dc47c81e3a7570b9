"""The only doors to a user's files: limits before decoding, atomic writes, nothing leaks.

Modules are imported one by one (`from mien.io import image`): Pillow and FFmpeg are loaded only
where they are needed.
"""
