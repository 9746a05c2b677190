"""A division that leaves undefined what has nothing to be divided by."""

import numpy as np

from kltool.typing import Float64

ROUNDING = 1e-12  # a divisor that small a share of what it was subtracted from is rounding


def ratio(part: Float64, whole: Float64, scale: Float64 | float = 0.0) -> Float64:
    """part / whole, elementwise; not a number where `whole` is 0, or no more than rounding of `scale`."""
    defined = np.abs(whole) > ROUNDING * np.abs(scale)
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=defined))
