"""Results drawn on axes of the caller's own figure: in its own coordinates, with its own fonts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from kltool.agreement.results import Agreement
from kltool.geometry.points import mirror
from kltool.report import text
from kltool.report.plots.agreement import draw_bland_altman, draw_confusion
from kltool.report.plots.film import view_of
from kltool.report.plots.fitting import (
    PITCH,
    fit,
    fit_rows,
    fit_title_and_labels,
    size_in_points,
    size_of,
    write_reason,
)
from kltool.report.plots.margins import drawn_part
from kltool.report.plots.style import FEMUR, MINIMUM, TIBIA
from kltool.report.plots.timeline import draw_frame, draw_minimum
from kltool.typing import Points
from kltool.values.change import KneeChange
from kltool.values.joint_space import Margins
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment, Measure
from kltool.values.reading import KneeReading, Quality, Reading
from kltool.values.timeline import Timeline
from kltool.values.width_change import WidthChange

SIZE: Final = (6.4, 6.0)  # inches, of a figure of its own
HIGHEST_LEGEND: Final = 0.6  # of the axes
PIXELS: Final = 900  # rows and columns of one knee
BRIGHTEST: Final = (0.5, 99.8)  # percentiles of the film that are black and white
COLOURS: Final = {True: "#0072b2", False: "#5b6873"}  # by whether a change is detectable


def draw_knee_reading(knee: KneeReading, axes: Axes) -> None:
    """The joint as its film hangs, with margins and minimum widths."""
    view = view_of(knee.knee, PIXELS)
    axes.imshow(view.shown(knee.knee.film), cmap="gray", vmin=0, vmax=255)
    _draw_joint_space(knee, view.place, axes)
    axes.set_title(knee_title(knee), fontsize="medium")
    fit_title_and_labels(axes)
    axes.set_axis_off()


def draw_reading(reading: Reading, axes: Axes) -> None:
    """The whole film with the margins and minimum widths of every knee."""
    film = reading.film.pixels
    dark, bright = np.percentile(film, BRIGHTEST)
    axes.imshow(film, cmap="gray", vmin=dark, vmax=bright)
    for knee in reading.knees:

        def place(points: Points, mirrored: bool = knee.knee.placement.mirrored) -> Points:
            return mirror(points, film.shape[1]) if mirrored else points

        _draw_joint_space(knee, place, axes)
    axes.set_title("\n".join(map(knee_title, reading.knees)) or reading.reason, fontsize="medium")
    fit_title_and_labels(axes)
    axes.set_axis_off()


def knee_title(knee: KneeReading) -> str:
    """ "right knee: KL 2, medial 3.91 mm, lateral 5.60 mm"."""
    grade = "not graded" if isinstance(knee.grade, NotMeasured) else knee.grade.noted
    widths = [f"{one} {text.length(width)}" for one, width in knee.joint_space.minima.items()]
    quality = [] if knee.quality is Quality.GOOD else [f"{knee.quality} quality"]
    return f"{text.knee_name(knee.side)}: {', '.join([grade, *widths, *quality])}"


def draw_change(change: KneeChange, axes: Axes) -> None:
    """The change of each width with its 95% interval, filled where it is detectable; or why there is none."""
    axes.set_title(f"{change.side} knee: {change.verdict}", fontsize="medium")
    measured = {measure: width for measure, width in change.widths.items() if isinstance(width, WidthChange)}
    if measured:
        _draw_widths(list(change.widths), measured, axes)
    else:
        write_reason(axes, "; ".join(change.reasons) or "no width was measured")
        axes.set_xticks([])
    fit_title_and_labels(axes)


def _draw_widths(rows: Sequence[Measure], measured: Mapping[Measure, WidthChange], axes: Axes) -> None:
    for measure, width in measured.items():
        row, colour = rows.index(measure), COLOURS[width.detectable]
        axes.hlines(row, *width.interval, color=colour, linewidth=1.6)
        axes.plot(width.change, row, "o", color=colour, mfc=colour if width.detectable else "white")
    axes.axvline(0.0, color="#16232e", linewidth=0.8)
    axes.set_yticks(range(len(rows)), [str(measure) for measure in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    fit_rows(axes, len(rows))
    unit = next(iter(measured.values())).unit
    axes.set_xlabel(f"change of the JSW, {unit}, with its 95% interval")


def draw_timeline(timeline: Timeline, axes: Axes) -> None:
    """The medial minimum over months, with the smallest detectable change and the slope."""
    draw_frame(axes, timeline)
    draw_minimum(axes, timeline, Compartment.MEDIAL)
    axes.set_xlabel("months since the first visit")
    fit_title_and_labels(axes)
    if axes.get_legend():  # above the axes of a page; here there may be no room
        _draw_legend_inside(axes)


def _draw_legend_inside(axes: Axes) -> None:
    """At the top, above everything that is drawn."""
    width, height = size_of(axes)
    lines = axes.legend(frameon=False, fontsize="small", loc="upper left", handlelength=1.5).get_texts()
    letter = size_in_points(lines[0])
    for line in lines:
        line.set_parse_math(False)
        fit(line, width - 4 * letter)
    taken = PITCH * letter * sum(line.get_text().count("\n") + 1 for line in lines)
    share = min(taken / height, HIGHEST_LEGEND)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + (high - low) * share / (1 - share))


def draw_agreement(found: Agreement, axes: Axes) -> None:
    """The confusion matrix of the first rater who graded, else the Bland-Altman plot of the first width."""
    if found.grades:
        draw_confusion(axes, found.grades[0])
    else:
        draw_bland_altman(axes, found.widths[0])


def _draw_joint_space(knee: KneeReading, place: Callable[[Points], Points], axes: Axes) -> None:
    for compartment in Compartment:
        space = knee.joint_space.of(compartment)
        if isinstance(margins := space.margins, Margins):
            femur = drawn_part(margins.femur, margins.femur_sd, knee.joint_space, compartment)
            tibia = drawn_part(margins.tibia, margins.tibia_sd, knee.joint_space, compartment)
            _draw_line(place(margins.femur[femur]), FEMUR, axes)
            _draw_line(place(margins.tibia[tibia]), TIBIA, axes)
    for minimum in knee.joint_space.minima.values():
        if isinstance(minimum, Width):
            _draw_line(place(np.array(minimum.line)), MINIMUM, axes)


def _draw_line(points: Points, colour: str, axes: Axes) -> None:
    axes.plot(points[:, 1], points[:, 0], color=colour, linewidth=1.5, scalex=False, scaley=False)
