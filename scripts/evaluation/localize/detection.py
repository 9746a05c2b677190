"""Films whose knees are known, and which of them are found, where, on which side and which way up."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from evaluation.localize.composite_films import CompositeKnee, composite_film, set_into_film
from kltool.errors import KltoolError, Refusal
from kltool.geometry.points import mirror
from kltool.grading import grade
from kltool.grading.view import grader_view
from kltool.intake import load
from kltool.jointspace import measure_joint_space, trace_margins
from kltool.localize import find_knees
from kltool.localize.orient import rotate_quarter_turns
from kltool.reading import DEFAULT, read
from kltool.simulate.population import simulate_random
from kltool.training.data.annotated import AnnotatedKnee, load_annotated
from kltool.training.data.oai import seed_of, side_of
from kltool.training.parallel import each
from kltool.typing import Float32, Float64, Points
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured, Width
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.spacing import NoSpacing
from kltool.weights import Models

FIRST_SEED: Final = 1_000_000  # docs/choices.md#evaluation-seeds
CLOSE: Final = 0.05  # tibial widths from the joint's true centre: found
CLOSE_TO_BOX: Final = 0.15  # likewise, where the centre is that of a box marked by eye
SAME: Final = 0.5  # tibial widths: farther off it is another place


@dataclass(frozen=True, slots=True)
class FilmOutcome:
    """One film. offsets: of each known knee, tibial widths from its centre to the nearest one found, or inf.

    sides: whether each has its own side. false: how many were found where none is.
    """

    kind: str
    offsets: tuple[float, ...]
    sides: tuple[bool, ...]
    false: int


@dataclass(frozen=True, slots=True)
class CropOutcome:
    """One crop. found: upright and with its side given. side: by the picture alone, or why there is none.

    given, other: the probability, by the picture, of its side; of it on the mirror image with the same label.
    righted: for 90, 180 and 270 degrees whether it was found to within CLOSE of where it lies upright.
    """

    name: str
    found: bool
    side: Side | NotMeasured
    given: float
    other: float
    righted: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class EmbeddedOutcome:
    """One crop read as it is and set into a large film. Widths: medial minimum, per cent of the tibia.

    views: (2, rows, columns), what the grader sees of both.
    """

    grades: tuple[int, int]
    widths: tuple[float, float] | NotMeasured
    views: Float32


def composites(data: Path, count: int, jobs: int) -> list[FilmOutcome]:
    """Composite films of annotated `val` crops. data: shared/data."""
    return each(_composite, [(data, seed) for seed in range(count)], "composites", jobs)


_annotated: dict[Path, list[AnnotatedKnee]] = {}  # of this process


def _composite(models: Models, item: tuple[Path, int]) -> FilmOutcome:
    data, seed = item
    if data not in _annotated:
        _annotated[data] = load_annotated(data, "val")
    made = composite_film(_annotated[data], np.random.default_rng((FIRST_SEED, seed)))
    side = made.knees[0].side if len(made.knees) == 1 else None
    return outcome(made.kind, _film("composite", made.pixels, side), made.knees, models)


def simulated(count: int, jobs: int) -> list[FilmOutcome]:
    """Simulated films of one knee."""
    return each(_simulated, range(FIRST_SEED, FIRST_SEED + count), "simulated films", jobs)


def _simulated(models: Models, seed: int) -> FilmOutcome:
    made = simulate_random(seed, (0.1, 0.4))
    (truth,) = made.truth
    known = CompositeKnee(np.array(truth.centre), truth.tibial_width_px, truth.side)
    film = _film("simulated", made.pixels.astype(np.float32), truth.side)
    return outcome("simulated", film, (known,), models)


def strips(data: Path, boxes: Path, models: Models) -> list[FilmOutcome]:
    """Films of both knees of another hospital. boxes: table of the plateaux, marked by eye."""
    with boxes.open() as table:
        rows = list(csv.DictReader(table))
    found = []
    for name in dict.fromkeys(row["image"] for row in rows):
        known = tuple(_boxed(row) for row in rows if row["image"] == name)
        film = load(data / "external" / "bilateral" / name)
        found.append(outcome(name, film, known, models))
    return found


def _boxed(row: dict[str, str]) -> CompositeKnee:
    left, right = float(row["plateau_from_column"]), float(row["plateau_to_column"])
    centre = np.array([float(row["joint_row"]), (left + right) / 2])
    return CompositeKnee(centre, right - left, Side(row["side"]))


def outcome(kind: str, film: Radiograph, known: Sequence[CompositeKnee], models: Models) -> FilmOutcome:
    """What is found on a film against what is known to be on it."""
    knees = _knees(film, models)
    centres = [centre_of(knee) for knee in knees]
    away = [[float(np.hypot(*(centre - one.centre))) / one.width for centre in centres] for one in known]
    nearest = [int(np.argmin(row)) if row else -1 for row in away]
    offsets = tuple(row[index] if row else np.inf for row, index in zip(away, nearest, strict=True))
    sides = tuple(
        index >= 0 and knees[index].side is one.side for one, index in zip(known, nearest, strict=True)
    )
    false = sum(all(row[index] > SAME for row in away) for index in range(len(knees)))
    return FilmOutcome(kind, offsets, sides, false)


def centre_of(knee: Knee) -> Points:
    """(row, column) of the joint's centre on the film as shown."""
    centre = np.array([knee.placement.centre])
    if knee.placement.mirrored:
        centre = mirror(centre, knee.film.pixels.shape[1])
    return np.asarray(centre[0], float)


def crops(paths: Sequence[Path], jobs: int) -> list[CropOutcome]:
    return each(_crop, paths, "val crops", jobs)


