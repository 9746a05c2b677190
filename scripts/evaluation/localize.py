"""docs/results/localize.md: knees found, on which side, which way up, and what is refused."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation import finding, plots
from evaluation.finding import CLOSE, CLOSE_TO_BOX, CropOutcome, FilmOutcome, RoadOutcome
from evaluation.graded import spread_out
from evaluation.out_of_distribution import GRADED, photographs_and_textures, refusals
from evaluation.page import Bar, Result, Section, Table, page
from kltool.localize import find_knees
from kltool.training.agreement import quadratic_weighted_kappa
from kltool.training.oai import side_of
from kltool.typing import Float32
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Side
from kltool.weights import Models, load_models

FOUND, FALSE, ALL, MOST = Bar(least=99.5), Bar(most=0.5), Bar(least=100.0), Bar(least=99.0)
KAPPA, SD_MM, MS = Bar(least=0.97), Bar(most=0.15), Bar(most=150.0)
TIBIA_MM: Final = 76.0  # docs/choices.md#tibial-width
DOUBTED: Final = 0.01  # probability of the given side: flagged
REPEATS: Final = 15


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was found."""

    models: Models
    made: Sequence[FilmOutcome]
    strips: Sequence[FilmOutcome]
    external: Sequence[Float32 | None]
    crops: Sequence[CropOutcome]
    labels: Sequence[Side]
    road: Sequence[RoadOutcome | NotMeasured]
    refused: Sequence[tuple[str, str]]
    strangers: Sequence[tuple[str, str]]
    others: Sequence[tuple[str, str]]
    milliseconds: float


