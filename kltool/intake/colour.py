"""Grey stored as colour is grey; a colour photograph is no radiograph."""

from typing import Any

import numpy as np
import numpy.typing as npt

from kltool.errors import NotARadiograph
from kltool.values.image import Float32

COLOURED_SPREAD = 0.08  # docs/choices.md#colour; of full range, between a pixel's channels
MOST_COLOURED = 0.02  # docs/choices.md#colour; share of pixels: annotations, rulers
NOTED_COLOURED = 0.0005  # docs/choices.md#colour; below this it is compression, not annotation
MOST_TINT = 0.02  # docs/choices.md#colour; mean spread, of full range


def grey_of(channels: npt.NDArray[Any], full_range: float) -> tuple[Float32, tuple[str, ...]]:
    """(rows, columns, 3) → (rows, columns) the mean of the channels, exact where they are equal.

    full_range: the largest value a channel can hold. Raises NotARadiograph for a colour photograph.
    """
    spread = (channels.max(axis=2) - channels.min(axis=2)) / full_range  # unsigned: never below zero
    coloured = float(np.mean(spread > COLOURED_SPREAD))
    tint = float(np.mean(spread))
    if coloured > MOST_COLOURED or tint > MOST_TINT:
        raise NotARadiograph(
            f"a colour picture was found ({coloured:.0%} of its pixels coloured), a grey radiograph was "
            "expected; export the radiograph itself instead of photographing film or screen"
        )
    grey = channels.sum(axis=2, dtype=np.float64) / 3.0
    notes = (f"colour in {coloured:.1%} of the pixels: annotation",) if coloured >= NOTED_COLOURED else ()
    return grey.astype(np.float32), notes
