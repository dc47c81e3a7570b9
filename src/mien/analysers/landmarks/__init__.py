"""The landmark network: its training pictures, its training, its gate."""
