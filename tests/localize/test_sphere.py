"""A calibration sphere gives the spacing that it has, and nothing else is taken for one."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("numba")

from kltool.errors import UsageError
from kltool.intake import load
from kltool.localize.sphere.calibrate import SphereSettings, calibrate_by_sphere
from kltool.localize.sphere.discs import find_discs
from kltool.reading import Settings, read
from kltool.simulate.ball import add_ball
from kltool.simulate.scene import Ball, Film
from kltool.training.data.full_fields import is_for_training
from kltool.typing import Float32
from kltool.values.knee import Knee
from kltool.values.radiograph import Radiograph
from kltool.values.reading import Reading
from kltool.values.spacing import Calibration, NoSpacing, Spacing
from kltool.values.sphere import NoSphere, Sphere, given_sphere_mm
from kltool.weights import Models
from tests.messages import guides, holds
from tests.sphere_films import BESIDE, with_balls, without_spacing

ReadSample = Callable[..., Reading]
HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason=f"no {DATA}")
MM = 0.198
TWENTY_FIVE = SphereSettings(25.0)


@pytest.fixture(scope="module")
def knee(read_sample: ReadSample) -> Knee:
    """Of the normal right knee; its film has no air beside it."""
    return read_sample("knee_right_normal.dcm").knees[0].knee


def calibrated(knee: Knee, film: Radiograph, sphere: SphereSettings = TWENTY_FIVE) -> tuple[Radiograph, str]:
    """The film and its notes. The knee lies where it was, moved by the air to its left."""
    row, column = knee.placement.centre
    left = (film.pixels.shape[1] - knee.film.pixels.shape[1]) / 2
    moved = replace(knee, film=film, placement=replace(knee.placement, centre=(row, column + left)))
    found, notes = calibrate_by_sphere(film, [moved], sphere)
    return found, "; ".join(notes)


def ball_alone(mm: float, blur_mm: float, ball: Ball, off_mm: float = 0.0) -> Float32:
    """A film of a ball in air, 8 bits and JPEG; off_mm: of the central ray."""
    side = round(64 / mm)
    film = Film(
        side,
        side,
        spacing_mm=mm,
        magnification=1.0,
        source_mm=1000.0,
        blur_mm=blur_mm,
        joint_at_mm=(0.0, off_mm),
    )
    grey = np.full((side, side), 0.03)
    add_ball(grey, ball, film)
    noisy = grey + 0.01 * np.random.default_rng(side).standard_normal(grey.shape)
    eight = np.rint(np.clip(noisy, 0, 1) * 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", eight, (cv2.IMWRITE_JPEG_QUALITY, 85))
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32)


@given(
    mm=st.floats(0.1, 0.2),
    blur_mm=st.floats(0.05, 0.2),
    opacity=st.floats(20.0, 50.0),
    brightness=st.floats(0.7, 1.2),
    off_mm=st.floats(-150.0, 150.0),
)
@settings(max_examples=12)
def test_a_ball_is_as_wide_as_it_is(
    mm: float, blur_mm: float, opacity: float, brightness: float, off_mm: float
) -> None:
    """Also far off the central ray, where it is an ellipse, burnt out, or fuzzy."""
    ball = Ball((0.4, -0.7), 25.0, 0.0, opacity / 25.0, brightness)
    (disc,) = find_discs(ball_alone(mm, blur_mm, ball, off_mm), (15 / mm, 45 / mm))
    assert disc.diameter * mm == pytest.approx(25.0, rel=0.006)


def test_a_ball_off_the_central_ray_is_measured_along_its_shorter_axis() -> None:
    ball = Ball((0.0, 0.0), 25.0)
    (straight,), (oblique,) = (
        find_discs(ball_alone(0.14, 0.14, ball, off), (100, 300)) for off in (0.0, 200.0)
    )
    assert straight.outline.elongation == pytest.approx(1.0, abs=0.001)
    assert oblique.outline.elongation == pytest.approx(np.sqrt(1 + 0.2**2), abs=0.002)
    assert oblique.diameter == pytest.approx(straight.diameter, rel=0.003)
    assert abs(np.sin(oblique.outline.angle_rad)) < 0.1  # away from the central ray, along the row


@pytest.mark.parametrize("mm_of_ball", [25.0, 30.0])
def test_millimetres_are_those_of_the_sphere(mm_of_ball: float, knee: Knee) -> None:
    film = with_balls(without_spacing(knee.film), replace(BESIDE, diameter_mm=mm_of_ball))
    found, notes = calibrated(knee, film, SphereSettings(mm_of_ball))
    assert isinstance(found.spacing, Spacing)
    assert found.spacing.tier is Calibration.SPHERE
    assert found.spacing.row_mm == found.spacing.column_mm == pytest.approx(MM, rel=0.003)
    assert isinstance(found.sphere, Sphere)
    assert (found.sphere.row, found.sphere.column) == pytest.approx(
        (309.5 + 8 / MM, film.pixels.shape[1] / 2 - 0.5 - 72 / MM), abs=0.3
    )
    assert holds(notes, f"{mm_of_ball:g} mm found")
    assert "contradicts" not in notes
    assert "below" not in notes


def test_without_a_size_nothing_is_assumed(knee: Knee) -> None:
    film = with_balls(knee.film, BESIDE)
    assert calibrated(knee, film, SphereSettings()) == (film, "")
    assert film.sphere is None


@pytest.mark.parametrize("stated", [True, False])
def test_without_a_disc_the_spacing_of_the_tags_is_used_and_named(stated: bool, knee: Knee) -> None:
    film = with_balls(knee.film if stated else without_spacing(knee.film))
    found, notes = calibrated(knee, film)
    assert found.spacing == film.spacing
    assert isinstance(found.sphere, NoSphere)
    assert found.sphere.code == "no_disc"
    expected = "geometry" if stated else "there are no millimetres"
    assert holds(notes, "no calibration sphere was found", "25 mm", expected)


def test_a_sphere_that_contradicts_the_tags_is_said_and_counts(knee: Knee) -> None:
    film = with_balls(knee.film, BESIDE)
    found, notes = calibrated(knee, film, SphereSettings(26.5))
    assert isinstance(found.spacing, Spacing)
    assert found.spacing.column_mm == pytest.approx(MM * 26.5 / 25, rel=0.003)
    assert holds(notes, "contradicts", "geometry", "6.")
    assert found.other_spacings[0] == film.spacing


@pytest.mark.parametrize(
    ("tier", "ratio", "contradicts"),
    [
        (Calibration.GEOMETRY, 1.02, False),
        (Calibration.GEOMETRY, 1.12, True),
        (Calibration.DETECTOR, 1.12, False),  # by magnification
        (Calibration.DETECTOR, 0.90, True),
        (Calibration.USER, 1.5, True),
    ],
)
def test_millimetres_of_the_detector_may_be_larger(
    tier: Calibration, ratio: float, contradicts: bool, knee: Knee
) -> None:
    spacing = Spacing(MM * ratio, MM * ratio, tier)
    _, notes = calibrated(knee, with_balls(replace(knee.film, spacing=spacing), BESIDE))
    assert ("contradicts" in notes) is contradicts


def test_two_discs_of_different_sizes_give_no_spacing(knee: Knee) -> None:
    """Which of them is the sphere, nobody said."""
    other = replace(BESIDE, at_mm=(0.0, 72.0), diameter_mm=20.0)
    film = with_balls(knee.film, BESIDE, other)
    found, notes = calibrated(knee, film)
    assert found.spacing == film.spacing
    assert isinstance(found.sphere, NoSphere)
    assert found.sphere.code == "several_discs"
    assert holds(notes, "2 bright discs", "126.", "101.")  # pixels: 25 and 20 mm of 0.198 mm


def test_two_discs_of_one_size_are_said_and_the_nearer_to_the_joint_is_used(knee: Knee) -> None:
    far = replace(BESIDE, at_mm=(-40.0, 72.0))
    found, notes = calibrated(knee, with_balls(without_spacing(knee.film), far, BESIDE))
    assert isinstance(found.sphere, Sphere)
    assert found.sphere.row == pytest.approx(309.5 + 8 / MM, abs=0.3)
    assert holds(notes, "2 bright discs of one size")


def test_a_sphere_far_from_the_joint_is_said(knee: Knee) -> None:
    tall = np.pad(knee.film.pixels, ((0, 300), (0, 0)), mode="edge")
    film = with_balls(without_spacing(replace(knee.film, image=tall)), replace(BESIDE, at_mm=(60.0, -72.0)))
    found, notes = calibrated(knee, film)
    assert isinstance(found.spacing, Spacing)
    assert holds(notes, "mm below the joint")


def test_a_disc_upon_the_leg_is_not_taken(knee: Knee) -> None:
    found, _ = calibrated(knee, with_balls(knee.film, replace(BESIDE, at_mm=(30.0, 20.0), brightness=1.3)))
    assert isinstance(found.sphere, NoSphere)


def test_a_sphere_by_which_the_tibia_is_no_adults_gives_way_to_the_tags(knee: Knee, models: Models) -> None:
    """14 mm stated of a ball of 25 mm: the check of every spacing applies."""
    film = with_balls(knee.film, replace(BESIDE, diameter_mm=25.0))
    reading = read(film, models, sphere_mm=14.0)
    assert isinstance(reading.film.spacing, Spacing)
    assert reading.film.spacing.tier is Calibration.GEOMETRY
    assert any(holds(note, "used", "(sphere)") for note in reading.film.notes)


def test_a_reading_records_the_sphere(knee: Knee, models: Models) -> None:
    film = with_balls(without_spacing(knee.film), BESIDE)
    reading = read(film, models, sphere_mm=25)
    (record,) = reading.to_dict()["knees"]
    assert record["spacing"]["tier"] == "sphere"
    assert record["sphere"]["diameter_px"] == pytest.approx(25 / MM, rel=0.003)
    assert reading.produced_by.settings["sphere.diameter_mm"] == 25.0
    assert "sphere" not in read(knee.film, models).to_dict()["knees"][0]


@pytest.mark.parametrize("given", [0, 4.9, 61.0, float("nan"), float("inf"), -25, "25 mm", True])
def test_what_is_no_diameter_of_a_sphere_is_refused_before_anything_is_read(given: object) -> None:
    with pytest.raises(UsageError) as refusal:
        given_sphere_mm(given)
    assert guides(str(refusal.value))


def test_a_spacing_and_a_sphere_are_one_too_many(models: Models, samples: Path) -> None:
    with pytest.raises(UsageError) as refusal:
        read(samples / "knee_right_normal.dcm", models, spacing_mm=0.2, sphere_mm=25.0)
    assert guides(str(refusal.value))
    with pytest.raises(UsageError):
        read(samples / "knee_right_normal.dcm", models, spacing_mm=0.2, settings=Settings(sphere=TWENTY_FIVE))


def test_sample_films_have_no_sphere(models: Models, samples: Path) -> None:
    for path in sorted(samples.glob("knee_*.dcm")):
        found = read(path, models, sphere_mm=25.0).film
        assert isinstance(found.sphere, NoSphere), path.name
        assert found.spacing == load(path).spacing


def training_films() -> list[str]:
    """Of the full fields: those from which something may be learned."""
    names = sorted(path.name for path in (DATA / "full_field").glob("*.jpg"))
    return [name for name in names if is_for_training(name)]


@needs_data
def test_real_films_show_the_disc_that_was_marked_and_no_other() -> None:
    """By sight alone, at any width of the tibia from 36 to 116 mm."""
    with (HERE / "discs.csv").open(encoding="utf-8", newline="") as table:
        marks = {row["image"]: row for row in csv.DictReader(table)}
    with (HERE / "full_fields.csv").open(encoding="utf-8", newline="") as table:
        widths = {
            row["image"]: int(row["plateau_to_column"]) - int(row["plateau_from_column"])
            for row in csv.DictReader(table)
        }
    seen = 0
    for name in training_films():
        pixels = load(DATA / "full_field" / name).pixels
        discs = find_discs(pixels, (25 * widths[name] / 116, 25 * widths[name] / 36))
        if name not in marks:
            assert not discs, name
            continue
        (disc,), mark = discs, marks[name]
        seen += 1
        place = float(mark["row"]), float(mark["column"])
        assert (disc.outline.row, disc.outline.column) == pytest.approx(place, abs=2)
        assert disc.diameter == pytest.approx(float(mark["diameter"]), abs=2)
    assert seen == 1


@needs_data
def test_crops_show_no_disc() -> None:
    crops = sorted((DATA / "oai_kl" / "train").glob("[0-4]/*.png"))[::60]
    assert len(crops) > 90
    for path in crops:
        assert not find_discs(load(path).pixels, (25 * 165 / 116, 25 * 165 / 36)), path.name


def test_a_film_without_spacing_or_disc_stays_without_millimetres(knee: Knee, models: Models) -> None:
    reading = read(without_spacing(with_balls(knee.film)), models, sphere_mm=25.0)
    assert isinstance(reading.film.spacing, NoSpacing)
