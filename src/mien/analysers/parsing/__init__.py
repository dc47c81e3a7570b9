"""The network that says which pixels are hair, skin, eyes ...: its pictures and its training."""
