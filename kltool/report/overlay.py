"""The picture of a reading: margins, axis, widths and grade over the knee as the film hangs."""

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from kltool.errors import UsageError
from kltool.geometry import Points, apply, mirror
from kltool.localize.canonical import crop_to_film, cut, film_to_crop, turned
from kltool.values.findings import (
    DISCLAIMER,
    GRADES,
    Compartment,
    CompartmentSpace,
    KneeReading,
    Margins,
    NotMeasured,
    Width,
)
from kltool.values.image import NoSpacing, Placement, Side

SIZE: Final = 900
PANEL: Final = 340
FEMUR, TIBIA, AXIS, FIXED, MINIMUM = (
    (80, 80, 255),
    (90, 220, 90),
    (200, 160, 60),
    (160, 160, 160),
    (0, 220, 255),
)
TEXT, DIM = (235, 235, 235), (150, 150, 150)
Picture = npt.NDArray[np.uint8]


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
    """(SIZE, SIZE + PANEL, 3) uint8, BGR: the knee on the left, its numbers on the right."""
    return np.hstack([_knee(knee), _panel(knee)])


def _knee(knee: KneeReading) -> Picture:
    placement = knee.knee.placement
    film = turned(knee.knee.film.pixels, placement.mirrored)
    crop = cut(film, placement, SIZE)
    dark, bright = np.percentile(crop, (0.5, 99.8))
    shown = np.clip((crop - dark) / max(float(bright - dark), 1e-6) * 235, 0, 235).astype(np.uint8)
    shown[~_on_film(placement, film.shape)] = 0
    picture = np.repeat(_hung(shown, knee.side)[:, :, None], 3, axis=2)

    def place(points: Points) -> Points:
        in_crop = apply(film_to_crop(placement, SIZE), np.asarray(points, float))
        return mirror(in_crop, SIZE) if knee.side is Side.LEFT else in_crop

    axis = knee.joint_space.axis
    _line(picture, place(np.array([axis.origin, axis.end])), AXIS, 1)
    for compartment in Compartment:
        space = knee.joint_space.of(compartment)
        _draw_space(picture, space, place)
    return picture


def _on_film(placement: Placement, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """(SIZE, SIZE): which pixels of the picture lie on the film, and are not its edge repeated."""
    grid = np.moveaxis(np.indices((SIZE, SIZE), dtype=np.float64), 0, -1).reshape(-1, 2)
    at = apply(crop_to_film(placement, SIZE), grid)
    inside = (at >= -0.5).all(1) & (at <= np.array(shape) - 0.5).all(1)
    return inside.reshape(SIZE, SIZE)


def _draw_space(picture: Picture, space: CompartmentSpace, place: Callable[[Points], Points]) -> None:
    for width in space.at.values():
        if isinstance(width, Width):
            _line(picture, place(np.array(width.line)), FIXED, 1)
    if isinstance(space.margins, Margins):
        _line(picture, place(space.margins.femur), FEMUR, 2)
        _line(picture, place(space.margins.tibia), TIBIA, 2)
    if isinstance(space.minimum, Width):
        ends = place(np.array(space.minimum.line))
        _line(picture, ends, MINIMUM, 3)
        _label(picture, _shown(space.minimum), ends[1] + (46, -40), MINIMUM)


def _panel(knee: KneeReading) -> Picture:
    """The numbers: side, grade bars, minima, quality, warnings, and what this software is not."""
    panel = np.full((SIZE, PANEL, 3), 24, np.uint8)
    _write(panel, f"{knee.side} knee".upper(), (44, 20), TEXT, 0.8)
    _write(panel, f"side from {knee.side_source}", (70, 20), DIM, 0.45)
    _grade_bars(panel, knee, top=110)
    row = 350
    for compartment in Compartment:
        minimum = knee.joint_space.of(compartment).minimum
        _write(panel, f"{compartment} minimum", (row, 20), DIM, 0.5)
        shown = _shown(minimum) if isinstance(minimum, Width) else "not measured"
        _write(panel, shown, (row + 30, 20), TEXT, 0.7)
        row += 75
    _write(panel, f"quality: {knee.quality}", (row, 20), TEXT, 0.55)
    remarks = list(knee.warnings)
    if not isinstance(knee.spacing, NoSpacing):
        remarks.insert(0, f"millimetres: {knee.spacing.tier.label.replace('_', ' ')}")
    _paragraphs(panel, remarks, row + 30, DIM)
    _paragraphs(panel, [DISCLAIMER], SIZE - 60, DIM)
    return panel


def _grade_bars(panel: Picture, knee: KneeReading, top: int) -> None:
    if isinstance(knee.grade, NotMeasured):
        _paragraphs(panel, [f"no grade: {knee.grade.reason}"], top, DIM)
        return
    for kl in GRADES:
        row, share = top + 38 * kl, knee.grade.probabilities[kl]
        chosen = kl == knee.grade.grade
        _write(panel, f"KL {kl}", (row + 18, 20), TEXT if chosen else DIM, 0.55)
        cv2.rectangle(panel, (80, row), (80 + round(180 * share), row + 22), MINIMUM if chosen else FIXED, -1)
        _write(panel, f"{share:.2f}", (row + 18, 275), TEXT if chosen else DIM, 0.5)
    _write(panel, f"expected grade {knee.grade.expected:.2f}", (top + 38 * 5 + 14, 20), DIM, 0.5)


def _shown(width: Width) -> str:
    if isinstance(width.mm, NotMeasured) or isinstance(width.sd_mm, NotMeasured):
        return f"{width.percent:.1f} % TW, SD {width.sd_percent:.1f}"
    return f"{width.mm:.2f} mm, SD {width.sd_mm:.2f}"


def _paragraphs(panel: Picture, texts: list[str], top: int, colour: tuple[int, int, int]) -> None:
    row = top
    for text in texts:
        for line in textwrap.wrap(text, 42):
            _write(panel, line, (row, 20), colour, 0.42)
            row += 18
        row += 4


def _hung(picture: npt.NDArray[np.uint8], side: Side) -> npt.NDArray[np.uint8]:
    """Turned back from the one hand to how the film hangs."""
    return np.ascontiguousarray(picture[:, ::-1]) if side is Side.LEFT else picture


def _line(picture: Picture, points: Points, colour: tuple[int, int, int], thickness: int) -> None:
    fixed = np.round(points[:, ::-1] * 16).astype(np.int32)  # 4 binary places
    cv2.polylines(picture, [fixed], False, colour, thickness, cv2.LINE_AA, 4)


def _label(picture: Picture, text: str, at: Points, colour: tuple[int, int, int]) -> None:
    """Text on a dark ground, legible on bright bone."""
    row, column = (round(float(value)) for value in at)
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.55, 1)
    cv2.rectangle(picture, (column - 5, row - height - 5), (column + width + 5, row + 6), (24, 24, 24), -1)
    _write(picture, text, (row, column), colour)


def _write(
    picture: Picture,
    text: str,
    at: tuple[int, int] | Points,
    colour: tuple[int, int, int],
    size: float = 0.55,
) -> None:
    """Text with its lower left corner at (row, column)."""
    where = (round(float(at[1])), round(float(at[0])))
    cv2.putText(picture, text, where, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)
