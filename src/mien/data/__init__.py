"""Data sets: sources, formats, augmentation, loading."""
