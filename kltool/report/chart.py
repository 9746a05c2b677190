"""The widths at the fixed places with their 95% intervals, each below its place in the picture."""

from collections.abc import Callable
from typing import Final

import numpy as np

from kltool.report.canvas import (
    AXIS,
    DIM,
    FAINT,
    FIXED,
    TEXT,
    Picture,
    box,
    line,
    plain,
    wrapped,
    write,
    write_centred,
)
from kltool.typing import Points
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.reading import CompartmentSpace, JointSpace

CHART: Final = 190
TOP, BOTTOM, LEFT, RIGHT = 34.0, 150.0, 50.0, 16.0
TICKS_MM, TICKS_PERCENT = 2.0, 3.0

Place = Callable[[Points], Points]


def chart(space: JointSpace, place: Place, width: int) -> Picture:
    """(CHART, width, 3), to be set below the picture that `place` places points in."""
    picture = plain(CHART, width)
    shown = [
        values for c in Compartment for values in map(_values, space.of(c).fixed_widths.values()) if values
    ]
    in_mm = any(_has_mm(one) for c in Compartment for one in space.of(c).fixed_widths.values())
    step = TICKS_MM if in_mm else TICKS_PERCENT
    top = step * max(np.ceil(max((high for _, _, high in shown), default=step) / step), 2.0)
    _grid(picture, step, float(top), "mm" if in_mm else "% of the tibial width")
    for compartment in Compartment:
        _draw(picture, space.of(compartment), _columns(space, compartment, place), float(top))
    return picture


def _values(width: Width | NotMeasured) -> tuple[float, float, float] | None:
    """The width and the ends of its interval."""
    if isinstance(width, NotMeasured):
        return None
    interval = width.interval_mm
    if isinstance(width.mm, NotMeasured) or isinstance(interval, NotMeasured):
        return width.percent, *width.interval_percent
    return width.mm, *interval


def _has_mm(width: Width | NotMeasured) -> bool:
    return isinstance(width, Width) and not isinstance(width.mm, NotMeasured)


def _columns(space: JointSpace, compartment: Compartment, place: Place) -> dict[float, float]:
    """Where each fixed place lies across the picture."""
    medial, lateral = np.array(space.axis.origin), np.array(space.axis.end)
    places = tuple(space.of(compartment).fixed_widths)
    points = place(np.array([medial + x * (lateral - medial) for x in places]))
    return dict(zip(places, points[:, 1].tolist(), strict=True))


def _grid(picture: Picture, step: float, top: float, unit: str) -> None:
    write(picture, f"joint-space width at fixed x, {unit}, with its 95% interval", (20, 12), DIM, 13)
    right = picture.shape[1] - RIGHT
    for value in np.arange(0.0, top + step / 2, step):
        row = _row(float(value), top)
        line(picture, np.array([[row, LEFT], [row, right]]), FAINT, 1)
        write(picture, f"{value:.0f}", (row + 5, LEFT - 24), DIM, 12)


def _draw(picture: Picture, space: CompartmentSpace, columns: dict[float, float], top: float) -> None:
    middle = float(np.mean(list(columns.values())))
    name = Compartment.MEDIAL if min(columns) < 0.5 else Compartment.LATERAL
    write_centred(picture, name, (BOTTOM + 35, middle), DIM, 13)
    points = []
    for number, (x, width) in enumerate(space.fixed_widths.items()):
        if number % 2 == 0:
            write_centred(picture, f"{x:.2f}", (BOTTOM + 18, columns[x]), DIM, 12)
        values = _values(width)
        if values is not None:
            value, low, high = (_row(one, top) for one in values)
            line(picture, np.array([[low, columns[x]], [high, columns[x]]]), AXIS, 2)
            points.append([value, columns[x]])
    if not points:
        _reason(picture, space, middle)
        return
    if len(points) > 1:
        line(picture, np.array(points), FIXED, 1)
    for row, column in points:
        box(picture, row - 2, column - 2, row + 2, column + 2, TEXT)


def _reason(picture: Picture, space: CompartmentSpace, middle: float) -> None:
    """Why there is no width at any of the places."""
    absent = next(iter(space.fixed_widths.values()))
    if isinstance(absent, NotMeasured):
        for number, text in enumerate(wrapped(absent.reason, 300, 13)[:4]):
            write_centred(picture, text, (TOP + 40 + 18 * number, middle), DIM, 13)


def _row(value: float, top: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / top
