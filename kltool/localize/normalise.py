"""Brightness standardized to a fixed range, the same for every network, in training and in reading."""

from typing import Final

import numpy as np

from kltool.typing import Float32

DARK_PERCENTILE: Final = 1.0  # docs/choices.md#network-input
BRIGHT_PERCENTILE: Final = 99.0  # docs/choices.md#network-input
CENTRE: Final = 0.5  # docs/choices.md#network-input
SCALE: Final = 0.25  # docs/choices.md#network-input


def standardize(image: Float32) -> Float32:
    """The first and 99th percentile mapped to -2 and +2, and clipped there.

    image: bone bright, any affine scale of brightness; the result does not depend on it.
    """
    dark, bright = np.percentile(image, (DARK_PERCENTILE, BRIGHT_PERCENTILE))
    unit = np.clip((image - dark) / max(float(bright - dark), 1e-6), 0.0, 1.0)
    standardized: Float32 = ((unit - CENTRE) / SCALE).astype(np.float32)
    return standardized
