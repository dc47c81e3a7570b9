"""Small pretrained models that ship with mien; each is made by `make models`."""
