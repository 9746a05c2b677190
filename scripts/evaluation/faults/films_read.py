"""Checks of what films read as, for the faults by number."""

import re
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from pydicom import dcmread
from pydicom.dataset import FileDataset

import kltool
from evaluation.faults.films import changed, grey8, put, sample
from evaluation.faults.trial import EIGHT_BITS, Finding, alike, command, refused
from kltool.errors import KltoolError
from kltool.grading.view import VIEW, grader_view
from kltool.localize.crop import sample_crop
from kltool.report.plots.bones import bones_in_view
from kltool.samples import sample_path
from kltool.typing import Mask
from kltool.values.grade import Grade
from kltool.values.length import NotMeasured, Width
from kltool.values.reading import KneeReading, Reading
from kltool.values.spacing import Spacing

MEDIAL, LATERAL = 4.50, 5.90  # mm, of the reference film
TIBIA_MM = 76.0  # docs/choices.md#tibial-width
CLOSE = 0.05  # mm
CLOSE_GRADE = 0.1
SAMPLES: Final = ("knee_right_normal.dcm", "knee_left_moderate.dcm", "knee_right_severe.dcm")
AIR, MOST_AIR = 0.2, 0.1  # of the range of the view, of the map
READ_OF: Final = 20  # OAI crops, spread over `val`


@cache
def knees(path: Path) -> tuple[KneeReading, ...] | KltoolError:
    try:
        found: Reading = kltool.read(path)
    except KltoolError as error:
        return error
    return found.knees


def millimetres(width: Width | NotMeasured) -> float | None:
    length = None if isinstance(width, NotMeasured) else width.mm
    return length if isinstance(length, float) else None


def widths(knee: KneeReading) -> tuple[float | None, float | None]:
    space = knee.joint_space
    return millimetres(space.medial.minimum), millimetres(space.lateral.minimum)


def described(found: tuple[KneeReading, ...] | KltoolError) -> str:
    if isinstance(found, KltoolError):
        return f"{getattr(found, 'code', 'refused')}: {str(found).split(' was ')[0][:90]}"
    return "; ".join(_described(knee) for knee in found)


def _described(knee: KneeReading) -> str:
    medial, lateral = (f"{mm:.2f}" if mm is not None else "none" for mm in widths(knee))
    grade = knee.grade.grade if isinstance(knee.grade, Grade) else "none"
    return f"{knee.side} knee, medial {medial}, lateral {lateral} mm, KL {grade}, {knee.quality}"


def as_reference(path: Path, grade: bool = False) -> Finding:
    """Whether a film reads as the reference does. grade: the expected grade as well."""
    found = knees(path)
    if isinstance(found, KltoolError) or len(found) != 1:
        return Finding(described(found), False)
    away = [
        abs(mm - right)
        for mm, right in zip(widths(found[0]), (MEDIAL, LATERAL), strict=True)
        if mm is not None
    ]
    holds = len(away) == 2 and max(away) <= CLOSE
    return Finding(described(found), holds and (not grade or _grade_is_that_of(found[0], path)))


def _grade_is_that_of(knee: KneeReading, path: Path) -> bool:
    (reference,) = _knees_of(path.parent.parent / "reference" / "good.dcm")
    return _same_grade(knee, reference)


def _same_grade(one: KneeReading, other: KneeReading) -> bool:
    both = (one.grade, other.grade)
    expected = [grade.expected for grade in both if isinstance(grade, Grade)]
    return len(expected) == 2 and abs(expected[0] - expected[1]) <= CLOSE_GRADE


def _knees_of(path: Path) -> tuple[KneeReading, ...]:
    found = knees(path)
    return () if isinstance(found, KltoolError) else found


