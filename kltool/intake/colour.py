"""Grey stored as colour is grey, and so is a film tinted by its scanner; a colour photograph is refused."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from kltool.errors import NotARadiograph
from kltool.typing import Float32

COLOURED = 0.04  # docs/choices-intake.md#colour; of full range, from the film's own tint
MOST_COLOURED = 0.02  # docs/choices-intake.md#colour; share of pixels: annotations, rulers
NOTED_COLOURED = 0.0005  # docs/choices-intake.md#colour; below this it is compression, not annotation
MOST_TINT = 0.07  # docs/choices-intake.md#colour; mean spread between channels, of full range
JUDGED_PIXELS = 1_000_000  # docs/choices-intake.md#colour

Channels = npt.NDArray[Any]


def grey_of(channels: Channels, full_range: float) -> tuple[Float32, tuple[str, ...]]:
    """(rows, columns, 3) → (rows, columns) the mean of the channels, exact where they are equal.

    full_range: the largest value a channel can hold. Raises NotARadiograph for a colour photograph.
    """
    tint, coloured = _colour(channels, full_range)
    if coloured > MOST_COLOURED or tint > MOST_TINT:
        raise NotARadiograph(
            f"a colour picture was found ({max(coloured, tint):.0%} colour), a grey radiograph was expected; "
            "export the radiograph itself instead of photographing film or screen"
        )
    grey = (channels.sum(axis=2, dtype=np.float64) / 3.0).astype(np.float32)
    return grey, (
        f"colour in {coloured:.1%} of the pixels: annotation",
    ) if coloured >= NOTED_COLOURED else ()


def _colour(channels: Channels, full_range: float) -> tuple[float, float]:
    """(mean spread between the channels, share of pixels that differ from the tint of their grey).

    A tinted film has one colour for each level of grey, along a smooth curve; a photograph has many.
    """
    step = max(1, math.ceil(math.sqrt(channels.shape[0] * channels.shape[1] / JUDGED_PIXELS)))
    sample = channels[::step, ::step].reshape(-1, 3).astype(np.float32) / np.float32(full_range)  # (n, 3)
    if not np.ptp(sample, axis=1).any():
        return 0.0, 0.0
    grey = sample.mean(axis=1)
    colour = sample - grey[:, None]
    curve = np.stack((np.ones_like(grey), grey, grey**2), axis=1)  # (n, 3)
    tint = curve @ np.linalg.lstsq(curve, colour, rcond=None)[0]
    differing = np.ptp(colour - tint, axis=1) > COLOURED
    return float(np.ptp(sample, axis=1).mean()), float(differing.mean())
