"""The sentence of a change: the grade of a reading, its probabilities, and at most one doubt."""

import pytest

from kltool.comparison.summary import summary_sentence
from kltool.values.change import Verdict
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Side
from kltool.values.width_change import Difference, ErrorComponents, Unit, WidthChange
from tests.grades import changed

LINKED = Difference(-0.02, ErrorComponents(0.1, 0.1, 0.0, 0.0))
INDEPENDENT = Difference(0.001, ErrorComponents(0.2, 0.2, 0.0, 0.0))
MEDIAL = WidthChange(Unit.MM, 5.659, 5.66, INDEPENDENT, LINKED, 0.5)
NO_GRADE = NotMeasured("before: an implant is shown")
TRANSITION = [
    [0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.10, 0.06, 0.0, 0.0],
    [0.0, 0.31, 0.21, 0.02, 0.0],
    [0.0, 0.04, 0.16, 0.05, 0.05],
    [0.0, 0.0, 0.0, 0.0, 0.0],
]


def sentence(
    cautions: tuple[str, ...] = (),
    implausible: tuple[str, ...] = (),
    transition: list[list[float]] = TRANSITION,
) -> str:
    return summary_sentence(Side.RIGHT, Verdict.NONE, MEDIAL, changed(transition), cautions, implausible)


def test_the_grades_are_medians_beside_the_expected_ones_which_explain_the_probabilities() -> None:
    """The median is 2 at both visits although a lower grade after is more probable than not."""
    assert (
        "KL grade 2 before and 2 (KL 1 or 2) after (medians; expected grades 2.14 and 1.72), probability "
        "improved 0.51, same 0.36, worse 0.13."
    ) in sentence()


def test_differing_medians_that_share_a_likely_grade_say_so() -> None:
    independent = [[before * after for after in (0, 0.1, 0.7, 0.2, 0)] for before in (0, 0.1, 0.38, 0.52, 0)]
    assert (
        "KL grade 3 (KL 2 or 3) before and 2 after (medians; KL 2 is likely of both films; expected grades "
        "2.42 and 2.10), probability improved 0.45, same"
    ) in sentence(transition=independent)
    assert "likely of both" not in sentence()


def test_the_change_at_the_same_location_is_not_the_difference_of_the_widths_shown() -> None:
    assert "from 5.66 to 5.66 mm, change at the same location in both films -0.02 mm" in sentence()


@pytest.mark.parametrize(
    ("cautions", "implausible", "end"),
    [
        ((), (), "worse 0.13."),
        (("the beam angle differs",), (), "; caution: the beam angle differs."),
        (("the beam angle differs", "a"), ("too fast",), "; caution: too fast (and 2 more)."),
    ],
)
def test_at_most_one_doubt_is_in_the_sentence(
    cautions: tuple[str, ...], implausible: tuple[str, ...], end: str
) -> None:
    assert sentence(cautions, implausible).endswith(end)


def test_without_a_grade_the_sentence_has_the_width_alone() -> None:
    assert "KL" not in summary_sentence(Side.RIGHT, Verdict.NONE, MEDIAL, NO_GRADE, (), ())
