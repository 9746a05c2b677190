"""The picture of a reading: the knee as the film hangs with what was traced, its widths, its numbers."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from kltool.errors import UsageError
from kltool.report import text as words
from kltool.report.canvas import (
    AXIS,
    DIM,
    FEMUR,
    FIXED,
    MINIMUM,
    RIM,
    TIBIA,
    Picture,
    band,
    dashed,
    label,
    line,
    ring,
    wrapped,
    write_centred,
)
from kltool.report.chart import CHART, chart
from kltool.report.film import view_of
from kltool.report.panel import panel
from kltool.typing import Points
from kltool.values.length import NORMAL_95, NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.reading import CompartmentSpace, JointSpace, KneeAxis, KneeReading, PlateauMargins

SIZE: Final = 900
CERTAINTY: Final = 0.35  # opacity of the band that holds a margin with 95%
UNSURE: Final = 0.015  # tibial widths (1.1 mm): deviation from which on a margin's ends are not drawn
TICK: Final = 4.0  # to either side of the axis, pixels of the picture
BELOW: Final = 150.0  # a minimum's label below it, pixels of the picture: under the plateau

Place = Callable[[Points], Points]


def write_overlay(knee: KneeReading, file: Path) -> None:
    """Write the picture as PNG. Raises UsageError where the file cannot be written."""
    written, data = cv2.imencode(".png", draw(knee))
    assert written
    try:
        file.write_bytes(data.tobytes())
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written ({error.strerror}); choose another --overlay folder"
        ) from None


def draw(knee: KneeReading) -> Picture:
    """(SIZE + CHART, SIZE + PANEL, 3) uint8, BGR: the knee, its widths below it, its numbers beside it."""
    place = _placing(knee)
    left = np.vstack([_knee(knee, place), chart(knee.joint_space, place, SIZE)])
    return np.hstack([left, panel(knee, SIZE + CHART)])


def _placing(knee: KneeReading) -> Place:
    """(n, 2) points of the turned film to the picture of the knee as it hangs."""
    return view_of(knee.knee, SIZE).place


def _knee(knee: KneeReading, place: Place) -> Picture:
    picture = view_of(knee.knee, SIZE).shown(knee.knee.film)
    space = knee.joint_space
    _draw_axis(picture, space.axis, place)
    for compartment in Compartment:
        _draw_fixed(picture, space.of(compartment), space.axis, place)
    _draw_rims(picture, space.plateau_margins, place)
    for compartment in Compartment:
        draw_margins(picture, space, compartment, place)
    for compartment in Compartment:
        _draw_minimum(picture, compartment, space.of(compartment), space.axis, place)
    return picture


def _draw_axis(picture: Picture, axis: KneeAxis, place: Place) -> None:
    """The tangent of the condyles, from the femur's medial edge to its lateral one."""
    medial, lateral = np.array(axis.origin), np.array(axis.end)
    dashed(picture, place(np.array([medial, lateral])), AXIS, 1, dash=5.0)
    for end, name in ((medial, "x = 0"), (lateral, "x = 1")):
        row, column = place(end[None])[0]
        write_centred(picture, name, (row - 10, min(max(column, 22), SIZE - 22)), DIM, 12)


def _draw_fixed(picture: Picture, space: CompartmentSpace, axis: KneeAxis, place: Place) -> None:
    """A tick of the axis at every fixed place, and the width where there is one."""
    medial, lateral = np.array(axis.origin), np.array(axis.end)
    for x, width in space.fixed_widths.items():
        if isinstance(width, Width):
            line(picture, place(np.array(width.line)), FIXED, 1)
        foot, end = place(np.array([medial + x * (lateral - medial), lateral]))
        along = (end - foot) / max(float(np.hypot(*(end - foot))), 1e-9)
        across = TICK * np.array([along[1], -along[0]])
        line(picture, np.array([foot - across, foot + across]), AXIS, 2)


def draw_margins(picture: Picture, space: JointSpace, compartment: Compartment, place: Place) -> None:
    """Both margins with their certainty, from the first point to the last that is not too unsure to be shown.

    place: (n, 2) points of the turned film to the picture.
    """
    margins, unsure_px = space.of(compartment).margins, UNSURE * space.tibial_width_px
    if isinstance(margins, NotMeasured):
        return
    for points, sd, colour in (
        (margins.femur, margins.femur_sd, FEMUR),
        (margins.tibia, margins.tibia_sd, TIBIA),
    ):
        sure = np.flatnonzero(sd <= unsure_px)
        shown = slice(sure[0], sure[-1] + 1) if len(sure) else slice(0)
        points, sd = points[shown], sd[shown]
        if len(points) < 2:
            continue
        across = NORMAL_95 * sd[:, None] * _normals(points)
        band(picture, place(points - across), place(points + across), colour, CERTAINTY)
        line(picture, place(points), colour, 2)


def _normals(points: Points) -> Points:
    """(n, 2) unit normals of a polyline."""
    along = np.gradient(points, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    return np.column_stack([along[:, 1], -along[:, 0]])


def _draw_rims(picture: Picture, rims: PlateauMargins | NotMeasured, place: Place) -> None:
    if isinstance(rims, NotMeasured):
        return
    for rim in (rims.upper, rims.lower):
        dashed(picture, place(rim), RIM, 1)


def _draw_minimum(
    picture: Picture, compartment: Compartment, space: CompartmentSpace, axis: KneeAxis, place: Place
) -> None:
    """The narrowest place, its value and its 95% interval on the tibia below; or why there is none."""
    minimum = space.minimum
    if isinstance(minimum, NotMeasured):
        row, column = place(np.array([_middle(axis, compartment)]))[0]
        texts = [f"{compartment}: not measured", *wrapped(minimum.reason, 260, 13)]
        label(picture, texts, (min(row + BELOW, SIZE - 120), column), DIM, 13)
        return
    ends = place(np.array(minimum.line))
    bottom = ends[1] + (BELOW, 0.0)
    line(picture, np.array([ends[1] + (7.0, 0.0), bottom]), MINIMUM, 1)
    draw_narrowest(picture, ends)
    texts = [words.length(minimum), words.interval(minimum)]
    label(picture, texts, (float(bottom[0]), float(bottom[1])), MINIMUM)


def draw_narrowest(picture: Picture, ends: Points) -> None:
    """The narrowest place between its two ends, (2, 2) in the picture; a ring where bone meets bone."""
    if np.hypot(*(ends[1] - ends[0])) < 4.0:
        ring(picture, ends.mean(axis=0), 6.0, MINIMUM)
    else:
        line(picture, ends, MINIMUM, 3)


def _middle(axis: KneeAxis, compartment: Compartment) -> Points:
    share = 0.22 if compartment is Compartment.MEDIAL else 0.80
    medial, lateral = np.array(axis.origin), np.array(axis.end)
    middle: Points = medial + share * (lateral - medial)
    return middle
