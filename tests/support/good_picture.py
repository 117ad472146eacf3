"""Measures of a picture without problems."""

import numpy as np

from cartoongan_tf.prepare import image_stats

GOOD = image_stats.Measures(
    width=640,
    height=480,
    brightness=120,
    contrast=50,
    color=150,
    blur=0.7,
    drawn=0.5,
    grain=0.3,
    bars=0,
    fingerprint=np.zeros(4),
)
