"""Defaults of choosing frames of a film; free of TensorFlow."""

MOST_PER_SHOT = 3  # More of a long pan would be the same scenery again.
# Training takes crops of 60 % of the short side and more, and brings them to
# 256 pixels: it cannot see what a short side above 427 adds.
SHORT_SIDE = 512
