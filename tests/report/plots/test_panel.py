"""All that the picture says can be read: within it, beside each other, and as it is written."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from kltool.reading import read
from kltool.report.plots.canvas import rendered
from kltool.report.plots.knee import COLUMNS, ROWS, SIZE, knee_figure, knee_picture
from kltool.values.grade import Grade
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import DISCLAIMER, KneeReading, Quality
from kltool.values.spacing import NoSpacing
from kltool.weights import Models
from tests.report.plots.pictures import LEFT, RIGHT, SEVERE, ReadSample, without

HOSTILE = r"$\frac{1}{x^2}$ and \alpha{ <b>bold</b> 膝"
LONG = f"the margins cross by 2.5 mm, {HOSTILE}, film 1.2.840.113619.2.55.3.604688119.969.1268.99 " * 4
MANY = tuple(f"warning number {number}: {HOSTILE}" for number in range(80))


def texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()]


def words(knee: KneeReading) -> list[str]:
    return [text.get_text() for text in texts(knee_figure(knee))]


def boxes(figure: Figure) -> npt.NDArray[np.float64]:
    """(n, 4): left, bottom, right, top of each text, pixels."""
    rendered(figure)
    return np.array([text.get_window_extent().extents for text in texts(figure)])


def bare(knee: KneeReading) -> KneeReading:
    """Nothing measured, for reasons that take many words."""
    empty = without(without(knee, Compartment.MEDIAL, LONG), Compartment.LATERAL, LONG)
    return replace(empty, grade=NotMeasured(LONG), quality=Quality.POOR)


@pytest.fixture(scope="module")
def without_mm(models: Models, read_sample: ReadSample) -> KneeReading:
    film = replace(read_sample(SEVERE).film, spacing=NoSpacing("no pixel spacing in the file"))
    return read(film, models).knees[0]


@pytest.fixture
def knee(request: pytest.FixtureRequest, read_sample: ReadSample) -> KneeReading:
    right, left = read_sample(RIGHT).knees[0], read_sample(LEFT).knees[0]
    known = {
        "right": right,
        "left": left,
        "both of a film": read_sample("bilateral.dcm").knees[1],
        "without mm": request.getfixturevalue("without_mm"),
        "without the medial side": without(left, Compartment.MEDIAL, LONG),
        "with many warnings": replace(left, warnings=MANY, quality=Quality.USABLE),
        "without anything": bare(right),
        "without anything and with many warnings": replace(bare(left), warnings=MANY),
    }
    return known[request.param]


CASES = (
    "right",
    "left",
    "both of a film",
    "without mm",
    "without the medial side",
    "with many warnings",
    "without anything",
    "without anything and with many warnings",
)


@pytest.mark.parametrize("knee", CASES, indirect=True)
def test_no_text_is_cut_off_or_covers_another(knee: KneeReading) -> None:
    figure = knee_figure(knee)
    found = boxes(figure)
    assert len(found) > 30
    assert (found[:, :2] >= 0).all()
    assert (found[:, 2:] <= (COLUMNS, ROWS)).all()
    in_panel = found[:, 0] > SIZE
    assert (found[~in_panel, 2] <= SIZE).all()
    shrunk = found + np.array([1, 1, -1, -1])
    for (one, this), (other, that) in combinations(zip(texts(figure), shrunk, strict=True), 2):
        apart = (this[:2] >= that[2:]).any() or (that[:2] >= this[2:]).any()
        assert apart, f"{one.get_text()!r} covers {other.get_text()!r}"


def test_the_numbers_are_those_of_the_reading(read_sample: ReadSample) -> None:
    told = words(read_sample(SEVERE).knees[0])
    for text in (
        "Right knee",
        "side from tag",
        "KL 3",
        "0.82",
        "KL 3: the median of the probabilities",
        "line: 90% prediction set, KL 3",
        "good",
    ):
        assert text in told
    assert told.count("0.40 mm") == told.count("0.14 to 0.66") == 2  # beside the film and on it
    assert told.count("6.59 mm") == told.count("6.43 to 6.75") == 2
    assert "attribution map: regions that raise the grade" in told
    assert "shown on and between the bones; 39% of it lies beside them" in told
    assert "margins are drawn from x = 0.10 to 0.36 and 0.64 to 0.92" in told
    assert "anterior and posterior margins of the plateau" in told
    assert DISCLAIMER in " ".join(told)


def test_grades_that_are_about_as_likely_are_both_named(read_sample: ReadSample) -> None:
    note = "KL 2 or 3: both are about as likely"
    assert note in words(read_sample("knee_left_moderate.dcm").knees[0])
    assert not any("as likely" in text for text in words(read_sample(SEVERE).knees[0]))


def test_without_millimetres_numbers_are_shares_of_the_tibial_width(without_mm: KneeReading) -> None:
    told = words(without_mm)
    assert not any(text.endswith((" mm", " mm²")) for text in told)
    assert sum(text.endswith("% TW") for text in told) >= 6
    assert "No millimetres: no valid pixel spacing. TW: tibial width." in told


@pytest.mark.parametrize("compartment", list(Compartment))
def test_the_reason_for_what_is_not_measured_is_shown(
    compartment: Compartment, read_sample: ReadSample
) -> None:
    told = words(without(read_sample(LEFT).knees[0], compartment, "the margins cross by 2.5 mm"))
    assert told.count("the margins cross by 2.5 mm") == 2  # on the film and in the chart
    assert f"{compartment}: not measured" in told
    assert told.count("not measured") == 3  # minimum, mean and area


def test_a_knee_without_grade_says_why(read_sample: ReadSample) -> None:
    told = words(replace(read_sample(LEFT).knees[0], grade=NotMeasured("the film is too coarse")))
    assert "no grade: the film is too coarse" in told
    assert not any(text.startswith(("KL", "expected grade", "attribution map")) for text in told)


def test_a_knee_whose_grade_nothing_raises_says_so(read_sample: ReadSample) -> None:
    knee = read_sample(LEFT).knees[0]
    assert isinstance(knee.grade, Grade)
    lowered = replace(knee, grade=replace(knee.grade, attribution=((-1.0, -2.0), (-0.5, -1.0))))
    assert "attribution map: no region raises the grade" in words(lowered)


def test_text_is_never_read_as_mathematics(read_sample: ReadSample) -> None:
    knee = replace(read_sample(LEFT).knees[0], warnings=("costs $5 to $10, a_1^2 \\frac{",))
    figure = knee_figure(knee)
    assert not any(text.get_parse_math() for text in texts(figure))
    assert "• costs $5 to $10, a_1^2 \\frac{" in words(knee)
    rendered(figure)


def test_what_the_font_lacks_is_seen_to_be_missing(read_sample: ReadSample) -> None:
    knee = replace(read_sample(LEFT).knees[0], warnings=("left knee 膝\n\x07 of Zoë",))
    assert "• left knee � � of Zoë" in words(knee)
    rendered(knee_figure(knee))  # a warning of matplotlib would be an error


@pytest.mark.parametrize("graded", [True, False])
def test_warnings_beyond_the_room_are_counted(graded: bool, read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    knee = knee if graded else replace(knee, grade=NotMeasured("no grade"))
    many = replace(knee, warnings=tuple(f"warning number {n} in some words" for n in range(80)))
    told = words(many)
    shown = sum(text.startswith("• warning number") for text in told)
    assert f"… and {80 - shown} more" in told
    assert shown > (5 if graded else 20)
    exactly = replace(knee, warnings=many.warnings[: shown + 1])
    assert not any(text.startswith("… and") for text in words(exactly))


def test_many_warnings_leave_what_is_below_them_as_it_is(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    many, few = (replace(knee, warnings=MANY[:count]) for count in (80, 1))
    below = (slice(ROWS - 340, None), slice(SIZE, None))
    assert (knee_picture(many)[below] == knee_picture(few)[below]).all()


@pytest.mark.parametrize(
    ("quality", "green", "red"),
    [(Quality.GOOD, True, False), (Quality.USABLE, True, True), (Quality.POOR, False, True)],
)
def test_quality_is_green_amber_or_red_and_a_word(
    quality: Quality, green: bool, red: bool, read_sample: ReadSample
) -> None:
    knee = replace(read_sample(RIGHT).knees[0], quality=quality, grade=NotMeasured("no grade"))
    panel = knee_picture(knee)[200 : ROWS - 150, SIZE:].reshape(-1, 3)
    colours, counts = np.unique(panel[np.ptp(panel, axis=1) > 80], axis=0, return_counts=True)
    badge = colours[counts.argmax()]
    assert counts.max() > 500
    assert (badge[1] > 180, badge[0] > 200) == (green, red)
    assert badge[2] < 120
    assert str(quality) in words(knee)
