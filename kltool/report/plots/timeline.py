"""One knee over its visits as a figure: minimum JSW of both compartments and KL grade, with errors; SVG."""

import textwrap
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from kltool.report.plots.fitting import size_of, write_reason
from kltool.report.plots.svg import reproducible, svg_of
from kltool.report.plots.timeline_levels import MONTHS_A_YEAR, Level, Levels, levels_of, months_of
from kltool.values.decimals import signed, signed_from_to
from kltool.values.grade import GRADES
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment, Measure
from kltool.values.timeline import Slope, Timeline
from kltool.values.width_change import Unit

INK, SOFT, BAND = "#16232e", "#5b6873", "#cfd8df"
COLOURS: Final = {Compartment.MEDIAL: "#0072b2", Compartment.LATERAL: "#b84a00"}
LEAST_AXIS_SPAN: Final = {Unit.MM: 1.5, Unit.PERCENT: 2.0}  # so that noise does not fill the axis
LEGEND_LENGTH: Final = 80  # of a reason in a legend, characters; the page has the full text
SIZE: Final = (8.6, 8.4)  # inches
TICK_MONTHS: Final = (1, 3, 6, 12, 24, 60)  # between ticks
MOST_TICKS: Final = 10
POINTS_A_TICK: Final = 30  # so that labels of three digits lie apart
POINTS_OF_NUMBER: Final = 20  # right of the last visit


def timeline_svg(timeline: Timeline) -> str:
    """An SVG of the medial and lateral minimum JSW and the expected KL grade over months, one below another.

    Each visit has its number and a 95% error bar with an id such as "medial-visit-1"; a visit that was not
    measured is a cross. The same timeline gives the same text.
    """
    with reproducible():
        figure = Figure(figsize=SIZE, layout="constrained")
        medial, lateral, grade = figure.subplots(3, 1, sharex=True, height_ratios=(3, 3, 2))
        draw_frame(grade, timeline)
        draw_minimum(medial, timeline, Compartment.MEDIAL)
        draw_minimum(lateral, timeline, Compartment.LATERAL)
        _draw_grade(grade, timeline)
        grade.set_xlabel("months since the first visit")
        for axes in (medial, lateral, grade):
            axes.spines[["top", "right"]].set_visible(False)
        return svg_of(figure)


def draw_frame(axes: Axes, timeline: Timeline) -> None:
    """Space on both sides of the visits, and ticks at usual numbers of months."""
    last = max(months_of(timeline)[-1], 1.0)
    width, _ = size_of(axes)
    axes.set_xlim(-0.05 * last, (1.0 + max(0.08, POINTS_OF_NUMBER / width)) * last)
    most = min(MOST_TICKS, width / POINTS_A_TICK)
    step = next((months for months in TICK_MONTHS if last / months <= most), TICK_MONTHS[-1])
    axes.xaxis.set_major_locator(MultipleLocator(step))


def draw_minimum(axes: Axes, timeline: Timeline, compartment: Compartment) -> None:
    """The minimum of a compartment over months: levels, smallest detectable change and slope."""
    course = levels_of(timeline, compartment)
    measure = Measure.minimum(compartment)
    if isinstance(course, NotMeasured):
        axes.set_ylabel(f"{measure} JSW")
        write_reason(axes, f"not measured: {course.reason}")
        return
    axes.set_ylabel(f"{measure} JSW, {course.unit}")
    _draw_band(axes, course)
    _draw_slope(axes, course, timeline.slopes[measure])
    for level in course.levels:
        _draw_bar(axes, level, f"{compartment}-visit-{level.visit}", COLOURS[compartment])
    _widen_axis(axes, course)
    for number, month in course.absent:
        _draw_cross(axes, number, month)
    legend = axes.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
    for text in legend.get_texts():
        text.set_parse_math(False)


def _draw_band(axes: Axes, course: Levels) -> None:
    """The smallest detectable change about the first visit, interpolated between visits."""
    if not course.smallest_detectable:
        return
    first, months = course.levels[0].value, [level.month for level in course.levels]
    halves = np.array([course.smallest_detectable[0], *course.smallest_detectable])
    axes.fill_between(
        months,
        first - halves,
        first + halves,
        color=BAND,
        linewidth=0,
        alpha=0.6,
        label="smallest detectable change from visit 1",
    )
    axes.hlines(first, 0, months[-1], color=SOFT, linewidth=0.8, linestyle=":")


def _draw_slope(axes: Axes, course: Levels, slope: Slope | NotMeasured) -> None:
    """The regression line with its slope per year, or why there is none."""
    if isinstance(slope, NotMeasured):
        reason = textwrap.shorten(slope.reason, LEGEND_LENGTH)
        axes.plot([], [], linestyle="none", label=f"slope not estimated: {reason}")
        return
    months = np.array([level.month for level in course.levels])
    values = np.array([level.value for level in course.levels])
    interval = signed_from_to(slope.interval)
    middle, height = (np.average(numbers, weights=_weights(course)) for numbers in (months, values))
    axes.plot(
        months,
        height + slope.per_year / MONTHS_A_YEAR * (months - middle),
        color=INK,
        linewidth=1.2,
        linestyle="--",
        label=f"{signed(slope.per_year)} {slope.unit} per year (95% interval {interval})",
    )


def _weights(course: Levels) -> list[float]:
    """Of each visit in the regression: inverse variances; the first visit has the mean deviation."""
    later = course.smallest_detectable
    return [half**-2.0 for half in (sum(later) / len(later), *later)]


def _draw_bar(axes: Axes, level: Level, name: str, colour: str) -> None:
    """A point with its 95% interval and the number of its visit."""
    low, high = level.interval
    axes.vlines(level.month, low, high, color=colour, linewidth=1.6).set_gid(name)
    axes.plot(level.month, level.value, "o", color=colour, markersize=5)
    axes.annotate(
        str(level.visit), (level.month, level.value), (7, 5), textcoords="offset points", color=SOFT
    )


def _widen_axis(axes: Axes, course: Levels) -> None:
    """To at least LEAST_AXIS_SPAN."""
    low, high = axes.get_ylim()
    missing = max(LEAST_AXIS_SPAN[course.unit] - (high - low), 0.0)
    axes.set_ylim(low - missing / 2, high + missing / 2)


def _draw_cross(axes: Axes, number: int, month: float) -> None:
    """A visit that was not measured, at the bottom of the axis."""
    across = axes.get_xaxis_transform()
    axes.plot(month, 0.05, "x", color=SOFT, markersize=6, transform=across, clip_on=False)
    on_the_left = month > np.mean(axes.get_xlim())
    axes.annotate(
        f"{number} not measured",
        (month, 0.05),
        (-8 if on_the_left else 8, -3),
        xycoords=across,
        textcoords="offset points",
        ha="right" if on_the_left else "left",
        color=SOFT,
        fontsize=8,
    )


def _draw_grade(axes: Axes, timeline: Timeline) -> None:
    axes.set(ylabel="expected KL grade", ylim=(-0.2, 4.2), yticks=GRADES)
    axes.grid(axis="y", color=BAND, linewidth=0.6)
    for number, (month, knee) in enumerate(zip(months_of(timeline), timeline.knees, strict=True), 1):
        if isinstance(knee.grade, NotMeasured):
            _draw_cross(axes, number, month)
        else:
            level = Level(number, month, knee.grade.expected, knee.grade.expected_interval)
            _draw_bar(axes, level, f"grade-visit-{number}", INK)
