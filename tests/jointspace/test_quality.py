"""A reading says how far it can be trusted: each doubt lowers it and is told in words with its number."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kltool.intake import ImageSource, load
from kltool.jointspace import Doubts, judge
from kltool.values.length import Length, NotMeasured
from kltool.values.radiograph import Knee, Side
from kltool.values.reading import KneeReading, Positioning, Quality, Reading
from tests.intake.films import as_bytes, data_set
from tests.messages import holds

ReadSample = Callable[..., Reading]
NO_MM = NotMeasured("no millimetres: no pixel spacing in the file")
WELL_PLACED = Positioning(
    imd=Length(2.0, 0.6, 0.5, 0.5, 0.15, 0.1),
    rotation_deg=3.0,
    tilt_deg=-2.0,
    whole=True,
    clipped=0.0,
    edge_width_percent=1.1,
    contrast_to_noise=30.0,
)
Judged = tuple[Quality, tuple[str, ...]]
Facts = tuple[str, ...]


def only(found: Judged, quality: Quality, *facts: str) -> bool:
    """This quality, for one reason alone, which holds the facts; for none where there are no facts."""
    reasons = found[1]
    return found[0] is quality and len(reasons) == bool(facts) and all(holds(one, *facts) for one in reasons)


@pytest.fixture
def reading(read_sample: ReadSample) -> KneeReading:
    """A simulated knee, as if it had stood perfectly and both its margins been found."""
    (knee,) = read_sample("knee_right_normal.dcm").knees
    return replace(knee, joint_space=replace(knee.joint_space, positioning=WELL_PLACED))


def judged(reading: KneeReading, knee: Knee | None = None, **positioning: object) -> Judged:
    space = reading.joint_space
    placed = replace(space.positioning, **positioning)  # type: ignore[arg-type]
    return judge(knee or reading.knee, replace(space, positioning=placed), Doubts())


def apart(mm: float | NotMeasured, percent: float = 0.5) -> Length:
    return Length(5.0, percent, mm, 0.5, 0.1, 0.1)


def test_a_whole_sharp_upright_knee_is_good_and_without_warning(reading: KneeReading) -> None:
    assert judged(reading) == (Quality.GOOD, ())


@pytest.mark.parametrize(
    ("score", "quality", "fact"), [(0.59, Quality.USABLE, "0.59"), (0.44, Quality.POOR, "0.44")]
)
def test_a_doubtful_knee_is_told(reading: KneeReading, score: float, quality: Quality, fact: str) -> None:
    assert only(judged(reading, replace(reading.knee, score=score)), quality, fact)


def test_an_unsharp_outline_is_told(reading: KneeReading) -> None:
    unsharp = replace(reading.knee, landmarks=replace(reading.knee.landmarks, spread=0.03))
    assert only(judged(reading, unsharp), Quality.USABLE, "outline")


def test_what_hardly_has_a_knees_outline_is_poor(reading: KneeReading) -> None:
    strange = replace(reading.knee, landmarks=replace(reading.knee.landmarks, spread=0.05))
    assert only(judged(reading, strange), Quality.POOR, "outline")


def test_few_pixels_and_a_tilt_are_told(reading: KneeReading) -> None:
    placement = replace(reading.knee.placement, tibial_width_px=100.0)
    quality, (pixels, tilt) = judged(reading, replace(reading.knee, placement=placement), tilt_deg=-20.0)
    assert quality is Quality.USABLE
    assert holds(pixels, "resolution", "100 pixels")
    assert holds(tilt, "20 degrees")


def test_a_joint_cut_off_by_the_edge_is_poor(reading: KneeReading) -> None:
    assert only(judged(reading, whole=False), Quality.POOR, "cut off")


def test_a_film_that_its_tags_call_mirrored_is_poor(reading: KneeReading) -> None:
    film = load(ImageSource.in_memory("film.dcm", as_bytes(data_set(PatientOrientation=["R", "F"]))))
    assert film.stored_mirrored
    mirrored = replace(reading.knee, film=replace(reading.knee.film, stored_mirrored=film.stored_mirrored))
    assert only(judged(reading, mirrored), Quality.POOR, "tags", "mirrored")


def test_a_side_that_the_picture_contradicts_is_told(reading: KneeReading) -> None:
    placement = replace(reading.knee.placement, mirrored=not reading.knee.placement.mirrored)
    other = replace(reading.knee, placement=placement, side_probability=0.004)
    assert reading.knee.side is Side.RIGHT
    assert only(judged(reading, other), Quality.POOR, "left knee", "mirrored")
    unsure = replace(reading.knee, side_probability=0.03)
    assert only(judged(reading, unsure), Quality.USABLE, "left knee", "mirrored")


@pytest.mark.parametrize(
    ("imd", "quality", "facts"),
    [
        (apart(1.0), Quality.GOOD, ()),
        (apart(1.6), Quality.USABLE, ("plateau", "1.6 mm", "1.0")),
        (apart(2.5), Quality.USABLE, ("plateau", "2.5 mm", "1.0")),
        (apart(4.1), Quality.POOR, ("plateau", "4.1 mm", "1.0")),
        (apart(NO_MM, 1.3), Quality.GOOD, ()),
        (apart(NO_MM, 2.0), Quality.USABLE, ("plateau", "2.0 % of the tibial width", "1.3")),
        (apart(NO_MM, 5.4), Quality.POOR, ("plateau", "5.4 % of the tibial width", "1.3")),
        (NotMeasured("margins not seen"), Quality.USABLE, ("plateau", "margins not seen")),
    ],
)
def test_margins_of_the_plateau_that_lie_apart_are_told(
    reading: KneeReading, imd: Length | NotMeasured, quality: Quality, facts: Facts
) -> None:
    assert only(judged(reading, imd=imd), quality, *facts)


@pytest.mark.parametrize(
    ("degrees", "quality", "facts"),
    [
        (-9.9, Quality.GOOD, ()),
        (14.0, Quality.USABLE, ("leg", "outwards", "14 degrees")),
        (-21.0, Quality.POOR, ("leg", "inwards", "21 degrees")),
        (NotMeasured("why"), Quality.USABLE, ("leg", "why")),
    ],
)
def test_a_turned_leg_is_told(
    reading: KneeReading, degrees: float | NotMeasured, quality: Quality, facts: Facts
) -> None:
    assert only(judged(reading, rotation_deg=degrees), quality, *facts)


@pytest.mark.parametrize(
    ("placed", "usable", "poor", "facts"),
    [
        ("clipped", 0.10, 0.30, ("10%", "black or white")),
        ("edge_width_percent", 2.6, 4.5, ("femoral margin", "2.6 % of the tibial width", "2.0")),
        ("contrast_to_noise", 3.1, 1.9, ("noise", "3.1 times", "5 at least")),
    ],
)
def test_a_film_that_shows_the_joint_badly_is_told(
    reading: KneeReading, placed: str, usable: float, poor: float, facts: Facts
) -> None:
    assert only(judged(reading, **{placed: usable}), Quality.USABLE, *facts)
    assert judged(reading, **{placed: poor})[0] is Quality.POOR


def test_a_space_that_was_not_measured_is_told_with_its_reason(reading: KneeReading) -> None:
    space = reading.joint_space
    medial = replace(space.medial, minimum=NotMeasured("the margins cross by 2.5 mm"))
    told = judge(reading.knee, replace(space, medial=medial), Doubts())
    assert only(told, Quality.USABLE, "medial", "the margins cross by 2.5 mm")


def test_the_gravest_reasons_come_first(reading: KneeReading) -> None:
    quality, reasons = judged(reading, replace(reading.knee, score=0.5), whole=False, imd=apart(1.5))
    assert quality is Quality.POOR
    assert "cut off" in reasons[0]
    assert len(reasons) == 3
