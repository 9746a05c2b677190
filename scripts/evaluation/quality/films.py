"""Films of known truth and graded crops, as they are and spoiled: read once, each knee kept in a file."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.quality.records import QualityFilm, kept
from kltool.geometry.window import CROP_SIZE, JOINT_ROW
from kltool.grading import grade
from kltool.intake import load
from kltool.training.calibrate.expected_error import judge
from kltool.training.calibrate.widening import DoubtedGrade
from kltool.training.data.oai import grade_of, seed_of, side_of
from kltool.training.data.simulated import COARSE_MM
from kltool.training.data.spoiled import sample_damage, spoiled
from kltool.training.data.varied import simulate_varied, varied_films
from kltool.training.detection import first_knee
from kltool.training.parallel import each
from kltool.values.grade import GRADES
from kltool.values.measure import Compartment
from kltool.values.radiograph import Radiograph
from kltool.weights import Models

FITTED_FROM: Final = 800_000  # docs/choices.md#evaluation-seeds
JUDGED_FROM: Final = 1_300_000  # docs/choices.md#evaluation-seeds
TIBIA_MM: Final = 76.0  # docs/choices.md#tibial-width


def read_simulated(first: int, count: int, folder: Path, jobs: int) -> list[QualityFilm]:
    """Three films of each of so many simulated knees."""
    folder.mkdir(parents=True, exist_ok=True)
    seeds = range(first, first + count)
    return [film for films in each(partial(_seed, folder), seeds, "simulated films", jobs) for film in films]


def read_graded(split: Path, each_grade: int, folder: Path, jobs: int) -> list[QualityFilm]:
    """Three films of each of so many crops of every grade, spread evenly over their names."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [path for kl in GRADES for path in _spread(split / str(kl), each_grade)]
    return [film for films in each(partial(_crop, folder), paths, "graded crops", jobs) for film in films]


def _spread(folder: Path, count: int) -> list[Path]:
    paths = sorted(folder.glob("*.png"), key=lambda path: path.name)
    chosen = np.unique(np.linspace(0, len(paths) - 1, min(count, len(paths))).round().astype(int))
    return [paths[index] for index in chosen]


def _seed(folder: Path, models: Models, seed: int) -> list[QualityFilm]:
    return kept(folder / f"{seed}.json", lambda: list(_simulated(models, seed)))


def _simulated(models: Models, seed: int) -> Iterator[QualityFilm]:
    simulated = simulate_varied(seed)
    (truth,) = simulated.truth
    true_mm = {
        Compartment.MEDIAL: truth.medial.minimum_mm,
        Compartment.LATERAL: truth.lateral.minimum_mm,
    }
    for number, film in enumerate(varied_films(simulated, seed)):
        knee = first_knee(film, models)
        if knee is not None:
            yield QualityFilm(str(seed), number == 0, judge(knee, models, TIBIA_MM), true_mm, None)


def _crop(folder: Path, models: Models, path: Path) -> list[QualityFilm]:
    return kept(folder / f"{path.stem}.json", lambda: list(_graded(models, path)))


def _graded(models: Models, path: Path) -> Iterator[QualityFilm]:
    for number, film in enumerate(_variants(path)):
        knee = first_knee(film, models)
        if knee is not None:
            found = grade(knee, models.grader)
            doubted = DoubtedGrade(grade_of(path), found.probabilities, found.expected_interval)
            yield QualityFilm(path.stem, number == 0, judge(knee, models, TIBIA_MM), {}, doubted)


def _variants(path: Path) -> Iterator[Radiograph]:
    """The crop as it is, then spoiled twice, by random numbers of its own."""
    random = np.random.default_rng((*seed_of(path), 16))
    film, joint = load(path, side=side_of(path)), np.array([JOINT_ROW, 0.5]) * CROP_SIZE
    damages = sample_damage(random), sample_damage(random)
    yield film
    for damage in damages:
        yield spoiled(film, joint, COARSE_MM, damage, random)
