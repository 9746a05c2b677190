"""The numbers beside the picture: grade, joint space, how the knee stood, and what this software is not."""

from dataclasses import dataclass
from typing import Final

from kltool.report import text as words
from kltool.report.canvas import (
    AXIS,
    BOLD,
    DIM,
    FEMUR,
    FIXED,
    GROUND,
    MINIMUM,
    RIM,
    TEXT,
    TIBIA,
    Colour,
    Picture,
    box,
    plain,
    width_of,
    wrapped,
    write,
)
from kltool.report.explained import explained
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import DISCLAIMER, GRADES, CompartmentSpace, KneeReading, Quality
from kltool.values.spacing import NoSpacing

PANEL: Final = 420
EDGE: Final = 22
COLUMNS: Final = {Compartment.MEDIAL: 138, Compartment.LATERAL: 284}
BADGE: Final[dict[Quality, Colour]] = {
    Quality.GOOD: (110, 190, 90),
    Quality.USABLE: (60, 190, 240),
    Quality.POOR: (90, 90, 235),
}
LEGEND: Final = (
    (FEMUR, "femoral margin"),
    (TIBIA, "tibial margin"),
    (MINIMUM, "narrowest place"),
    (FIXED, "widths at fixed places"),
    (RIM, "rims of the plateau"),
    (AXIS, "axis of the femur"),
)


@dataclass(slots=True)
class _Pen:
    """Writes down the panel, line by line. row: of the next base line."""

    picture: Picture
    row: int

    def say(self, text: str, colour: Colour = TEXT, size: int = 15, weight: int = 400) -> None:
        self.row += round(1.35 * size)
        write(self.picture, text, (self.row, EDGE), colour, size, weight)

    def tell(self, text: str, colour: Colour, size: int, most: int) -> None:
        """A paragraph of at most so many lines."""
        lines = wrapped(text, PANEL - 2 * EDGE, size)
        for number, one in enumerate(lines[:most]):
            self.say(one + (" …" if number == most - 1 and len(lines) > most else ""), colour, size)

    def skip(self, rows: int) -> None:
        self.row += rows


def panel(knee: KneeReading, rows: int) -> Picture:
    """(rows, PANEL, 3) uint8."""
    pen = _Pen(plain(rows, PANEL), 18)
    pen.say(f"{knee.side} knee".capitalize(), size=26, weight=BOLD)
    pen.say(f"side from {knee.side_source}", DIM, 13)
    pen.skip(16)
    _grade(pen, knee)
    pen.skip(20)
    _table(pen, knee)
    pen.skip(18)
    bottom = _foot(pen.picture, rows)
    if not isinstance(knee.grade, NotMeasured):
        bottom = _explanation(pen.picture, explained(knee.knee, knee.grade), bottom)
    _quality(pen, knee, bottom)
    return pen.picture


def _grade(pen: _Pen, knee: KneeReading) -> None:
    if isinstance(knee.grade, NotMeasured):
        pen.tell(f"no grade: {knee.grade.reason}", DIM, 14, 3)
        return
    for kl in GRADES:
        share, chosen = knee.grade.probabilities[kl], kl == knee.grade.grade
        pen.say(f"KL {kl}", TEXT if chosen else DIM, 15, BOLD if chosen else 400)
        box(pen.picture, pen.row - 13, 82, pen.row + 3, 82 + 220 * share, MINIMUM if chosen else FIXED)
        write(pen.picture, f"{share:.2f}", (pen.row, 82 + 220 * share + 8), TEXT if chosen else DIM, 14)
        pen.skip(5)
    low, high = knee.grade.prediction_set[0], knee.grade.prediction_set[-1]
    span = f"KL {low}" if low == high else f"KL {low} to {high}"
    ends = "{:.1f} to {:.1f}".format(*knee.grade.expected_interval)
    pen.say(f"expected grade {knee.grade.expected:.2f} (95%: {ends}); likely (90%): {span}", DIM, 13)


def _explanation(picture: Picture, shown: Picture, bottom: int) -> int:
    """The grader's view above a row; returns the row above which there is room."""
    rows, columns = len(shown), len(shown[0])
    top = bottom - rows - 14
    picture[top : top + rows, EDGE : EDGE + columns] = shown
    write(picture, "what raises the grade", (top - 8, EDGE), DIM, 13)
    return top - 28


def _table(pen: _Pen, knee: KneeReading) -> None:
    """Minimum, mean and area of both compartments, each with its 95% interval below it."""
    pen.say("Joint space", weight=BOLD)
    for compartment, column in COLUMNS.items():
        write(pen.picture, compartment, (pen.row, column), DIM, 14)
    pen.skip(4)
    spaces = {compartment: knee.joint_space.of(compartment) for compartment in Compartment}
    for name in ("minimum", "mean", "area"):
        pen.say(name, DIM, 14)
        for compartment, column in COLUMNS.items():
            value, interval = _shown(spaces[compartment], name)
            write(pen.picture, value, (pen.row, column), TEXT, 17 if interval else 14)
            write(pen.picture, interval, (pen.row + 18, column), DIM, 13)
        pen.skip(22)
    if isinstance(knee.spacing, NoSpacing):
        pen.tell("No millimetres: no pixel spacing. TW: tibial width.", DIM, 13, 2)
    else:
        pen.say(f"millimetres: {knee.spacing.tier.label.replace('_', ' ')}", DIM, 13)


def _shown(space: CompartmentSpace, name: str) -> tuple[str, str]:
    if name == "area":
        return words.area(space.area), words.area_interval(space.area)
    number = space.minimum if name == "minimum" else space.mean
    return words.length(number), words.interval(number)


def _quality(pen: _Pen, knee: KneeReading, bottom: int) -> None:
    """How the knee stood, the quality as a badge, and every reason that there is room for."""
    pen.say("Positioning", weight=BOLD)
    text = str(knee.quality)
    right = PANEL - EDGE
    left = right - width_of(text, 15, BOLD) - 16
    box(pen.picture, pen.row - 16, left, pen.row + 6, right, BADGE[knee.quality])
    write(pen.picture, text, (pen.row, left + 8), GROUND, 15, BOLD)
    pen.skip(3)
    for one in words.positioning(knee.joint_space.positioning):
        pen.say(one, DIM, 13)
    pen.skip(6)
    for number, warning in enumerate(knee.warnings):
        room = (bottom - pen.row) // 18 - (number + 1 < len(knee.warnings))
        if room < 1:
            pen.say(f"… and {len(knee.warnings) - number} more", TEXT, 13)
            return
        pen.tell(f"• {warning}", TEXT, 13, room)


def _foot(picture: Picture, rows: int) -> int:
    """Legend and disclaimer; returns the row above which there is room."""
    disclaimer = wrapped(DISCLAIMER, PANEL - 2 * EDGE, 13)
    top = rows - 18 * len(disclaimer) - 20 * 3 - 16
    for number, (colour, name) in enumerate(LEGEND):
        row, column = top + 20 * (number // 2) + 14, EDGE + 200 * (number % 2)
        box(picture, row - 7, column, row - 3, column + 20, colour)
        write(picture, name, (row, column + 28), DIM, 13)
    for number, one in enumerate(disclaimer):
        write(picture, one, (rows - 18 * (len(disclaimer) - number) + 6, EDGE), DIM, 13)
    return top - 10
