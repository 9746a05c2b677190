"""Each reason against a comparison is given where its limit is passed, with its number, and only there."""

from collections.abc import Callable
from dataclasses import replace
from math import log

import pytest

from kltool.comparison.comparability import assess_comparability, paired_knees
from kltool.comparison.magnification import Scales
from kltool.errors import NotComparable
from kltool.values.change import Comparability, IdentityMatch
from kltool.values.length import Length, NotMeasured
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading, Quality, Reading
from kltool.values.width_change import Unit
from tests.messages import holds

ReadSample = Callable[..., Reading]
SAME_SIZE = Scales(Unit.MM, (0.2, 0.2), 0.0, 0.0, 0.01, 0.01)
NO_MM = NotMeasured("no pixel spacing")


@pytest.fixture
def knee(read_sample: ReadSample) -> KneeReading:
    """A knee on a good film."""
    (found,) = read_sample("case/before.dcm").knees
    return positioned(replace(found, quality=Quality.GOOD, warnings=()))


def positioned(
    knee: KneeReading, imd: float = 1.0, rotation_deg: float = 0.0, tilt_deg: float = 0.0
) -> KneeReading:
    """imd: inter-margin distance, % of the tibial width."""
    length = Length(4.0 * imd, imd, NO_MM, 0.4, 0.1, NO_MM)
    at = replace(knee.joint_space.positioning, imd=length, rotation_deg=rotation_deg, tilt_deg=tilt_deg)
    return replace(knee, joint_space=replace(knee.joint_space, positioning=at))


def match(probability: float) -> IdentityMatch:
    return IdentityMatch(0.8, 0.8, 0.005, probability)


@pytest.mark.parametrize("sides", [(True, True), (True, False), (False, True)])
def test_a_knee_of_unknown_side_is_compared_with_none(
    sides: tuple[bool, bool], read_sample: ReadSample
) -> None:
    """Not with one of unknown side either: they may be both knees of one person."""
    names = ("case/before.dcm", "case/after.dcm")
    films = [
        of_unknown_side(read_sample(name)) if unknown else read_sample(name)
        for name, unknown in zip(names, sides, strict=True)
    ]
    with pytest.raises(NotComparable) as refused:
        paired_knees(*films)
    assert holds(str(refused.value), "not comparable", "side unknown", "--side")


def of_unknown_side(reading: Reading) -> Reading:
    knees = tuple(replace(one, knee=replace(one.knee, side=Side.UNKNOWN)) for one in reading.knees)
    return replace(reading, knees=knees)


def test_two_good_films_of_one_knee_are_comparable(knee: KneeReading) -> None:
    found = assess_comparability(knee, knee, SAME_SIZE, match(0.99), 1.0)
    assert found == (Comparability.COMPARABLE, ())


@pytest.mark.parametrize(
    ("within", "beyond", "facts"),
    [
        ({"imd": 2.9}, {"imd": 3.1}, ("+2.1 % of the tibial width",)),
        ({"rotation_deg": -7.9}, {"rotation_deg": -9.0}, ("rotation", "9 degrees")),
        ({"tilt_deg": 7.9}, {"tilt_deg": 12.0}, ("12 degrees",)),
    ],
)
def test_a_knee_that_is_positioned_differently_is_compared_with_caution(
    within: dict[str, float], beyond: dict[str, float], facts: tuple[str, ...], knee: KneeReading
) -> None:
    """1.5 mm of 76 mm between the margins of the plateau; eight degrees of the leg and in the image."""
    near, far = (positioned(knee, **at) for at in (within, beyond))
    assert assess_comparability(knee, near, SAME_SIZE, match(0.99), 1.0)[0] is Comparability.COMPARABLE
    comparability, (reason,) = assess_comparability(knee, far, SAME_SIZE, match(0.99), 1.0)
    assert comparability is Comparability.CAUTION
    assert holds(reason, *facts)


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (0.51, Comparability.COMPARABLE),
        (0.49, Comparability.CAUTION),
        (0.03, Comparability.CAUTION),
        (0.01, Comparability.NOT_COMPARABLE),
    ],
)
def test_bones_that_match_poorly_ask_for_caution_and_others_are_not_compared(
    probability: float, expected: Comparability, knee: KneeReading
) -> None:
    found, reasons = assess_comparability(knee, knee, SAME_SIZE, match(probability), 1.0)
    assert found is expected
    assert all(holds(reason, f"{probability:.2f}") for reason in reasons)
    assert len(reasons) == (expected is not Comparability.COMPARABLE)


def test_an_image_that_is_mirrored_is_not_compared_and_its_bones_are_not_blamed(knee: KneeReading) -> None:
    mirrored = replace(knee, knee=replace(knee.knee, placement=replace(knee.knee.placement, mirrored=True)))
    found, (reason,) = assess_comparability(knee, mirrored, SAME_SIZE, match(0.001), 1.0)
    assert found is Comparability.NOT_COMPARABLE
    assert "mirrored" in reason


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (1.04, Comparability.COMPARABLE),
        (1.2, Comparability.CAUTION),
        (1.3, Comparability.NOT_COMPARABLE),
        (0.5, Comparability.NOT_COMPARABLE),
    ],
)
def test_films_whose_femur_changed_by_more_than_magnification_have_no_common_millimetres(
    ratio: float, expected: Comparability, knee: KneeReading
) -> None:
    changed = replace(SAME_SIZE, femur_log_ratio=log(ratio), outline_log_ratio=log(ratio))
    film = replace(knee.knee.film, pixels_sha256="of another film")
    later = replace(knee, knee=replace(knee.knee, film=film))
    found, reasons = assess_comparability(knee, later, changed, match(0.99), 1.0)
    assert found is expected
    assert all(holds(reason, "femoral width differs by", f"{100 * (ratio - 1):+.0f}") for reason in reasons)


def test_without_millimetres_a_femur_of_another_size_asks_for_caution(knee: KneeReading) -> None:
    """The ratio of femur to tibia is no matter of the spacing."""
    changed = replace(SAME_SIZE, unit=Unit.PERCENT, femur_log_ratio=log(1.3), outline_log_ratio=log(1.3))
    assert assess_comparability(knee, knee, changed, match(0.99), 1.0)[0] is Comparability.CAUTION
