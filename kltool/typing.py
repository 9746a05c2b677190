"""Arrays by what they hold, defined once."""

from typing import Any

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Points = npt.NDArray[np.float64]  # (n, 2) (row, column)
Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

Record = dict[str, Any]  # plain values, to be written as JSON