def gather(data: Path, boxes: Path, films: int, knees: int | None, jobs: int) -> Evidence:
    """data: shared/data. boxes: the strips' plateaux. films: made ones; knees: of `val`, all if None."""
    models = load_models()
    paths = spread_out(data / "oai_kl" / "val", knees)
    milliseconds = _time(data, models)
    return Evidence(
        models,
        finding.composites(data, films // 2, jobs) + finding.drawn(films - films // 2, jobs),
        finding.strips(data, boxes, models),
        finding.external(data / "external", jobs),
        finding.crops(paths, jobs),
        [side_of(path) for path in paths],
        finding.road(paths, jobs),
        refusals(sorted((data / "refuse").iterdir()), models),
        photographs_and_textures(models),
        finding.other_pictures(models),
        milliseconds,
    )


def _time(data: Path, models: Models) -> float:
    film = finding.large_film(data)
    find_knees(film, models)
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        find_knees(film, models)
        seconds.append(time.perf_counter() - began)
    return 1000 * float(np.median(seconds))


def write(evidence: Evidence, results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    hashes = Table(("model", "sha256"), [(name, f"`{sha}`") for name, sha in evidence.models.hashes.items()])
    opening = f"Made by `python scripts/evaluate.py localize`.\n\n{hashes}\n\nEvery figure that has a bar:"
    sections = [
        made_section(evidence.made),
        strips_section(evidence.strips, evidence.external),
        side_section(evidence.crops, evidence.labels),
        road_section(evidence.road),
        turned_section(evidence.crops),
        refusal_section(evidence.refused, evidence.strangers, evidence.others),
        Section(
            "Speed",
            "Both knees of a film of 3,000 x 2,500 pixels found and placed, models loaded, one core.",
            (Result("a film, median", evidence.milliseconds, "ms", MS, ".0f"),),
        ),
    ]
    draw(evidence, results / "localize")
    written = results / "localize.md"
    written.write_text(page("Finding the knee", opening, sections))
    return written


def draw(evidence: Evidence, folder: Path) -> None:
    """Means of many views, which show how knees are framed and no knee."""
    both = np.stack([one.views for one in evidence.road if isinstance(one, RoadOutcome)])
    elsewhere = np.stack([seen for seen in evidence.external if seen is not None])
    means = {
        f"{len(both)} OAI crops": both[:, 0].mean(axis=0),
        "the same set into films": both[:, 1].mean(axis=0),
        "mean absolute difference": np.abs(both[:, 1] - both[:, 0]).mean(axis=0),
        f"{len(elsewhere)} films of another hospital": elsewhere.mean(axis=0),
    }
    plots.pictures(means, (-1.0, 1.0), folder / "views.png")


def made_section(films: Sequence[FilmOutcome]) -> Section:
    offsets = finding.shares(films)
    false = 100 * sum(film.false for film in films) / len(films)
    rows = []
    for kind in sorted({film.kind for film in films}):
        own = [film for film in films if film.kind == kind]
        away = finding.shares(own)
        rows.append(
            (
                *(kind, len(own), len(away), f"{100 * (away < CLOSE).mean():.1f}%"),
                f"{100 * (away < finding.SAME).mean():.1f}%",
                f"{100 * float(np.median(away)):.2f}%",
                sum(film.false for film in own),
            )
        )
    columns = ("films", "count", "knees", "found", "found at all", "median offset", "false knees")
    return Section(
        "Films that no network was trained on",
        "Annotated `val` crops set into fields, and simulated knees; sides of single knees are given. Found: "
        f"centre within {100 * CLOSE:.0f}% of the tibial width; found at all: within half of it.",
        (
            Result("knees found", 100 * float((offsets < CLOSE).mean()), "%", FOUND, ".2f"),
            Result("false knees for 100 films", false, "", FALSE, ".2f"),
        ),
        (Table(columns, rows),),
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
        "Strips with both knees, and films of one, none of them trained on. Boxes were drawn by eye "
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
        (Table(("strip", "right, off by", "left, off by", "both and their sides"), rows),),
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
        "Whose side",
        text,
        (
            Result("crops found", 100 * float(np.mean([crop.found for crop in crops])), "%", FOUND, ".2f"),
            Result("side right, of all crops", 100 * float(right.mean()), "%", MOST, ".2f"),
        ),
    )


def road_section(road: Sequence[RoadOutcome | NotMeasured]) -> Section:
    read = [one for one in road if isinstance(one, RoadOutcome)]
    before, after = (np.array([one.grades[index] for one in read]) for index in (0, 1))
    pairs = np.array([one.widths for one in read if not isinstance(one.widths, NotMeasured)])
    difference = (pairs[:, 1] - pairs[:, 0]) * TIBIA_MM / 100
    lost = Counter(one.reason for one in road if isinstance(one, NotMeasured))
    return Section(
        "Grade and width, from a large film and from the crop itself",
        "Each `val` crop set into a film one to three times as fine, found there and read again. Millimetres "
        f"at a tibia of {TIBIA_MM:.0f} mm; {len(pairs)} medial minima, bias {difference.mean():+.3f} mm, "
        f"95% of the differences below {np.percentile(np.abs(difference), 95):.2f} mm.",
        (
            Result("kappa between the two grades", quadratic_weighted_kappa(before, after), "", KAPPA),
            Result("SD of the difference of medial mJSW", float(difference.std(ddof=1)), "mm", SD_MM),
        ),
        (Table(("not read", "knees"), list(lost.items()) or [("none", 0)]),),
        (("What the grader sees, on average", "localize/views.png"),),
    )


def turned_section(crops: Sequence[CropOutcome]) -> Section:
    righted = np.array([crop.righted for crop in crops if crop.found], float)
    rows = [
        (f"{angle}°", f"{100 * share:.2f}%")
        for angle, share in zip((90, 180, 270), righted.mean(axis=0), strict=True)
    ]
    return Section(
        "Which way up",
        f"`val` crops turned: found within {100 * CLOSE:.0f}% of the tibial width of where they lie upright.",
        (Result("righted", 100 * float(righted.mean()), "%", MOST, ".2f"),),
        (Table(("turned by", "righted"), rows),),
    )


def refusal_section(
    refused: Sequence[tuple[str, str]],
    strangers: Sequence[tuple[str, str]],
    others: Sequence[tuple[str, str]],
) -> Section:
    fates = [*refused, *strangers, *others]
    away = [not fate.startswith((GRADED, "read")) for _, fate in fates]
    own = away[: len(refused)]
    rows = [(name, fate) for name, fate in fates]
    return Section(
        "What must be refused",
        "Prostheses, lateral views and photographs of screens; photographs and textures of scikit-image; "
        "pictures of other body parts and kinds that pydicom brings along.",
        (
            Result("of `refuse`, refused", 100 * float(np.mean(own)), "%", ALL, ".1f"),
            Result("of the others, refused", 100 * float(np.mean(away[len(refused) :])), "%", ALL, ".1f"),
        ),
        (Table(("picture", "what became of it"), rows),),
    )
