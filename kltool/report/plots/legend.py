"""The foot of the panel: what each colour means, and what this software is not."""

from typing import Final

import numpy as np

from kltool.report.plots.canvas import Region
from kltool.report.plots.margins import DRAWN
from kltool.report.plots.style import AXIS, FEMUR, FIXED, MINIMUM, PLATEAU, TIBIA
from kltool.report.plots.text import SMALL_DIM, wrapped, write
from kltool.values.decimals import from_to
from kltool.values.measure import Compartment
from kltool.values.reading import DISCLAIMER

PITCH: Final = 19  # pixels from one row of the legend to the next
SECOND: Final = 164  # pixels from the first column to the second
SWATCH, TEXT_AT = 20, 28  # pixels
ENTRIES: Final = (  # row, column, colour, meaning
    (0, 0, FEMUR, "femoral margin"),
    (0, 1, TIBIA, "tibial margin"),
    (1, 0, MINIMUM, "minimum width"),
    (1, 1, FIXED, "JSW at the fixed locations"),
    (2, 0, AXIS, "axis of the femur"),
    (3, 0, PLATEAU, "anterior and posterior margins of the plateau"),
)
EXTENT: Final = f"margins are drawn from x = {' and '.join(from_to(DRAWN[one]) for one in Compartment)}"


def draw_foot(region: Region, rows: int, left: int, width: int) -> int:
    """Legend and disclaimer at the bottom of so many rows. Returns the row above which there is room."""
    disclaimer = wrapped(DISCLAIMER, width, SMALL_DIM)
    bottom = rows - 12 - SMALL_DIM.pitch * (len(disclaimer) - 1)
    for number, line in enumerate(disclaimer):
        write(region, line, (bottom + SMALL_DIM.pitch * number, left), SMALL_DIM)
    entries = ENTRIES[-1][0] + 1
    top = bottom - PITCH * (entries + 1) - 10
    write(region, EXTENT, (top + PITCH * entries, left), SMALL_DIM)
    for row, column, colour, meaning in ENTRIES:
        base, start = top + PITCH * row, left + SECOND * column
        swatch = np.array([(base - 4.5, start - 0.5), (base - 4.5, start + SWATCH - 0.5)])
        region.draw_segments([swatch], colour, 4)
        write(region, meaning, (base, start + TEXT_AT), SMALL_DIM)
    return top - SMALL_DIM.size - 8
