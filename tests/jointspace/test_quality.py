"""Each quality criterion that is not met lowers the quality and gives a warning with its number."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kltool.intake import ImageSource, load
from kltool.jointspace import QualityCriteria, assess_quality
from kltool.jointspace.conditions import cause_of_error
from kltool.values.expected_error import ExpectedError
from kltool.values.joint_space import Positioning
from kltool.values.knee import Knee
from kltool.values.length import Length, NotMeasured
from kltool.values.letter import Letter
from kltool.values.measure import Compartment
from kltool.values.reading import KneeReading, Quality, Reading
from kltool.values.spacing import Calibration, Spacing
from tests.intake.films import as_bytes, data_set
from tests.messages import holds

ReadSample = Callable[..., Reading]
NO_MM = NotMeasured("no millimetres: no pixel spacing in the file")
WELL_PLACED = Positioning(
    imd=Length(2.0, 0.6, 0.5, 0.5, 0.15, 0.1),
    rotation_deg=3.0,
    tilt_deg=-2.0,
    complete=True,
    clipped=0.0,
    edge_width_percent=1.1,
    contrast_to_noise=30.0,
)
NONE_EXPECTED = NotMeasured("for this test")
Judged = tuple[Quality, tuple[str, ...]]


@pytest.fixture
def reading(read_sample: ReadSample) -> KneeReading:
    """A simulated knee with perfect positioning and both margins found."""
    (knee,) = read_sample("knee_right_normal.dcm").knees
    return replace(knee, joint_space=replace(knee.joint_space, positioning=WELL_PLACED))


def judged(reading: KneeReading, knee: Knee | None = None, **positioning: object) -> Judged:
    space = reading.joint_space
    placed = replace(space.positioning, **positioning)  # type: ignore[arg-type]
    whole = replace(space, positioning=placed)
    return assess_quality(knee or reading.knee, whole, NONE_EXPECTED, QualityCriteria())


def imd_of(mm: float | NotMeasured, percent: float = 0.5) -> Length:
    return Length(5.0, percent, mm, 0.5, 0.1, 0.1)


def test_a_complete_sharp_upright_knee_is_good_and_without_warning(reading: KneeReading) -> None:
    assert judged(reading) == (Quality.GOOD, ())


@pytest.mark.parametrize(
    ("score", "quality", "words"),
    [
        (0.59, Quality.USABLE, "the knee was detected with low certainty (detection score 0.59)"),
        (0.44, Quality.POOR, "possibly not a natural knee in frontal view (detection score 0.44)"),
    ],
)
def test_a_low_detection_score_is_reported(
    reading: KneeReading, score: float, quality: Quality, words: str
) -> None:
    assert judged(reading, replace(reading.knee, detection_score=score)) == (quality, (words,))


def test_uncertain_landmarks_are_reported(reading: KneeReading) -> None:
    unsharp = replace(reading.knee, landmarks=replace(reading.knee.landmarks, spread=0.03))
    assert judged(reading, unsharp) == (Quality.USABLE, ("the landmarks of the joint are uncertain",))


def test_very_uncertain_landmarks_are_poor(reading: KneeReading) -> None:
    strange = replace(reading.knee, landmarks=replace(reading.knee.landmarks, spread=0.05))
    found = ("possibly not a knee: the landmarks are very uncertain",)
    assert judged(reading, strange) == (Quality.POOR, found)


def test_few_pixels_and_a_tilt_are_reported(reading: KneeReading) -> None:
    placement = replace(reading.knee.placement, tibial_width_px=100.0)
    coarse = replace(reading.knee.film, spacing=Spacing(0.76, 0.76, Calibration.GEOMETRY))
    assert judged(reading, replace(reading.knee, film=coarse, placement=placement), tilt_deg=-20.0) == (
        Quality.USABLE,
        ("low resolution: the tibia spans 100 pixels", "the knee is tilted by 20 degrees in the picture"),
    )


def test_a_joint_cut_off_by_the_edge_is_poor(reading: KneeReading) -> None:
    assert judged(reading, complete=False) == (
        Quality.POOR,
        ("the joint is cut off by the edge of the picture",),
    )


def test_a_film_stored_mirrored_by_its_tags_is_poor(reading: KneeReading) -> None:
    film = load(ImageSource.in_memory("film.dcm", as_bytes(data_set(PatientOrientation=["R", "F"]))))
    assert film.stored_mirrored
    mirrored = replace(reading.knee, film=replace(reading.knee.film, stored_mirrored=film.stored_mirrored))
    quality, (warning,) = judged(reading, mirrored)
    assert quality is Quality.POOR
    assert warning.startswith("the tags say that the film is stored mirrored")


def test_a_side_that_the_anatomy_contradicts_is_reported(reading: KneeReading) -> None:
    placement = replace(reading.knee.placement, mirrored=not reading.knee.placement.mirrored)
    other = replace(reading.knee, placement=placement, side_probability=0.004)
    quality, (warning,) = judged(reading, other)
    assert quality is Quality.POOR
    assert warning.startswith(
        f"by its anatomy this is a {reading.knee.side.other} knee or the film is mirrored"
    )
    quality, (warning,) = judged(reading, replace(reading.knee, side_probability=0.03))
    assert quality is Quality.USABLE
    assert (
        warning == f"by its anatomy this may be a {reading.knee.side.other} knee, or the film may be mirrored"
    )


def test_a_letter_that_names_the_other_side_is_a_warning_with_its_probability(reading: KneeReading) -> None:
    other = Letter(reading.knee.side.other, False, (90.0, 80.0), 30.0, 0.0, 0.97)
    quality, (warning,) = judged(reading, replace(reading.knee, letters=(other,)))
    assert quality is Quality.POOR
    assert warning == (
        f"the letter {other.name} on the film (probability 0.97) contradicts the side, which is "
        f"{reading.knee.side} by {reading.knee.side_source}"
    )
    same = replace(other, side=reading.knee.side)
    assert judged(reading, replace(reading.knee, letters=(same,))) == (Quality.GOOD, ())


def test_a_mirrored_letter_says_that_the_film_is_mirrored_only_with_the_anatomy(reading: KneeReading) -> None:
    letter = Letter(reading.knee.side, True, (90.0, 80.0), 30.0, 0.0, 0.97)
    face_down = replace(reading.knee, letters=(letter,))
    assert judged(reading, face_down) == (Quality.GOOD, ())
    placement = replace(reading.knee.placement, mirrored=not reading.knee.placement.mirrored)
    quality, warnings = judged(reading, replace(face_down, placement=placement, side_probability=0.004))
    assert quality is Quality.POOR
    assert any(holds(warning, "mirrored letter", "anatomy", "shown mirrored") for warning in warnings)


@pytest.mark.parametrize(
    ("mm", "quality", "words"),
    [
        (0.70, Quality.GOOD, None),
        (0.86, Quality.USABLE, "expected error of the medial minimum 0.86 mm, 0.7 at most is good: why"),
        (1.20, Quality.POOR, "expected error of the medial minimum 1.20 mm, 1.0 at most is usable: why"),
        (
            NO_MM,
            Quality.USABLE,
            "expected error of the medial minimum 1.10 % of the tibial width, 0.9 at most is good: why",
        ),
    ],
)
def test_a_large_expected_error_is_reported_with_its_cause(
    reading: KneeReading, mm: float | NotMeasured, quality: Quality, words: str | None
) -> None:
    expected = ExpectedError(Compartment.MEDIAL, mm, 1.1, "why")
    told = assess_quality(reading.knee, reading.joint_space, expected, QualityCriteria())
    assert told == (quality, (words,) if words else ())


@pytest.mark.parametrize(
    ("placed", "ordinary", "extreme", "words"),
    [
        ("rotation_deg", -14.0, -21.0, "the leg is rotated internally by about 21 degrees"),
        ("clipped", 0.10, 0.30, "30% of the pixels of the joint are clipped (black or white)"),
        (
            "edge_width_percent",
            2.6,
            4.5,
            "the film is blurred: edge width at the femoral margin 4.5 % of the tibial width",
        ),
        (
            "contrast_to_noise",
            3.1,
            1.9,
            "the film is noisy: contrast-to-noise ratio at the femoral margin 1.9",
        ),
    ],
)
def test_a_film_beyond_all_that_errors_were_measured_on_is_poor(
    reading: KneeReading, placed: str, ordinary: float, extreme: float, words: str
) -> None:
    assert judged(reading, **{placed: ordinary}) == (Quality.GOOD, ())
    assert judged(reading, **{placed: extreme}) == (Quality.POOR, (words,))


@pytest.mark.parametrize(
    ("placed", "words"),
    [
        ({}, "nothing on the film is out of the ordinary"),
        ({"edge_width_percent": 3.0, "clipped": 0.025}, "the film is blurred"),
        ({"imd": imd_of(6.0, 8.0)}, "the beam was not parallel to the medial plateau"),
        ({"rotation_deg": NotMeasured("why"), "contrast_to_noise": 4.0}, "the film is noisy"),
    ],
)
def test_the_cause_is_what_is_furthest_out_of_the_ordinary(
    reading: KneeReading, placed: dict[str, object], words: str
) -> None:
    at = replace(reading.joint_space.positioning, **placed)  # type: ignore[arg-type]
    space = replace(reading.joint_space, positioning=at)
    assert cause_of_error(reading.knee, space, QualityCriteria()).startswith(words)


def test_a_missing_minimum_is_reported_with_its_reason(reading: KneeReading) -> None:
    space = reading.joint_space
    medial = replace(space.medial, minimum=NotMeasured("the margins cross by 2.5 mm"))
    told = assess_quality(reading.knee, replace(space, medial=medial), NONE_EXPECTED, QualityCriteria())
    assert told == (Quality.USABLE, ("medial: the margins cross by 2.5 mm",))


def test_the_most_severe_reasons_come_first(reading: KneeReading) -> None:
    quality, reasons = judged(
        reading, replace(reading.knee, detection_score=0.5), complete=False, tilt_deg=20.0
    )
    assert quality is Quality.POOR
    assert reasons[0] == "the joint is cut off by the edge of the picture"
    assert len(reasons) == 3
