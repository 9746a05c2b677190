"""Millimetres are believed only as far as the tibia they measure is as wide as an adult's."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.intake import load
from kltool.jointspace import QualityCriteria, assess_quality
from kltool.localize.spacing import fit_spacing, tibial_width_mm
from kltool.reading import read
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured, Width
from kltool.values.reading import KneeReading, Quality, Reading
from kltool.values.spacing import Calibration, NoSpacing, Spacing
from kltool.weights import Models
from tests.messages import holds

ReadSample = Callable[..., Reading]
CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.exists(), reason=f"no {CASES}")
TIERS = st.sampled_from(list(Calibration))


@pytest.fixture(scope="module")
def reading(read_sample: ReadSample) -> KneeReading:
    (knee,) = read_sample("knee_right_normal.dcm").knees
    return knee


def spaced(knee: Knee, tibia_mm: float, tier: Calibration, *others: Spacing) -> Knee:
    """The knee as if its film stated a spacing by which the tibia is so wide, and others."""
    mm = tibia_mm / knee.placement.tibial_width_px
    film = replace(knee.film, spacing=Spacing(mm, mm, tier), other_spacings=others)
    return replace(knee, film=film)


def fitted(*knees: Knee) -> tuple[Spacing | NoSpacing, tuple[str, ...]]:
    film, notes = fit_spacing(knees[0].film, knees)
    return film.spacing, notes


def doubts(reading: KneeReading, knee: Knee) -> list[str]:
    _, warnings = assess_quality(knee, reading.joint_space, reading.expected_error, QualityCriteria())
    return [one for one in warnings if "spacing" in one]


@given(factor=st.floats(0.2, 3.0), tier=TIERS)
def test_a_spacing_that_is_wrong_by_any_factor_gives_a_usual_tibia_a_warning_or_no_millimetres(
    factor: float, tier: Calibration, reading: KneeReading
) -> None:
    width = 76.0 * factor
    stated = spaced(reading.knee, width, tier)
    spacing, notes = fitted(stated)
    if isinstance(spacing, NoSpacing):
        assert notes == (spacing.reason,)
        assert width < 36.1 or width > 115.9
        return
    assert (spacing, notes) == (stated.film.spacing, ())
    assert tibial_width_mm(spacing, stated) == pytest.approx(width, rel=1e-3)
    assert 35.9 < width < 1.15 * 116.1
    warned = bool(doubts(reading, stated))
    assert warned or 51.9 < width < 1.15 * 100.1
    assert not (warned and 52.1 < width < 99.9)


@pytest.mark.parametrize(("tibia_mm", "doubtful"), [(55.0, False), (45.0, True), (37.0, True)])
def test_a_small_person_keeps_millimetres(tibia_mm: float, doubtful: bool, reading: KneeReading) -> None:
    small = spaced(reading.knee, tibia_mm, Calibration.GEOMETRY)
    assert fitted(small) == (small.film.spacing, ())
    found = doubts(reading, small)
    assert bool(found) is doubtful
    assert all(holds(one, f"{tibia_mm:g} mm wide") for one in found)


def test_a_doubtful_spacing_makes_a_reading_less_than_good(reading: KneeReading) -> None:
    knee = spaced(reading.knee, 105.0, Calibration.GEOMETRY)
    quality, _ = assess_quality(knee, reading.joint_space, reading.expected_error, QualityCriteria())
    assert reading.quality is Quality.GOOD
    assert quality is Quality.USABLE


def test_millimetres_at_the_detector_may_be_larger(reading: KneeReading) -> None:
    """There a knee is magnified, by 15% on average."""
    assert doubts(reading, spaced(reading.knee, 110.0, Calibration.GEOMETRY))
    assert not doubts(reading, spaced(reading.knee, 110.0, Calibration.DETECTOR))


def test_another_tag_that_fits_takes_the_place_of_one_that_does_not(reading: KneeReading) -> None:
    mm = 76.0 / reading.knee.placement.tibial_width_px
    fits, misfits = Spacing(mm, mm, Calibration.DETECTOR), Spacing(0.9, 0.9, Calibration.UNKNOWN_PLANE)
    spacing, (note,) = fitted(spaced(reading.knee, 152.0, Calibration.CORRECTED, misfits, fits))
    assert spacing == fits
    assert holds(note, str(fits), "152.0 mm")


def test_tags_that_agree_about_a_small_knee_are_not_exchanged(reading: KneeReading) -> None:
    """A spacing at the detector makes every knee larger: it must not be preferred for that."""
    mm = 54.0 / reading.knee.placement.tibial_width_px
    small = spaced(reading.knee, 50.0, Calibration.GEOMETRY, Spacing(mm, mm, Calibration.DETECTOR))
    assert fitted(small) == (small.film.spacing, ())


def test_knees_of_one_film_are_judged_together(reading: KneeReading) -> None:
    one = spaced(reading.knee, 35.0, Calibration.GEOMETRY)
    placement = replace(one.placement, tibial_width_px=one.placement.tibial_width_px * 1.2)
    assert isinstance(fitted(one)[0], NoSpacing)
    assert fitted(one, replace(one, placement=placement)) == (one.film.spacing, ())
    assert isinstance(fitted(one, one)[0], NoSpacing)


def test_pixels_that_are_not_square_are_measured_along_the_plateau(reading: KneeReading) -> None:
    across = Spacing(0.9, 76.0 / reading.knee.placement.tibial_width_px, Calibration.GEOMETRY)
    level = replace(reading.knee, placement=replace(reading.knee.placement, tilt_rad=0.0))
    assert tibial_width_mm(across, level) == pytest.approx(76.0)


def test_other_spacings_follow_the_pixels_that_are_made_square(reading: KneeReading) -> None:
    stated, other, another_shape = (
        Spacing(row, column, Calibration.DETECTOR) for row, column in ((0.4, 0.2), (0.2, 0.1), (0.2, 0.2))
    )
    film = replace(reading.knee.film, spacing=stated, other_spacings=(other, another_shape))
    squared = film.with_square_pixels(stated.aspect)
    assert squared.other_spacings == (Spacing(0.1, 0.1, Calibration.DETECTOR),)


def test_what_the_user_gave_is_named(models: Models, samples: Path) -> None:
    found = read(samples / "knee_right_normal.dcm", models, spacing_mm=0.9)
    assert isinstance(found.film.spacing, NoSpacing)
    assert holds(found.film.spacing.reason, "0.9 x 0.9 mm", "given by the user", "--spacing")
    assert found.film.spacing.reason in found.film.notes
    assert isinstance(found.knees[0].joint_space.medial.minimum, Width)
    assert isinstance(found.knees[0].joint_space.medial.minimum.mm, NotMeasured)


@needs_cases
@pytest.mark.parametrize("case", ["spacing-placeholder-1-1/alone.dcm", "spacing-stale-after-resize/film.dcm"])
def test_a_placeholder_and_a_stale_spacing_give_no_millimetres(case: str, models: Models) -> None:
    (knee,) = read(load(CASES / case), models).knees
    assert isinstance(knee.spacing, NoSpacing)
    assert isinstance(knee.joint_space.medial.minimum, Width)
    assert isinstance(knee.joint_space.medial.minimum.mm, NotMeasured)


@needs_cases
@pytest.mark.parametrize(
    "case",
    [
        "reference/good.dcm",
        "spacing-placeholder-1-1/with_imager_spacing.dcm",
        "spacing-larger-than-detector/film.dcm",
    ],
)
def test_where_a_tag_fits_widths_are_true(case: str, models: Models) -> None:
    (knee,) = read(load(CASES / case), models).knees
    space = knee.joint_space
    for compartment, true_mm in ((space.medial, 4.50), (space.lateral, 5.90)):
        assert isinstance(compartment.minimum, Width)
        assert compartment.minimum.mm == pytest.approx(true_mm, abs=0.02)
