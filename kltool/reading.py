"""From one image to its reading: the pipeline of the package, and its loop step for many images."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime

from kltool.errors import InstallationError, StorageFull
from kltool.grading import grade
from kltool.intake import ImageSource, load
from kltool.jointspace import (
    ErrorSettings,
    QualityCriteria,
    TraceSettings,
    WidthSettings,
    assess_quality,
    inflate_errors,
    inflation_warning,
    measure_joint_space,
    trace_margins,
)
from kltool.localize import THRESHOLD, find_knees
from kltool.values.knee import Knee
from kltool.values.radiograph import Radiograph, Side
from kltool.values.reading import KneeReading, Provenance, Reading, Unread
from kltool.version import __version__
from kltool.weights import Models

TRACE, WIDTHS, ERRORS, QUALITY = TraceSettings(), WidthSettings(), ErrorSettings(), QualityCriteria()


def read(film: Radiograph, models: Models) -> Reading:
    """Find, measure and grade every knee of a film. Raises NoKnee, TooCoarse, SideUnknown."""
    found = find_knees(film, models)
    knees = tuple(read_knee(knee, models) for knee in found.knees)
    return Reading(found.film.with_notes(*found.notes), knees, found.refused, provenance(film, models))


def read_source(
    source: ImageSource,
    models: Models,
    *,
    side: Side | None = None,
    spacing_mm: float | None = None,
) -> Reading | Unread:
    """One image of many: loaded and read, or the reason why not, so that a bad one stops no other.

    side, spacing_mm: as in `load`. Raises only what concerns every image: InstallationError, StorageFull.
    """
    film = None
    try:
        film = load(source, spacing_mm=spacing_mm, side=side)
        return read(film, models)
    except (InstallationError, StorageFull):
        raise
    except Exception as error:  # unexpected errors too: their class is the code
        return Unread.from_error(source.name, error, film)


def read_knee(knee: Knee, models: Models) -> KneeReading:
    space = measure_joint_space(knee, trace_margins(knee, models.margins, TRACE), WIDTHS, ERRORS)
    quality, warnings = assess_quality(knee, space, QUALITY)
    return KneeReading(
        knee,
        inflate_errors(space, quality, ERRORS),
        grade(knee, models.grader),
        quality,
        (*warnings, *inflation_warning(quality, ERRORS)),
    )


def provenance(film: Radiograph, models: Models) -> Provenance:
    """What produced a reading; only the time differs from run to run."""
    return replace(
        provenance_of_models(models), file_sha256=film.file_sha256, pixels_sha256=film.pixels_sha256
    )


def provenance_of_models(models: Models) -> Provenance:
    """The same without a film: where a file could not be read."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Provenance(__version__, models.hashes, settings(), "", "", now)


def settings() -> Mapping[str, float | str]:
    """Every parameter of every stage by name; constants go with the version."""
    stages = {
        "finder": {"threshold": THRESHOLD},
        "margins": asdict(TRACE),
        "widths": asdict(WIDTHS),
        "errors": asdict(ERRORS),
        "quality": asdict(QUALITY),
    }
    return {
        f"{stage}.{name}": value if isinstance(value, float | str) else repr(value)
        for stage, values in stages.items()
        for name, value in values.items()
    }
