"""A person learnt from one clip: nearest frames warped, and a small network that finishes them."""
