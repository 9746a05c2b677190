"""docs/results/localize.md: knees found, on which side, which way up, and what is refused."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation import plots
from evaluation.criteria import Criterion, Result
from evaluation.localize import detection
from evaluation.localize.detection import (
    CLOSE,
    CLOSE_TO_BOX,
    SAME,
    CropOutcome,
    EmbeddedOutcome,
    FilmOutcome,
    all_offsets,
)
from evaluation.localize.without_side import WithoutSide, read_without_side, without_side_section
from evaluation.markdown import MarkdownTable, Section, made_by, page
from evaluation.out_of_distribution import GRADED, photographs_and_textures, refusals
from kltool.localize import find_knees
from kltool.training.data.oai import crops, side_of
from kltool.training.kappa import quadratic_weighted_kappa
from kltool.typing import Float32
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Side
from kltool.weights import Models, load_models

FOUND: Final = Criterion(least=99.5)
FALSE: Final = Criterion(most=0.5)
ALL: Final = Criterion(least=100.0)
MOST: Final = Criterion(least=99.0)
KAPPA: Final = Criterion(least=0.97)
SD_MM: Final = Criterion(most=0.15)
MS: Final = Criterion(most=150.0)
TIBIA_MM: Final = 76.0  # docs/choices.md#tibial-width
DOUBTED: Final = 0.01  # probability of the given side: flagged
REPEATS: Final = 15
AVERAGED: Final = 400  # `train` crops on which ways to average orientations are compared


@dataclass(frozen=True, slots=True)
class LocalizeReadings:
    """Everything that was found."""

    models: Models
    made: Sequence[FilmOutcome]
    strips: Sequence[FilmOutcome]
    external: Sequence[Float32 | None]
    crops: Sequence[CropOutcome]
    labels: Sequence[Side]
    embedded: Sequence[EmbeddedOutcome | NotMeasured]
    refused: Sequence[tuple[str, str]]
    out_of_distribution: Sequence[tuple[str, str]]
    others: Sequence[tuple[str, str]]
    milliseconds: float
    without_side: Sequence[WithoutSide | NotMeasured]
    averaged: Sequence[WithoutSide | NotMeasured]


def gather(data: Path, boxes: Path, films: int, knees: int | None, jobs: int) -> LocalizeReadings:
    """data: shared/data. boxes: the strips' plateaux. films: made ones; knees: of `val`, all if None."""
    models = load_models()
    paths = crops(data / "oai_kl" / "val", knees)
    milliseconds = _time(data, models)
    return LocalizeReadings(
        models,
        detection.composites(data, films // 2, jobs) + detection.simulated(films - films // 2, jobs),
        detection.strips(data, boxes, models),
        detection.external(data / "external", jobs),
        detection.crops(paths, jobs),
        [side_of(path) for path in paths],
        detection.embedded(paths, jobs),
        refusals(sorted((data / "refuse").iterdir()), models),
        photographs_and_textures(models),
        detection.other_pictures(models),
        milliseconds,
        read_without_side(paths, jobs),
        read_without_side(crops(data / "oai_kl" / "train", AVERAGED), jobs),
    )


def _time(data: Path, models: Models) -> float:
    film = detection.large_film(data)
    find_knees(film, models)
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        find_knees(film, models)
        seconds.append(time.perf_counter() - began)
    return 1000 * float(np.median(seconds))


def write(readings: LocalizeReadings, results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    opening = made_by("python scripts/evaluate.py localize", readings.models.hashes)
    sections = [
        made_section(readings.made),
        strips_section(readings.strips, readings.external),
        side_section(readings.crops, readings.labels),
        embedded_section(readings.embedded),
        orientation_section(readings.crops),
        refusal_section(readings.refused, readings.out_of_distribution, readings.others),
        Section(
            "Speed",
            "Both knees of a film of 3,000 x 2,500 pixels found and placed, models loaded, one core.",
            (Result("a film, median", readings.milliseconds, "ms", MS, ".0f"),),
        ),
        without_side_section(readings.without_side, readings.averaged),
    ]
    draw(readings, results / "localize")
    written = results / "localize.md"
    written.write_text(page("Localization", opening, sections))
    return written


def draw(readings: LocalizeReadings, folder: Path) -> None:
    """Means of many views, which show how knees are framed and no knee."""
    both = np.stack([one.views for one in readings.embedded if isinstance(one, EmbeddedOutcome)])
    elsewhere = np.stack([seen for seen in readings.external if seen is not None])
    means = {
        f"{len(both)} OAI crops": both[:, 0].mean(axis=0),
        "the same set into films": both[:, 1].mean(axis=0),
        "mean absolute difference": np.abs(both[:, 1] - both[:, 0]).mean(axis=0),
        f"{len(elsewhere)} films of another hospital": elsewhere.mean(axis=0),
    }
    plots.pictures(means, (-1.0, 1.0), folder / "views.png")


def made_section(films: Sequence[FilmOutcome]) -> Section:
    offsets = all_offsets(films)
    false = 100 * sum(film.false for film in films) / len(films)
    rows = []
    for kind in sorted({film.kind for film in films}):
        own = [film for film in films if film.kind == kind]
        away = all_offsets(own)
        rows.append(
            (
                *(kind, len(own), len(away), f"{100 * (away < CLOSE).mean():.1f}%"),
                f"{100 * (away < SAME).mean():.1f}%",
                f"{100 * float(np.median(away)):.2f}%",
                sum(film.false for film in own),
            )
        )
    columns = ("films", "count", "knees", "found", "found at all", "median offset", "false knees")
    return Section(
        "Films that no network was trained on",
        "Composite films of annotated `val` crops, and simulated knees; sides of single knees are given. "
        f"Found: centre within {100 * CLOSE:.0f}% of the tibial width; found at all: within half of it.",
        (
            Result("knees found", 100 * float((offsets < CLOSE).mean()), "%", FOUND, ".2f"),
            Result("false knees for 100 films", false, "", FALSE, ".2f"),
        ),
        (MarkdownTable(columns, rows),),
    )


def strips_section(strips: Sequence[FilmOutcome], external: Sequence[Float32 | None]) -> Section:
    both = [
        len(film.offsets) == 2 and max(film.offsets) < CLOSE_TO_BOX and all(film.sides) for film in strips
    ]
    rows = [
        (film.kind, *(f"{100 * offset:.1f}%" for offset in film.offsets), "yes" if good else "no")
        for film, good in zip(strips, both, strict=True)
    ]
    return Section(
        "Another hospital",
        "Strips with both knees, and films of one, none of them trained on. Boxes were marked by eye "
        f"(`tests/localize/strips.csv`); found: within {100 * CLOSE_TO_BOX:.0f}% of the plateau's width of "
        "the box's centre.",
        (
            Result("strips, both knees and sides", 100 * float(np.mean(both)), "%", ALL, ".1f"),
            Result(
                "single knees found",
                100 * float(np.mean([seen is not None for seen in external])),
                "%",
                MOST,
                ".1f",
            ),
        ),
        (MarkdownTable(("strip", "right, off by", "left, off by", "both and their sides"), rows),),
    )


def side_section(crops: Sequence[CropOutcome], labels: Sequence[Side]) -> Section:
    right = np.array([crop.side is label for crop, label in zip(crops, labels, strict=True)])
    unsure = sum(isinstance(crop.side, NotMeasured) for crop in crops)
    given = np.array([crop.given for crop in crops if crop.found])
    mirrored = np.array([crop.other for crop in crops if crop.found])
    text = (
        f"`val`. By the picture alone {int(right.sum())} of {len(crops)} sides are right, {unsure} are left "
        f"open and {len(crops) - int(right.sum()) - unsure} wrong. With the side given, "
        f"{int((given <= DOUBTED).sum())} knees are flagged as the other side or mirrored and are not; "
        f"of their mirror images, given with the same side, {int((mirrored <= DOUBTED).sum())} of "
        f"{len(mirrored)} are flagged."
    )
    return Section(
        "Side",
        text,
        (
            Result("crops found", 100 * float(np.mean([crop.found for crop in crops])), "%", FOUND, ".2f"),
            Result("side right, of all crops", 100 * float(right.mean()), "%", MOST, ".2f"),
        ),
    )


def embedded_section(outcomes: Sequence[EmbeddedOutcome | NotMeasured]) -> Section:
    read = [one for one in outcomes if isinstance(one, EmbeddedOutcome)]
    before, after = (np.array([one.grades[index] for one in read]) for index in (0, 1))
    pairs = np.array([one.widths for one in read if not isinstance(one.widths, NotMeasured)])
    difference = (pairs[:, 1] - pairs[:, 0]) * TIBIA_MM / 100
    lost = Counter(one.reason for one in outcomes if isinstance(one, NotMeasured))
    return Section(
        "Grade and width, from a large film and from the crop itself",
        "Each `val` crop set into a film one to three times as fine, found there and read again. Millimetres "
        f"at a tibia of {TIBIA_MM:.0f} mm; {len(pairs)} medial minima, bias {difference.mean():+.3f} mm, "
        f"95% of the differences below {np.percentile(np.abs(difference), 95):.2f} mm.",
        (
            Result("kappa between the two grades", quadratic_weighted_kappa(before, after), "", KAPPA),
            Result("SD of the difference of medial mJSW", float(difference.std(ddof=1)), "mm", SD_MM),
        ),
        (MarkdownTable(("not read", "knees"), list(lost.items()) or [("none", 0)]),),
        (("What the grader sees, on average", "localize/views.png"),),
    )


def orientation_section(crops: Sequence[CropOutcome]) -> Section:
    righted = np.array([crop.righted for crop in crops if crop.found], float)
    rows = [
        (f"{angle}°", f"{100 * share:.2f}%")
        for angle, share in zip((90, 180, 270), righted.mean(axis=0), strict=True)
    ]
    return Section(
        "Orientation",
        f"`val` crops rotated: found within {100 * CLOSE:.0f}% of the tibial width of their upright place.",
        (Result("righted", 100 * float(righted.mean()), "%", MOST, ".2f"),),
        (MarkdownTable(("rotated by", "righted"), rows),),
    )


def refusal_section(
    refused: Sequence[tuple[str, str]],
    out_of_distribution: Sequence[tuple[str, str]],
    others: Sequence[tuple[str, str]],
) -> Section:
    outcomes = [*refused, *out_of_distribution, *others]
    away = [not outcome.startswith((GRADED, "read")) for _, outcome in outcomes]
    own = away[: len(refused)]
    return Section(
        "What must be refused",
        "Prostheses, lateral views and photographs of screens; photographs and textures of scikit-image; "
        "pictures of other body parts and kinds that pydicom brings along.",
        (
            Result("of `refuse`, refused", 100 * float(np.mean(own)), "%", ALL, ".1f"),
            Result("of the others, refused", 100 * float(np.mean(away[len(refused) :])), "%", ALL, ".1f"),
        ),
        (MarkdownTable(("picture", "outcome"), outcomes),),
    )
