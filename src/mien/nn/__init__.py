"""Blocks of networks that two jobs or more share."""