def _crops(cases: Path) -> list[KneeReading]:
    paths = sorted((cases.parent / "data" / "oai_kl" / "val").glob("[0-4]/*.png"))
    chosen = paths[:: max(1, len(paths) // READ_OF)][:READ_OF]
    return [knee for path in chosen for knee in _knees_of(path)]


def warnings(cases: Path, _: Path) -> Finding:
    crops = _crops(cases)
    told = sum(any("times as large" in warning for warning in crop.warnings) for crop in crops)
    return Finding(f"{told} of {len(crops)} crops", told < len(crops) / 2)


def quality(cases: Path, _: Path) -> Finding:
    crops = _crops(cases)
    good = sum(crop.quality == "good" for crop in crops)
    return Finding(f"{good} of {len(crops)} crops are good", good > len(crops) / 2)


def means(cases: Path, _: Path) -> Finding:
    lone = 0
    for knee in _crops(cases):
        for space in (knee.joint_space.medial, knee.joint_space.lateral):
            widths_at = list(space.fixed_widths.values())
            lost = sum(isinstance(width, NotMeasured) for width in widths_at) > len(widths_at) / 3
            lone += lost and not isinstance(space.mean, NotMeasured)
    return Finding(f"{lone} means with a third of their range not found", lone == 0)


def hardware(cases: Path, _: Path) -> Finding:
    """Plates, nails and screws drawn on the sample film."""
    from kltool.training.data.implants import with_hardware  # late: the extra 'train' is needed

    (knee,) = _knees_of(cases / "reference" / "good.dcm")
    sure = 0
    for seed in range(5):
        pixels, _shown = with_hardware(
            knee.knee.film.pixels, knee.knee.placement, np.random.default_rng(seed)
        )
        try:
            spoiled = kltool.read(kltool.Radiograph.from_array(pixels, _spacing(knee), "right")).knees
        except KltoolError:
            continue
        grades = [one.grade for one in spoiled if isinstance(one.grade, Grade)]
        sure += any(max(grade.probabilities) >= 0.95 for grade in grades)
    return Finding(f"{sure} of 5 films graded with 0.95 or more", sure == 0)


def _spacing(knee: KneeReading) -> Spacing | None:
    return knee.spacing if isinstance(knee.spacing, Spacing) else None


def attribution(_: Path, __: Path) -> Finding:
    """Share of what is shown of the map that lies over air: dark on the film."""
    shares = [_air_share(knee) for name in SAMPLES for knee in _knees_of(sample_path(name))]
    text = f"{', '.join(f'{share:.0%}' for share in shares)} of what is shown lies over air"
    return Finding(text, max(shares) <= MOST_AIR)


def _air_share(knee: KneeReading) -> float:
    """The joint space is dark, too, and lies between the bones."""
    assert isinstance(knee.grade, Grade)
    view = sample_crop(knee.knee.pixels, knee.knee.placement, VIEW)
    cells = np.clip(np.array(knee.grade.attribution, np.float32), 0, None)
    weights = cv2.resize(cells, view.shape[::-1], interpolation=cv2.INTER_LINEAR)
    shown = weights * bones_in_view(grader_view(knee.knee.pixels, knee.knee.placement), knee.knee)
    low, high = np.percentile(view, (1, 99))
    bone = view >= low + AIR * (high - low)
    return float(shown[~bone & ~_between(bone)].sum() / shown.sum())


def _between(bone: Mask) -> Mask:
    """With bone above and below."""
    below = np.maximum.accumulate(bone[::-1])[::-1]
    return np.asarray(np.maximum.accumulate(bone) & below)


def no_models(cases: Path, _: Path) -> Finding:
    return Finding(described(knees(cases / "reference" / "good.dcm")), True)


def reads_as_reference(*path: str, grade: bool = False) -> Callable[[Path, Path], Finding]:
    return lambda cases, _: as_reference(cases.joinpath(*path), grade)


def no_wrong_millimetres(*path: str) -> Callable[[Path, Path], Finding]:
    """Right ones, none, or a warning that is about the spacing."""

    def run(cases: Path, _: Path) -> Finding:
        found = _knees_of(cases.joinpath(*path))
        right = as_reference(cases.joinpath(*path))
        if right.holds or not found:
            return right
        knee = found[0]
        warned = any("spacing" in text.lower() for text in (*knee.warnings, *knee.knee.film.notes))
        withheld = widths(knee) == (None, None)
        return Finding(f"{right.text}{', warned' if warned else ''}", warned or withheld)

    return run


def rescaled(cases: Path, _: Path) -> Finding:
    before, after = (
        kltool.read(cases / "rescaled-follow-up" / name) for name in ("before.dcm", "after_stale_spacing.dcm")
    )
    (change,) = kltool.compare(before, after)
    return Finding(str(change.comparability), "not" in str(change.comparability))


def as_its_twin(name: str, aspect: float, spacing: float | None) -> Callable[[Path, Path], Finding]:
    """As the same pixels read when OpenCV has made them square. spacing: mm, of the twin."""

    def run(cases: Path, _: Path) -> Finding:
        path = cases / "nonsquare-pixels" / name
        pixels = dcmread(path).pixel_array.astype(np.float32)
        rows = round(aspect * len(pixels))
        twin = cv2.resize(pixels, (pixels.shape[1], rows), interpolation=cv2.INTER_CUBIC)
        found, expected = (
            kltool.read(film).knees for film in (path, kltool.Radiograph.from_array(twin, spacing, "right"))
        )
        away = [
            abs(one - other) * (1.0 if spacing else TIBIA_MM / 100)
            for one, other in zip(_minima(found[0], spacing), _minima(expected[0], spacing), strict=True)
        ]
        text = f"{described(found)}; {max(away):.3f} mm from the twin"
        return Finding(text, max(away) <= CLOSE and _same_grade(found[0], expected[0]))

    return run


def _minima(knee: KneeReading, spacing: float | None) -> list[float]:
    """Millimetres, or per cent of the tibial width where there is no spacing."""
    minima = (knee.joint_space.medial.minimum, knee.joint_space.lateral.minimum)
    return [
        millimetres(width) or 0.0 if spacing else width.percent
        for width in minima
        if isinstance(width, Width)
    ]


def right_only(*path: str) -> Callable[[Path, Path], Finding]:
    def run(cases: Path, _: Path) -> Finding:
        found = knees(cases.joinpath(*path))
        sides = [] if isinstance(found, KltoolError) else [str(knee.side) for knee in found]
        return Finding(", ".join(sides) or described(found), "left" not in sides and bool(sides))

    return run


def one_grade(cases: Path, __: Path) -> Finding:
    film = cases / "reference" / "good.dcm"
    (knee,) = _knees_of(film)
    assert isinstance(knee.grade, Grade)
    read = knee.grade.grade
    _, said = command("compare", film, film)
    found = re.search(r"KL grade (\d) before and (\d) after", " ".join(said.split()))
    compared = tuple(map(int, found.groups())) if found else ()
    return Finding(f"read: {read}; compared: {' to '.join(map(str, compared))}", compared == (read, read))


def palette(_: Path, scratch: Path) -> Finding:
    """Indices in reverse order, whose palette puts them right."""

    def change(dataset: FileDataset) -> None:
        dataset.PhotometricInterpretation = "PALETTE COLOR"
        dataset.BitsAllocated = dataset.BitsStored = 8
        dataset.HighBit, dataset.PixelData = 7, (255 - grey8()).tobytes()
        for name in ("Red", "Green", "Blue"):
            put(dataset, f"{name}PaletteColorLookupTableDescriptor", struct.pack("<3H", 256, 0, 16), "US")
            entries = (np.arange(255, -1, -1) * 257).astype("<u2").tobytes()
            put(dataset, f"{name}PaletteColorLookupTableData", entries, "OW")

    return alike(changed(change), sample(), EIGHT_BITS)


def with_tags(word: str, **tags: str | int) -> Callable[[Path, Path], Finding]:
    """The sample film with other tags: read as it is, or refused by a message that has the word."""

    def run(_: Path, scratch: Path) -> Finding:
        def change(dataset: FileDataset) -> None:
            for keyword, value in tags.items():
                setattr(dataset, keyword, value)
            if tags.get("NumberOfFrames") == 2:
                dataset.PixelData = dataset.PixelData * 2

        data = changed(change)
        found = refused(data, word)
        return alike(data, sample()) if found.text == "read" else found

    return run
