"""Recipes of the networks that face and persona use."""
