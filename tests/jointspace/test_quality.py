"""A reading says how far it can be trusted: each doubt lowers it and is told in words."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kltool.intake import ImageSource, load
from kltool.jointspace import Doubts, judge
from kltool.values.findings import KneeReading, Quality, Reading
from kltool.values.image import Knee
from tests.intake.films import as_bytes, data_set

ReadSample = Callable[..., Reading]


@pytest.fixture
def reading(read_sample: ReadSample) -> KneeReading:
    (knee,) = read_sample("knee_right_normal.dcm").knees
    return knee


def judged(reading: KneeReading, knee: Knee) -> tuple[Quality, tuple[str, ...]]:
    return judge(knee, reading.joint_space, Doubts())


def test_a_whole_sharp_upright_knee_is_good_and_without_warning(reading: KneeReading) -> None:
    assert judged(reading, reading.knee) == (Quality.GOOD, ())


@pytest.mark.parametrize(
    ("score", "quality", "words"),
    [
        (0.59, Quality.USABLE, "the finder is not sure of this knee (score 0.59)"),
        (0.44, Quality.POOR, "doubtful that this is a frontal natural knee (score 0.44)"),
    ],
)
def test_a_doubtful_knee_is_told(reading: KneeReading, score: float, quality: Quality, words: str) -> None:
    assert judged(reading, replace(reading.knee, score=score)) == (quality, (words,))


def test_an_unsharp_outline_is_told(reading: KneeReading) -> None:
    unsharp = replace(reading.knee, landmarks=replace(reading.knee.landmarks, spread=0.03))
    assert judged(reading, unsharp) == (Quality.USABLE, ("the joint's outline is unsharp",))


def test_few_pixels_and_a_tilt_are_told(reading: KneeReading) -> None:
    placement = replace(reading.knee.placement, tibial_width_px=100.0, tilt_rad=-0.35)
    assert judged(reading, replace(reading.knee, placement=placement)) == (
        Quality.USABLE,
        ("low resolution: the tibia spans 100 pixels", "the knee is tilted by 20 degrees in the picture"),
    )


def test_a_joint_cut_off_by_the_edge_is_poor(reading: KneeReading) -> None:
    outside = reading.knee.landmarks.tibia - (0.0, reading.knee.landmarks.tibia[0, 1] + 1.0)
    cut = replace(reading.knee, landmarks=replace(reading.knee.landmarks, tibia=outside))
    assert judged(reading, cut) == (Quality.POOR, ("the joint is cut off by the edge of the picture",))


def test_a_film_that_its_tags_call_mirrored_is_poor(reading: KneeReading) -> None:
    film = load(ImageSource.in_memory("film.dcm", as_bytes(data_set(PatientOrientation=["R", "F"]))))
    assert film.stored_mirrored
    mirrored = replace(reading.knee, film=replace(reading.knee.film, stored_mirrored=film.stored_mirrored))
    quality, (warning,) = judged(reading, mirrored)
    assert quality is Quality.POOR
    assert warning.startswith("the tags say that the film is stored mirrored")
