"""Radiograph to Reading: the front page of the program."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version

from kltool.grading import grade
from kltool.jointspace import (
    Doubts,
    ErrorSettings,
    TraceSettings,
    WidthSettings,
    judge,
    measure,
    trace_margins,
    widened,
    widening,
)
from kltool.localize import THRESHOLD, find_knees
from kltool.values.radiograph import Knee, Radiograph
from kltool.values.reading import KneeReading, Provenance, Reading
from kltool.weights import Models

TRACE, WIDTHS, ERRORS, DOUBTS = TraceSettings(), WidthSettings(), ErrorSettings(), Doubts()


def read(film: Radiograph, models: Models) -> Reading:
    """Find, measure and grade every knee of a film. Raises NoKnee, TooCoarse, SideUnknown."""
    found = find_knees(film, models)
    knees = tuple(read_knee(knee, models) for knee in found.knees)
    return Reading(found.film.noting(*found.notes), knees, found.refused, provenance(film, models))


def read_knee(knee: Knee, models: Models) -> KneeReading:
    space = measure(knee, trace_margins(knee, models.margins, TRACE), WIDTHS, ERRORS)
    quality, warnings = judge(knee, space, DOUBTS)
    return KneeReading(
        knee,
        widened(space, quality, ERRORS),
        grade(knee, models.grader),
        quality,
        (*warnings, *widening(quality, ERRORS)),
    )


def provenance(film: Radiograph, models: Models) -> Provenance:
    """What made a reading; the time is the only part that differs from run to run."""
    return replace(
        provenance_without_film(models), file_sha256=film.file_sha256, pixels_sha256=film.pixels_sha256
    )


def provenance_without_film(models: Models) -> Provenance:
    """The same where no film could be made of the file."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Provenance(version("kltool"), models.hashes, settings(), "", "", now)


def settings() -> Mapping[str, float | str]:
    """Every setting of a stage that can be set, by name; constants go with the version."""
    stages = {
        "finder": {"threshold": THRESHOLD},
        "margins": asdict(TRACE),
        "widths": asdict(WIDTHS),
        "errors": asdict(ERRORS),
        "quality": asdict(DOUBTS),
    }
    return {
        f"{stage}.{name}": value if isinstance(value, float | str) else repr(value)
        for stage, values in stages.items()
        for name, value in values.items()
    }
