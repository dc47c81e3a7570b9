"""mien's own parametric head: numbers in, labelled picture out."""