def _crop(models: Models, path: Path) -> CropOutcome:
    side = side_of(path)
    film = load(path, side=side)
    mirrored = replace(film, image=np.ascontiguousarray(film.pixels[:, ::-1]))
    knee, other = _only(film, models), _only(mirrored, models)
    alone = _side_alone(replace(film, side=None, side_source=SideSource.UNKNOWN), models)
    if knee is None:
        return CropOutcome(path.stem, False, alone, np.nan, np.nan, ())
    righted = tuple(_righted(film, turns, knee, models) for turns in (1, 2, 3))
    shown = other.side_probability if other else np.nan
    return CropOutcome(path.stem, True, alone, knee.side_probability, shown, righted)


def _only(film: Radiograph, models: Models) -> Knee | None:
    knees = _knees(film, models)
    return knees[0] if len(knees) == 1 else None


def _knees(film: Radiograph, models: Models) -> Sequence[Knee]:
    try:
        return find_knees(film, models).knees
    except Refusal:
        return ()


def _side_alone(film: Radiograph, models: Models) -> Side | NotMeasured:
    try:
        knees = find_knees(film, models).knees
    except Refusal as refusal:
        return NotMeasured(f"refused: {refusal.code}")
    if not knees:
        return NotMeasured("refused: replaced")
    return NotMeasured("unknown") if knees[0].side is Side.UNKNOWN else knees[0].side


def _righted(film: Radiograph, turns: int, upright: Knee, models: Models) -> bool:
    """Whether the knee is found where it lies upright, when the film comes rotated."""
    knee = _only(rotate_quarter_turns(film, turns), models)
    if knee is None or knee.film.pixels.shape != film.pixels.shape:
        return False
    away = float(np.hypot(*(centre_of(knee) - centre_of(upright))))
    return away < CLOSE * upright.placement.tibial_width_px


def external(folder: Path, jobs: int) -> list[Float32 | None]:
    """What the grader sees of the one knee of each film of another hospital, where it is found.

    Sides are not known: a knee counts as a right one, unless its anatomy shows the side with certainty.
    """
    with (folder / "labels.csv").open() as table:
        paths = [folder / row["image"] for row in csv.DictReader(table) if row["kind"] == "single"]
    return each(_external, paths, "external", jobs)


def _external(models: Models, path: Path) -> Float32 | None:
    knee = _only(load(path, side=Side.RIGHT), models)
    return None if knee is None else _view(knee)


def _view(knee: Knee) -> Float32:
    """At a quarter of the resolution."""
    seen = grader_view(knee.pixels, knee.placement)
    return np.asarray(cv2.resize(seen, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), np.float32)


def embedded(paths: Sequence[Path], jobs: int) -> list[EmbeddedOutcome | NotMeasured]:
    """Each crop as it is, and found again in a film it was set into."""
    return each(_embedded, paths, "crops in films", jobs)


def _embedded(models: Models, path: Path) -> EmbeddedOutcome | NotMeasured:
    film = load(path, side=side_of(path))
    random = np.random.default_rng((FIRST_SEED, *seed_of(path)))
    large = replace(film, image=set_into_film(film.pixels, random))
    knees = [_only(one, models) for one in (film, large)]
    if knees[0] is None or knees[1] is None:
        return NotMeasured("not found on the crop" if knees[0] is None else "not found on the film")
    first, second = (grade(knee, models.grader).grade for knee in knees if knee)
    views = np.stack([_view(knee) for knee in knees if knee])
    widths = [_medial(knee, models) for knee in knees if knee]
    missing = [width for width in widths if isinstance(width, NotMeasured)]
    if missing:
        return EmbeddedOutcome((first, second), missing[0], views)
    before, after = (width for width in widths if not isinstance(width, NotMeasured))
    return EmbeddedOutcome((first, second), (before, after), views)


def _medial(knee: Knee, models: Models) -> float | NotMeasured:
    minimum = measure_joint_space(
        knee, trace_margins(knee, models.margins, DEFAULT.margins), DEFAULT.widths, DEFAULT.errors
    ).medial.minimum
    return minimum.percent if isinstance(minimum, Width) else minimum


def other_pictures(models: Models) -> list[tuple[str, str]]:
    """The outcome of the medical pictures that pydicom brings along; none of them shows a knee."""
    package = find_spec("pydicom")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "data" / "test_files"  # its own functions would fetch further ones
    paths = sorted(folder.rglob("*.dcm"))
    return [(path.name, _outcome(path, models)) for path in paths]


def _outcome(path: Path, models: Models) -> str:
    try:
        reading = read(load(path), models)
    except KltoolError as error:
        return f"refused: {error.code}" if isinstance(error, Refusal) else f"failed: {type(error).__name__}"
    return f"read, {len(reading.knees)} knees"


def large_film(data: Path) -> Radiograph:
    """Both knees on 3,000 x 2,500 pixels."""
    made = composite_film(load_annotated(data, "val"), np.random.default_rng(3))
    pixels = np.asarray(cv2.resize(made.pixels, (3000, 2500), interpolation=cv2.INTER_LINEAR), np.float32)
    return _film("large", pixels, None)


def _film(name: str, pixels: Float32, side: Side | None) -> Radiograph:
    source = SideSource.UNKNOWN if side is None else SideSource.TAG
    return Radiograph(name, pixels, NoSpacing("none"), side, source)


def all_offsets(outcomes: Sequence[FilmOutcome]) -> Float64:
    """Of all knees of all films."""
    return np.array([offset for film in outcomes for offset in film.offsets])
