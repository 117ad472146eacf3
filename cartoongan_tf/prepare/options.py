"""Defaults of frame extraction; imports no TensorFlow."""

MOST_PER_SHOT = 3  # More frames of a long pan would show the same scenery.
# Training resizes crops of at least 60 % of the short side to 256 pixels, so a
# short side above 427 pixels adds no detail.
SHORT_SIDE = 512
