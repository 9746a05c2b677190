"""A number is never told without its unit, and what was not measured is never told as a number."""

import pytest

from kltool.report import words
from kltool.values.findings import Area, Length, NotMeasured, Positioning

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
    ("degrees", "told"),
    [
        (4.4, "leg rotated about 4° outwards"),
        (-12.0, "leg rotated about 12° inwards"),
        (0.2, "leg not rotated"),
        (NotMeasured("why"), "rotation of the leg not known"),
    ],
)
def test_a_rotation_has_its_direction(degrees: float | NotMeasured, told: str) -> None:
    at = Positioning(IN_MM, degrees, -3.0, True, 0.0, 1.1, 30.0)
    assert words.positioning(at) == [
        "rims of the medial plateau 3.80 mm apart",
        told,
        "tilted by 3° in the picture",
        "femoral margin 1.1 % TW wide, 30 times the noise",
    ]


def test_positioning_that_is_not_known_is_said_to_be_so() -> None:
    absent = NotMeasured("no femoral margin was found")
    told = words.positioning(Positioning(absent, absent, 0.0, True, 0.0, absent, absent))
    assert told[0] == "rims of the medial plateau not known"
    assert told[1] == "rotation of the leg not known"
    assert told[3] == "sharpness not known"
    noiseless = Positioning(absent, 0.0, 0.0, True, 0.0, 1.0, NotMeasured("the film shows no noise"))
    assert words.positioning(noiseless)[3] == "femoral margin 1.0 % TW wide"
