"""The tier of a spacing is what its tags deserve, whatever the tags hold."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.intake import ImageSource, load
from kltool.intake.dicom.header import SpacingTags
from kltool.intake.dicom.spacing import spacing_of
from kltool.values.spacing import Calibration, NoSpacing, Spacing
from tests.intake.films import as_bytes, data_set
from tests.messages import holds

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
TIERS = [
    ({"pixel": (0.14, 0.15), "calibration": "FIDUCIAL", "imager": (0.2, 0.2)}, 0.14, 0.15, "FIDUCIAL"),
    ({"pixel": (0.14, 0.15), "calibration": "GEOMETRY", "imager": (0.2, 0.2)}, 0.14, 0.15, "GEOMETRY"),
    ({"pixel": (0.14, 0.15), "imager": (0.2, 0.2)}, 0.14, 0.15, "CORRECTED"),
    ({"pixel": (0.2, 0.2), "imager": (0.2, 0.2), "magnification": (1.25,)}, 0.16, 0.16, "MAGNIFICATION"),
    ({"imager": (0.2, 0.1), "magnification": (1.25,)}, 0.16, 0.08, "MAGNIFICATION"),
    (
        {"imager": (0.2, 0.2), "source_to_detector": (1500.0,), "source_to_patient": (1200.0,)},
        0.16,
        0.16,
        "MAGNIFICATION",
    ),
    ({"imager": (0.2, 0.1)}, 0.2, 0.1, "DETECTOR"),
    ({"pixel": (0.2, 0.2), "imager": (0.2, 0.2)}, 0.2, 0.2, "DETECTOR"),
    ({"pixel": (0.2, 0.1)}, 0.2, 0.1, "UNKNOWN_PLANE"),
    ({"nominal": (0.2, 0.1)}, 0.2, 0.1, "UNKNOWN_PLANE"),
]


@pytest.mark.parametrize(("tags", "row", "column", "tier"), TIERS)
def test_each_tier(tags: dict[str, Any], row: float, column: float, tier: str) -> None:
    found = spacing_of(SpacingTags(**tags))
    assert isinstance(found.spacing, Spacing)
    assert found.spacing.tier is Calibration[tier]
    assert (found.spacing.row_mm, found.spacing.column_mm) == pytest.approx((row, column))
    assert found.notes == ()


@pytest.mark.parametrize(
    "wrong", [(0.0, 0.2), (-0.2, 0.2), (math.nan, 0.2), (math.inf, 0.2), (0.2,), (2.0, 2.0), (0.001, 0.001)]
)
def test_what_cannot_be_true_is_refused_with_a_note(wrong: tuple[float, ...]) -> None:
    found = spacing_of(SpacingTags(pixel=wrong))
    assert found.spacing == NoSpacing("no pixel spacing that can be true in the file")
    assert len(found.notes) == 1
    assert found.notes[0].startswith("PixelSpacing ")


def test_a_magnification_that_cannot_be_true_leaves_the_detector_plane() -> None:
    for wrong in (0.0, 0.5, 1.8, 7.0, math.nan):
        found = spacing_of(SpacingTags(imager=(0.2, 0.2), magnification=(wrong,)))
        assert found.spacing == Spacing(0.2, 0.2, Calibration.DETECTOR)
        assert len(found.notes) == 1


@pytest.mark.parametrize("patient", [0.0, 500.0, 1000.0, 1200.0])
def test_distances_that_cannot_be_true_are_refused(patient: float) -> None:
    """The knee would lie behind the detector, or halfway to the tube."""
    found = spacing_of(
        SpacingTags(imager=(0.2, 0.2), source_to_detector=(1000.0,), source_to_patient=(patient,))
    )
    assert found.spacing == Spacing(0.2, 0.2, Calibration.DETECTOR)
    assert holds(found.notes[0], f"{patient:g} mm refused", "the detector was expected behind the patient")


def test_what_else_the_tags_allow_is_kept_in_order() -> None:
    found = spacing_of(SpacingTags(pixel=(0.14, 0.14), imager=(0.15, 0.15), nominal=(0.3, 0.3)))
    assert found.other_spacings == (
        Spacing(0.15, 0.15, Calibration.DETECTOR),
        Spacing(0.14, 0.14, Calibration.UNKNOWN_PLANE),
        Spacing(0.3, 0.3, Calibration.UNKNOWN_PLANE),
    )


@pytest.mark.parametrize("mm", [1.0, 0.264583, 0.35277778])
def test_a_spacing_that_files_hold_whatever_they_show_is_noted_and_gives_way_to_the_detectors(
    mm: float,
) -> None:
    alone = spacing_of(SpacingTags(pixel=(mm, mm)))
    assert alone.spacing == Spacing(mm, mm, Calibration.UNKNOWN_PLANE)
    assert holds(alone.notes[0], f"PixelSpacing {mm:g} x {mm:g} is doubtful")
    beside = spacing_of(SpacingTags(pixel=(mm, mm), imager=(0.15, 0.15)))
    assert beside.spacing == Spacing(0.15, 0.15, Calibration.DETECTOR)


@pytest.mark.parametrize(
    ("tags", "factor"),
    [
        ({"pixel": (0.1, 0.1), "imager": (0.2, 0.2)}, "2.00"),
        ({"pixel": (0.14, 0.14), "imager": (0.196, 0.196), "magnification": (1.06,)}, "1.40"),
    ],
)
def test_a_correction_that_magnification_does_not_explain_is_doubtful(
    tags: dict[str, Any], factor: str
) -> None:
    (note,) = spacing_of(SpacingTags(**tags)).notes
    assert holds(note, "doubtful", f"{factor} times")


@pytest.mark.parametrize("calibration", ["", "GEOMETRY"])
@pytest.mark.parametrize("pixel", [(0.4452, 0.4452), (0.5, 0.5), (1.0, 1.0)])
def test_a_correction_for_magnification_that_is_impossible_is_not_used(
    pixel: tuple[float, float], calibration: str
) -> None:
    """A knee is never smaller on the detector than it is."""
    tags = SpacingTags(pixel=pixel, calibration=calibration, imager=(0.42, 0.42), magnification=(1.06,))
    found = spacing_of(tags)
    assert isinstance(found.spacing, Spacing)
    assert found.spacing.tier is Calibration.MAGNIFICATION
    assert found.spacing.row_mm == pytest.approx(0.42 / 1.06)
    (note,) = found.notes
    assert "ImagerPixelSpacing" in note


def test_a_reduced_film_whose_detector_tag_is_stale_keeps_its_pixel_spacing() -> None:
    found = spacing_of(SpacingTags(pixel=(0.28, 0.28), imager=(0.14, 0.14)))
    assert found.spacing == Spacing(0.28, 0.28, Calibration.CORRECTED)


@pytest.mark.skipif(not CASES.exists(), reason=f"no {CASES}")
@pytest.mark.parametrize(
    "case", ["spacing-larger-than-detector/film.dcm", "spacing-placeholder-1-1/with_imager_spacing.dcm"]
)
def test_films_whose_spacings_contradict_each_other_have_the_possible_one(case: str) -> None:
    film, reference = load(CASES / case), load(CASES / "reference" / "good.dcm")
    assert isinstance(film.spacing, Spacing)
    assert isinstance(reference.spacing, Spacing)
    assert film.spacing.row_mm == pytest.approx(reference.spacing.row_mm, rel=0.07)  # of the magnification


numbers = st.lists(st.one_of(st.floats(), st.floats(0.02, 1.0)), max_size=3).map(tuple)
anything = st.builds(
    SpacingTags,
    pixel=numbers,
    calibration=st.sampled_from(["", "FIDUCIAL", "geometry ", "NONSENSE"]),
    imager=numbers,
    nominal=numbers,
    magnification=st.lists(st.one_of(st.floats(), st.floats(0.9, 2.1)), max_size=2).map(tuple),
    source_to_detector=st.lists(st.floats(), max_size=1).map(tuple),
    source_to_patient=st.lists(st.floats(), max_size=1).map(tuple),
)
true_mm = st.floats(0.02, 1.0)


@given(anything)
def test_tags_never_raise_and_absence_has_a_reason(tags: SpacingTags) -> None:
    found = spacing_of(tags)
    if isinstance(found.spacing, NoSpacing):
        assert found.spacing.reason
    else:
        assert found.spacing.tier is not Calibration.USER


@given(anything, true_mm, true_mm)
def test_a_fiducial_outranks_everything(tags: SpacingTags, row: float, column: float) -> None:
    from dataclasses import replace

    found = spacing_of(replace(tags, pixel=(row, column), calibration="FIDUCIAL"))
    assert found.spacing == Spacing(row, column, Calibration.FIDUCIAL)


@given(st.floats(0.05, 0.5), st.floats(1.0, 1.5))
def test_a_magnified_detector_pixel_is_smaller_in_the_knee(mm: float, factor: float) -> None:
    found = spacing_of(SpacingTags(imager=(mm, mm), magnification=(factor,)))
    if mm / factor >= 0.02:
        assert found.spacing == Spacing(mm / factor, mm / factor, Calibration.MAGNIFICATION)


@pytest.mark.parametrize("text", [b"0,1,43\\0,143 ", b"abc\\def ", b"0.143 "])
def test_spacing_that_is_no_number_is_no_spacing(text: bytes) -> None:
    data = as_bytes(data_set(PixelSpacing=[0.1111, 0.1111]))
    assert b"0.1111\\0.1111 " in data
    film = load(ImageSource.in_memory("film", data.replace(b"0.1111\\0.1111 ", text.ljust(14))))
    assert film.spacing == NoSpacing("no pixel spacing that can be true in the file")
    assert film.notes[0].startswith("PixelSpacing ")
