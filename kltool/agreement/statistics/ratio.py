"""Division that is NaN where the divisor is 0."""

import numpy as np

from kltool.typing import Float64

ROUNDING = 1e-12  # relative to scale; a smaller divisor is 0 but for rounding


def ratio(part: Float64, whole: Float64, scale: Float64 | float = 0.0) -> Float64:
    """part / whole, elementwise; NaN where `whole` is 0, or no more than the rounding error of `scale`."""
    defined = np.abs(whole) > ROUNDING * np.abs(scale)
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=defined))
