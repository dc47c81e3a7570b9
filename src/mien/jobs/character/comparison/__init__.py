"""Ways from a photo to the head's sliders, side by side under the same judges."""
