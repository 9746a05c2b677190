"""The numbers beside the film: grade, joint space, quality with its reasons, attribution map, legend."""

from typing import Final

from matplotlib.figure import Figure

from kltool.report import text
from kltool.report.plots.attribution import AttributionMap, attribution_map
from kltool.report.plots.canvas import Raster, Region, region_of
from kltool.report.plots.grade import draw_grade
from kltool.report.plots.legend import draw_foot
from kltool.report.plots.style import GROUND
from kltool.report.plots.text import (
    BODY_DIM,
    HEADING,
    SMALL,
    SMALL_DIM,
    TITLE,
    VALUE,
    Style,
    paragraph,
    width_of,
    wrapped,
    write,
)
from kltool.values.decimals import decimal
from kltool.values.joint_space import JointSpace
from kltool.values.length import NotMeasured
from kltool.values.measure import PictureSide, Place
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading, Quality
from kltool.values.spacing import NoSpacing

COLUMNS: Final = 420  # of the panel, pixels
EDGE: Final = 22  # left and right of what is written, pixels
WIDTH: Final = COLUMNS - 2 * EDGE
FIRST, SECOND = 132, 278  # where the numbers of the two compartments start, pixels
QUALITIES: Final = {Quality.GOOD: "#5abe6e", Quality.USABLE: "#f0be3c", Quality.POOR: "#eb5a5a"}
BADGE: Final = Style(14, GROUND, bold=True)


def draw_panel(figure: Figure, left: int, rows: int, knee: KneeReading) -> None:
    """Everything beside the film, from a column of the figure on; as many reasons as there is room for."""
    region = region_of(figure, left, 0, COLUMNS, rows)
    row = _draw_heading(region, knee)
    row = draw_grade(region, knee.grade, row + 8, EDGE, WIDTH)
    row = _draw_joint_space(region, knee, row + 14)
    bottom = draw_foot(region, rows, EDGE, WIDTH)
    if not isinstance(knee.grade, NotMeasured):
        bottom = _draw_attribution(region, attribution_map(knee.knee, knee.grade), left, bottom)
    _draw_quality(region, knee, row + 14, bottom)


def _draw_heading(region: Region, knee: KneeReading) -> int:
    write(region, text.knee_name(knee.side).capitalize(), (50, EDGE), TITLE)
    source = (
        "medial and lateral not told apart" if knee.side is Side.UNKNOWN else f"side from {knee.side_source}"
    )
    write(region, source, (70, EDGE), SMALL_DIM)
    return 70


def _draw_joint_space(region: Region, knee: KneeReading, top: int) -> int:
    """Minimum, mean and area of both compartments, each with its 95% interval below it."""
    row = top + HEADING.pitch
    write(region, "Joint space", (row, EDGE), HEADING)
    columns = dict(zip(knee.joint_space.minima, (FIRST, SECOND), strict=True))
    for place, column in columns.items():
        write(region, str(place), (row, column), BODY_DIM)
    row += 4
    for name in ("minimum", "mean", "area"):
        row += VALUE.pitch
        write(region, name, (row, EDGE), BODY_DIM)
        for place, column in columns.items():
            value, interval = _measured(knee.joint_space, place, name)
            write(region, value, (row, column), VALUE if interval else BODY_DIM)
            write(region, interval, (row + SMALL_DIM.pitch, column), SMALL_DIM)
        row += SMALL_DIM.pitch
    return paragraph(region, _scale(knee), (row + 2, EDGE), WIDTH, SMALL_DIM)


def _scale(knee: KneeReading) -> str:
    if isinstance(knee.spacing, NoSpacing):
        return "No millimetres: no valid pixel spacing. TW: tibial width."
    return f"millimetres: {knee.spacing.tier.label.replace('_', ' ')}"


def _measured(space: JointSpace, place: Place, name: str) -> tuple[str, str]:
    """A number and its interval, as text."""
    if name == "minimum":
        return text.length(space.minima[place]), text.interval(space.minima[place])
    if isinstance(place, PictureSide):
        return text.NOT_MEASURED, ""
    of = space.of(place)
    if name == "area":
        return text.area(of.area), text.area_interval(of.area)
    return text.length(of.mean), text.interval(of.mean)


def _draw_quality(region: Region, knee: KneeReading, top: int, bottom: int) -> None:
    """The quality, the positioning, and every reason for which there is room."""
    row = top + HEADING.pitch
    write(region, "Quality and positioning", (row, EDGE), HEADING)
    _draw_badge(region, knee.quality, row)
    row += 3
    for line in text.positioning(knee.joint_space.positioning):
        row = paragraph(region, line, (row, EDGE), WIDTH, SMALL_DIM)
    row += 4
    for number, warning in enumerate(knee.warnings):
        last = number + 1 == len(knee.warnings)
        room = (bottom - row) // SMALL.pitch - (not last)
        lines = wrapped(f"• {warning}", WIDTH, SMALL)
        if room < len(lines):
            write(region, f"… and {len(knee.warnings) - number} more", (row + SMALL.pitch, EDGE), SMALL)
            return
        for line in lines:
            row += SMALL.pitch
            write(region, line, (row, EDGE), SMALL)


def _draw_attribution(region: Region, drawn: AttributionMap, left: int, bottom: int) -> int:
    """The map with what is said of it above it. Returns the row above which there is room."""
    bottom -= len(drawn.picture)
    region.figure.add_artist(Raster(drawn.picture, left + EDGE, bottom))
    said = _said_of_attribution(drawn.outside)
    for line in reversed(said):
        write(region, line, (bottom - 8, EDGE), SMALL_DIM)
        bottom -= SMALL_DIM.pitch
    return bottom - 11


def _said_of_attribution(outside: float | NotMeasured) -> tuple[str, ...]:
    if isinstance(outside, NotMeasured):
        return (f"attribution map: {outside.reason}",)
    regions = "attribution map: regions that raise the grade"
    return regions, f"shown on and between the bones; {decimal(100 * outside, 0)}% of it lies beside them"


def _draw_badge(region: Region, quality: Quality, row: int) -> None:
    right = COLUMNS - EDGE
    left = right - round(width_of(quality, BADGE)) - 16
    region.fill(row - 16, left, 22, right - left, QUALITIES[quality])
    write(region, str(quality), (row, left + 8), BADGE)
