"""A number always has its unit, and what was not measured is never shown as a number."""

import pytest

from kltool.report import text as words
from kltool.values.grade_change import GradeClaim
from kltool.values.joint_space import Positioning
from kltool.values.length import Area, Length, NotMeasured
from kltool.values.probability import format_probability
from tests.grades import changed

NO_MM = NotMeasured("no millimetres: no pixel spacing in the file")
IN_MM = Length(20.0, 5.0, 3.8, 0.5, 0.125, 0.1)
IN_PERCENT = Length(20.0, 5.0, NO_MM, 0.5, 0.125, NO_MM)


def test_a_length_is_in_millimetres_else_in_per_cent() -> None:
    assert (words.length(IN_MM), words.interval(IN_MM)) == ("3.80 mm", "3.60 to 4.00")
    assert (words.length(IN_PERCENT), words.interval(IN_PERCENT)) == ("5.00 % TW", "4.76 to 5.25")


def test_an_area_is_in_square_millimetres_else_in_per_cent() -> None:
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
    ("degrees", "text"),
    [
        (4.4, "leg rotated externally by about 4°"),
        (-12.0, "leg rotated internally by about 12°"),
        (0.2, "leg not rotated"),
        (NotMeasured("why"), "rotation of the leg not measured"),
    ],
)
def test_a_rotation_has_its_direction(degrees: float | NotMeasured, text: str) -> None:
    at = Positioning(IN_MM, degrees, -3.0, True, 0.0, 1.1, 30.0)
    assert words.positioning(at) == [
        "inter-margin distance of the medial plateau 3.80 mm",
        text,
        "knee tilted by 3° in the image",
        "edge width 1.1 % TW, contrast-to-noise ratio 30",
    ]


def test_positioning_that_was_not_measured_is_stated_as_such() -> None:
    absent = NotMeasured("no femoral margin was found")
    lines = words.positioning(Positioning(absent, absent, 0.0, True, 0.0, absent, absent))
    assert lines[0] == "inter-margin distance of the medial plateau not measured"
    assert lines[1] == "rotation of the leg not measured"
    assert lines[3] == "sharpness not measured"
    noiseless = Positioning(absent, 0.0, 0.0, True, 0.0, 1.0, NotMeasured("the film shows no noise"))
    assert words.positioning(noiseless)[3] == "edge width 1.0 % TW"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "< 0.01"), (0.004, "< 0.01"), (0.05, "0.05"), (0.996, "> 0.99"), (1.0, "> 0.99")],
)
def test_a_probability_is_never_shown_as_certainty(share: float, text: str) -> None:
    assert format_probability(share) == text


@pytest.mark.parametrize(
    ("share", "shown", "assessment"),
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
def test_a_claim_is_assessed_by_its_probability(share: float, shown: str, assessment: str) -> None:
    transition = [[0.0] * 5 for _ in range(5)]
    transition[3][2], transition[3][3] = share, 1 - share
    change = changed(transition)
    sentence = words.claim_sentence(change, GradeClaim(3, 2))
    assert sentence == f"3 → 2: probability {shown}; the films{assessment} it"


def test_a_claim_on_knees_without_grades_says_why() -> None:
    sentence = words.claim_sentence(NotMeasured("after: an implant is shown"), GradeClaim(2, 1))
    assert sentence == "2 → 1: cannot be assessed: after: an implant is shown"
