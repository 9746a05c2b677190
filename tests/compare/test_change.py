"""Which films may be compared, and what is said of those that may."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.compare import compare
from kltool.compare.change import grade_change
from kltool.errors import NotComparable
from kltool.values.findings import (
    CompartmentSpace,
    Grade,
    KneeReading,
    NotMeasured,
    Quality,
    Reading,
    Width,
)
from kltool.values.history import Comparability, GradeChange, KneeChange, Unit, Verdict, WidthChange
from kltool.values.image import Calibration, NoSpacing, Radiograph, Side, Spacing

ReadSample = Callable[..., Reading]
BEFORE, AFTER = "case/before.dcm", "case/after.dcm"
SHARES = st.lists(st.floats(0.001, 1.0), min_size=5, max_size=5)


def graded(shares: list[float]) -> Grade:
    p0, p1, p2, p3, p4 = (share / sum(shares) for share in shares)
    return Grade((p0, p1, p2, p3, p4), (0, 1, 2, 3, 4), (0.0, 4.0), ((0.0,),))


def on_film(reading: Reading, alter: Callable[[Radiograph], Radiograph]) -> Reading:
    """The same knees, as if their film had said something else."""
    film = alter(reading.film)
    knees = tuple(replace(knee, knee=replace(knee.knee, film=film)) for knee in reading.knees)
    return replace(reading, film=film, knees=knees)


def with_knee(reading: Reading, alter: Callable[[KneeReading], KneeReading]) -> Reading:
    return replace(reading, knees=tuple(alter(knee) for knee in reading.knees))


def only(changes: tuple[KneeChange, ...]) -> KneeChange:
    (change,) = changes
    return change


@given(SHARES, SHARES)
def test_every_transition_of_the_grade_is_counted_once(before: list[float], after: list[float]) -> None:
    change = grade_change(graded(before), graded(after))
    assert isinstance(change, GradeChange)
    assert sum(sum(row) for row in change.transition) == pytest.approx(1.0)
    assert change.improved + change.same + change.worse == pytest.approx(1.0)


@given(SHARES, SHARES)
def test_swapping_the_films_swaps_improved_and_worse(before: list[float], after: list[float]) -> None:
    there = grade_change(graded(before), graded(after))
    back = grade_change(graded(after), graded(before))
    assert isinstance(there, GradeChange)
    assert isinstance(back, GradeChange)
    assert back.improved == pytest.approx(there.worse)
    assert back.same == pytest.approx(there.same)
    assert back.most_probable == there.most_probable[::-1]


def test_from_a_sure_2_to_a_sure_3_is_worse() -> None:
    before, after = graded([0.0, 0.0, 1.0, 0.0, 0.0]), graded([0.0, 0.0, 0.0, 1.0, 0.0])
    change = grade_change(before, after)
    assert isinstance(change, GradeChange)
    assert (change.improved, change.same, change.worse) == (0.0, 0.0, 1.0)
    assert change.most_probable == (2, 3)


def test_without_a_grade_in_one_film_the_grade_has_no_change_and_says_why() -> None:
    absent = NotMeasured("not graded")
    assert grade_change(absent, graded([1.0, 0.0, 0.0, 0.0, 0.0])) == absent
    assert grade_change(graded([1.0, 0.0, 0.0, 0.0, 0.0]), absent) == absent


def test_two_good_films_of_one_person_are_comparable(read_sample: ReadSample) -> None:
    before, after = (
        with_knee(read_sample(name), lambda knee: replace(knee, quality=Quality.GOOD, warnings=()))
        for name in (BEFORE, AFTER)
    )
    change = only(compare(before, after))
    assert change.comparability is Comparability.COMPARABLE
    assert change.reasons == ()


def test_films_of_different_patients_are_not_comparable(read_sample: ReadSample) -> None:
    change = only(compare(read_sample(BEFORE), read_sample("knee_right_normal.dcm")))
    assert change.comparability is Comparability.NOT_COMPARABLE
    assert change.verdict is Verdict.NOT_COMPARABLE
    assert change.reasons == ("the films carry different patient identifiers",)
    assert change.sentence == ("Right knee: not comparable: the films carry different patient identifiers.")
    absent = NotMeasured("not comparable: the films carry different patient identifiers")
    assert set(change.widths.values()) == {absent}
    assert change.grade == absent


def test_millimetres_of_different_planes_are_not_subtracted(read_sample: ReadSample) -> None:
    in_detector_plane = Spacing(0.2, 0.2, Calibration.DETECTOR)
    after = on_film(read_sample(AFTER), lambda film: replace(film, spacing=in_detector_plane))
    change = only(compare(read_sample(BEFORE), after))
    assert change.verdict is Verdict.NOT_COMPARABLE
    assert change.reasons == ("millimetres lie in different planes: geometry before, detector after",)


def test_a_right_and_a_left_knee_share_nothing(read_sample: ReadSample) -> None:
    with pytest.raises(NotComparable) as refused:
        compare(read_sample("knee_right_normal.dcm"), read_sample("knee_left_moderate.dcm"))
    assert str(refused.value) == (
        "the films share no knee: right before, left after, the same side expected; "
        "check the order of the files and --side"
    )


def test_of_two_films_of_both_knees_both_are_compared_right_before_left(read_sample: ReadSample) -> None:
    both = read_sample("bilateral.dcm")
    assert [change.side for change in compare(both, both)] == [Side.RIGHT, Side.LEFT]


def test_a_film_of_one_knee_is_compared_with_its_knee_in_a_film_of_both(read_sample: ReadSample) -> None:
    same_person = on_film(read_sample("bilateral.dcm"), lambda film: replace(film, subject="SIM-0012"))
    change = only(compare(read_sample("knee_left_moderate.dcm"), same_person))
    assert change.side is Side.LEFT
    assert change.after.side is Side.LEFT


def test_films_without_a_patient_are_compared_with_caution(read_sample: ReadSample) -> None:
    before, after = (
        with_knee(read_sample(name), lambda knee: replace(knee, quality=Quality.GOOD, warnings=()))
        for name in (BEFORE, AFTER)
    )
    change = only(compare(before, on_film(after, lambda film: replace(film, subject=None))))
    assert change.comparability is Comparability.CAUTION
    assert "nothing says that both films show the same person" in change.reasons
    assert change.sentence.endswith("nothing says that both films show the same person.")


def test_a_film_of_poor_quality_is_compared_with_caution_and_its_warning(read_sample: ReadSample) -> None:
    poor = with_knee(
        read_sample(AFTER),
        lambda knee: replace(knee, quality=Quality.POOR, warnings=("the joint is cut off",)),
    )
    change = only(compare(read_sample(BEFORE), poor))
    assert change.comparability is Comparability.CAUTION
    assert "quality poor after: the joint is cut off" in change.reasons


def test_a_tibia_that_grew_by_a_tenth_asks_for_caution(read_sample: ReadSample) -> None:
    good = with_knee(read_sample(BEFORE), lambda knee: replace(knee, quality=Quality.GOOD, warnings=()))
    grown = with_knee(
        good,
        lambda knee: replace(
            knee,
            joint_space=replace(knee.joint_space, tibial_width_px=1.1 * knee.joint_space.tibial_width_px),
        ),
    )
    change = only(compare(good, grown))
    assert change.comparability is Comparability.CAUTION
    (reason,) = change.reasons
    assert "tibia" in reason
    assert "+10.0 per cent" in reason


def test_without_millimetres_a_change_is_in_per_cent_and_with_caution(read_sample: ReadSample) -> None:
    no_mm = NotMeasured("no millimetres: no pixel spacing in the file")
    after = on_film(
        read_sample(AFTER), lambda film: replace(film, spacing=NoSpacing("no pixel spacing in the file"))
    )
    after = with_knee(after, lambda knee: _without_mm(knee, no_mm))
    change = only(compare(read_sample(BEFORE), after))
    minimum = change.widths["medial minimum"]
    assert isinstance(minimum, WidthChange)
    assert minimum.unit is Unit.PERCENT
    assert change.verdict is Verdict.WIDER
    assert " % of tibial width" in change.sentence
    assert "mm" not in change.sentence
    assert change.reasons[0] == (
        "no millimetres in both films: widths compared in per cent of the tibial width"
    )


def _without_mm(knee: KneeReading, absent: NotMeasured) -> KneeReading:
    def bare(width: Width | NotMeasured) -> Width | NotMeasured:
        return width if isinstance(width, NotMeasured) else replace(width, mm=absent, sd_mm=absent)

    def stripped(space: CompartmentSpace) -> CompartmentSpace:
        at = {x: bare(width) for x, width in space.at.items()}
        return replace(space, minimum=bare(space.minimum), at=at)

    whole = knee.joint_space
    medial, lateral = stripped(whole.medial), stripped(whole.lateral)
    return replace(knee, joint_space=replace(whole, medial=medial, lateral=lateral))
