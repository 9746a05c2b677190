"""docs/results/spheres.md: spacings from calibration spheres, and discs on films without one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.criteria import Criterion, Result
from evaluation.markdown import MarkdownTable, Section, made_by, page
from evaluation.spheres import films, made
from evaluation.spheres.films import ASSUMED_MM, FilmSpheres, MarkedDisc
from evaluation.spheres.made import SphereOutcome
from kltool.training.data.full_fields import is_for_training
from kltool.typing import Float64
from kltool.values.sphere import Sphere
from kltool.weights import load_models

ERROR: Final = Criterion(most=0.3)
FOUND: Final = Criterion(least=95.0)
ALL: Final = Criterion(least=100.0)
NONE: Final = Criterion(most=0.0)
CLOSE_PX: Final = 3.0  # of the centre, and of the diameter, to what was marked by eye
SPREAD: Final = ("count", "found", "mean", "median of the size", "95th", "largest")
WINDOWED: Final = 100
BLURS: Final = (("0.05 to 0.15", 0.0, 0.15), ("0.15 to 0.25", 0.15, 0.25), ("0.25 to 0.35", 0.25, 1.0))


@dataclass(frozen=True, slots=True)
class SphereReadings:
    """Everything that was found."""

    made: Sequence[SphereOutcome]
    windowed: Sequence[float]
    films: Sequence[FilmSpheres]
    marked: Sequence[MarkedDisc]


def gather(data: Path, tests: Path, samples: Path, counts: tuple[int, int], jobs: int) -> SphereReadings:
    """data: shared/data. tests: folder of the marks. counts: of made films of either kind, and of crops."""
    each_kind, knees = counts
    return SphereReadings(
        [*made.simulated(each_kind, jobs), *made.set_crops(data, each_kind, jobs)],
        made.before_the_logarithm(WINDOWED),
        films.found_on(data, samples, knees, jobs),
        films.marked_discs(tests / "discs.csv"),
    )


def write(readings: SphereReadings, results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    opening = made_by("python scripts/evaluate.py spheres", load_models().hashes)
    sections = [
        made_section(readings.made),
        windowed_section(np.array(readings.windowed)),
        real_section(readings.films, readings.marked),
        false_section(readings.films, readings.marked),
    ]
    written = results / "spheres.md"
    written.write_text(page("Calibration spheres", opening, sections))
    return written


def made_section(outcomes: Sequence[SphereOutcome]) -> Section:
    errors = np.array([one.error for one in outcomes])
    seen = np.abs(errors[np.isfinite(errors)])
    kinds = sorted({one.kind for one in outcomes})
    rows = [(kind, *_spread([one.error for one in outcomes if one.kind == kind])) for kind in kinds]
    by_blur = [
        (name, *_spread([one.error for one in outcomes if low <= one.blur_mm < high]))
        for name, low, high in BLURS
    ]
    missed = Counter(one.why for one in outcomes if one.why)
    return Section(
        "Balls whose size is known",
        "Films of 0.1 to 0.2 mm a pixel with a ball of 25, 25.4, 28 or 30 mm beside the knee: simulated "
        "films, and OAI crops resampled and set into air. A ray is shown by 1 - exp(-attenuation x length), "
        "blurred by 0.05 to 0.35 mm (SD), partly burnt out on two films of three, then another gain, noise, "
        "eight bits and JPEG of quality 75 to 96. The ball is off the central ray, so that it is an ellipse "
        "by perspective, and up to 20 mm above or below the plane of the joint. The error is that of the "
        "spacing in the plane of the ball.",
        (
            Result("balls found", 100 * len(seen) / len(outcomes), "%", FOUND, ".1f"),
            Result("error of the spacing, median", float(np.median(seen)), "%", ERROR),
            Result("95th percentile", float(np.percentile(seen, 95)), "%", ERROR),
        ),
        (
            MarkdownTable(("films", *SPREAD), rows),
            MarkdownTable(("blur, mm", *SPREAD), by_blur),
            MarkdownTable(("why no sphere", "films"), missed.most_common() or [("none", 0)]),
        ),
    )


def _spread(errors: Sequence[float]) -> tuple[object, ...]:
    found = np.array([error for error in errors if np.isfinite(error)])
    size = np.abs(found)
    figures = (found.mean(), np.median(size), np.percentile(size, 95), size.max())
    return len(errors), len(found), *(f"{figure:.2f}%" for figure in figures)


def windowed_section(errors: Float64) -> Section:
    """What no fit to the disc alone can know."""
    found = errors[np.isfinite(errors)]
    low, middle, high = np.percentile(found, (5, 50, 95))
    return Section(
        "Balls that are blurred before the logarithm",
        "Physically the blur of focal spot and detector acts on the radiation, not on what is shown. Where "
        "the window begins above the air, the outer part of a blurred border is black, and the disc looks "
        "too small; how much, depends on the window, which the shape of the border tells in part. "
        f"{len(errors)} steel balls in air, blurred by 0.05 to 0.25 mm (SD), windows that begin at line "
        f"integrals of 0.5 to 2: found {len(found)}, error of the spacing {middle:+.2f}% (median), "
        f"{low:+.2f}% to {high:+.2f}% (5th to 95th percentile). Films of one unit share most of it, so that "
        "it cancels between visits; it is part of the error of the tier.",
    )


def real_section(found: Sequence[FilmSpheres], marked: Sequence[MarkedDisc]) -> Section:
    by_name = {film.name: film for film in found}
    rows, close = [], 0
    for disc in marked:
        film = by_name[disc.image]
        share = "training" if is_for_training(disc.image) else "testing"
        if not isinstance(film.sphere, Sphere):
            why = "refused" if film.sphere is None else film.sphere.code
            rows.append((disc.image, share, f"{disc.diameter:.0f}", why, "", "", ""))
            continue
        sphere = film.sphere
        off = float(np.hypot(sphere.row - disc.row, sphere.column - disc.column))
        close += off <= CLOSE_PX and abs(sphere.diameter_px - disc.diameter) <= CLOSE_PX
        figures = (f"{sphere.diameter_px:.1f}", f"{sphere.elongation:.4f}", f"{off:.1f}")
        rows.append((disc.image, share, f"{disc.diameter:.0f}", *figures, f"{sphere.spacing_mm:.4f}"))
    return Section(
        "Discs on real films",
        "Bright discs beside the leg, marked by eye to a pixel or two. Their true sizes are not known: the "
        f"spacing is what it were if they were {ASSUMED_MM:g} mm.",
        (Result(f"found as marked, to {CLOSE_PX:g} pixels", 100 * close / len(marked), "%", ALL, ".0f"),),
        (
            MarkdownTable(
                ("film", "share", "marked, px", "found, px", "elongation", "centre off, px", "mm a pixel"),
                rows,
            ),
        ),
    )


def false_section(found: Sequence[FilmSpheres], marked: Sequence[MarkedDisc]) -> Section:
    with_disc = {disc.image for disc in marked}
    without = [film for film in found if film.name not in with_disc]
    false = [film for film in without if film.sphere is not None and _is_taken(film)]
    rows = []
    for group in dict.fromkeys(film.group for film in without):
        own = [film for film in without if film.group == group]
        read = [film for film in own if film.sphere is not None]
        rows.append((group, len(own), len(read), sum(map(_is_taken, read))))
    names = ", ".join(film.name for film in false)
    return Section(
        "Films without a sphere",
        f"A sphere of {ASSUMED_MM:g} mm is stated, and none is there. Not looked for where the film is "
        "refused." + (f" Taken for one: {names}." if false else ""),
        (Result("films on which something else was taken for one", float(len(false)), "", NONE, ".0f"),),
        (MarkdownTable(("films", "count", "read", "taken"), rows),),
    )


def _is_taken(film: FilmSpheres) -> bool:
    """Several discs count: each of them was taken for one."""
    return isinstance(film.sphere, Sphere) or getattr(film.sphere, "code", "") == "several_discs"
