"""A number is never told without its unit, and what was not measured is never told as a number."""

import pytest

from kltool.report import text as words
from kltool.values.change import GradeChange, GradeClaim
from kltool.values.length import Area, Length, NotMeasured
from kltool.values.reading import Positioning
from tests.messages import holds

NO_MM = NotMeasured("no millimetres: no pixel spacing in the file")
IN_MM = Length(20.0, 5.0, 3.8, 0.5, 0.125, 0.1)
IN_PERCENT = Length(20.0, 5.0, NO_MM, 0.5, 0.125, NO_MM)


def test_a_length_is_told_in_millimetres_else_in_per_cent() -> None:
    assert (words.length(IN_MM), words.interval(IN_MM)) == ("3.80 mm", "3.60 to 4.00")
    assert (words.length(IN_PERCENT), words.interval(IN_PERCENT)) == ("5.0 % TW", "4.8 to 5.2")


def test_an_area_is_told_in_square_millimetres_else_in_per_cent() -> None:
    span = (0.15, 0.30)
    in_mm = Area(900.0, 1.2, 60.0, 30.0, 0.05, 2.0, span)
    in_percent = Area(900.0, 1.2, NO_MM, 30.0, 0.05, NO_MM, span)
    assert (words.area(in_mm), words.area_interval(in_mm)) == ("60.0 mm²", "56.1 to 63.9")
    assert (words.area(in_percent), words.area_interval(in_percent)) == ("1.20 % TW²", "1.10 to 1.30")


def test_what_was_not_measured_has_no_interval() -> None:
    absent = NotMeasured("the margins cross by 2.5 mm")
    assert (words.length(absent), words.interval(absent)) == ("not measured", "")
    assert (words.area(absent), words.area_interval(absent)) == ("not measured", "")


@pytest.mark.parametrize(
    ("degrees", "facts"),
    [
        (4.4, ("4°", "outwards")),
        (-12.0, ("12°", "inwards")),
        (0.2, ("not rotated",)),
        (NotMeasured("why"), ("rotation", "not known")),
    ],
)
def test_a_rotation_has_its_direction(degrees: float | NotMeasured, facts: tuple[str, ...]) -> None:
    at = Positioning(IN_MM, degrees, -3.0, True, 0.0, 1.1, 30.0)
    beam, leg, picture, film = words.positioning(at)
    assert holds(beam, "plateau", "3.80 mm")
    assert holds(leg, "leg", *facts)
    assert holds(picture, "3°")
    assert holds(film, "femoral margin", "1.1 % TW", "30 times the noise")


def test_positioning_that_is_not_known_is_said_to_be_so() -> None:
    absent = NotMeasured("no femoral margin was found")
    told = words.positioning(Positioning(absent, absent, 0.0, True, 0.0, absent, absent))
    for line, what in ((told[0], "plateau"), (told[1], "rotation"), (told[3], "sharpness")):
        assert holds(line, what, "not known")
    noiseless = Positioning(absent, 0.0, 0.0, True, 0.0, 1.0, NotMeasured("the film shows no noise"))
    assert holds(words.positioning(noiseless)[3], "femoral margin", "1.0 % TW")
    assert "noise" not in words.positioning(noiseless)[3]


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "< 0.01"), (0.004, "< 0.01"), (0.05, "0.05"), (0.996, "> 0.99"), (1.0, "> 0.99")],
)
def test_a_probability_is_never_told_as_certainty(share: float, told: str) -> None:
    assert words.probability(share) == told


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert [words.signed(number) for number in (-0.001, 0.004, -0.006, 1.5)] == [
        "0.00",
        "0.00",
        "-0.01",
        "+1.50",
    ]
    assert words.signed(-7.26, 1) == "-7.3"


@pytest.mark.parametrize(
    ("share", "told", "judgement"),
    [
        (0.31, "0.31", " do not support"),
        (0.5, "0.50", " support"),
        (0.9999, "> 0.99", " support"),
        (0.05, "0.05", " do not support"),
        (0.04, "0.04", " contradict"),
        (0.0, "< 0.01", " contradict"),
        (0.4996, "0.4996", " do not support"),
        (0.0499, "0.0499", " contradict"),
    ],
)
def test_a_claim_is_judged_by_its_probability(share: float, told: str, judgement: str) -> None:
    transition = [[0.0] * 5 for _ in range(5)]
    transition[3][2], transition[3][3] = share, 1 - share
    change = GradeChange(tuple(map(tuple, transition)), 0.6)
    said = words.claim_sentence(change, GradeClaim(3, 2))
    assert holds(said, "3 → 2", f" {told};", judgement)
    assert ("not" in said) == ("not" in judgement)


def test_a_claim_on_knees_without_grades_says_why() -> None:
    said = words.claim_sentence(NotMeasured("after: an implant is shown"), GradeClaim(2, 1))
    assert holds(said, "2 → 1", "after: an implant is shown")
    assert "probability" not in said
