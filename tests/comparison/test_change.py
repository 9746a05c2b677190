"""Which films may be compared, and with which reasons for caution."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kltool.comparison import compare
from kltool.errors import NotComparable
from kltool.values.change import Comparability, KneeChange, Verdict
from kltool.values.joint_space import CompartmentSpace
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Measure
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading, Quality, Reading
from kltool.values.spacing import Calibration, NoSpacing, Spacing
from kltool.values.width_change import Unit, WidthChange
from kltool.weights import Models
from tests.films import on_film, retaken

ReadSample = Callable[..., Reading]
BEFORE, AFTER = "case/before.dcm", "case/after.dcm"


def with_knee(reading: Reading, alter: Callable[[KneeReading], KneeReading]) -> Reading:
    return replace(reading, knees=tuple(alter(knee) for knee in reading.knees))


def only(changes: tuple[KneeChange, ...]) -> KneeChange:
    (change,) = changes
    return change


def test_two_good_films_of_one_person_are_comparable(read_sample: ReadSample, models: Models) -> None:
    before, after = (
        with_knee(read_sample(name), lambda knee: replace(knee, quality=Quality.GOOD, warnings=()))
        for name in (BEFORE, AFTER)
    )
    change = only(compare(before, after, models))
    assert change.comparability is Comparability.COMPARABLE
    assert change.reasons == ()


def test_films_of_different_patients_are_not_comparable(read_sample: ReadSample, models: Models) -> None:
    change = only(compare(read_sample(BEFORE), read_sample("knee_right_normal.dcm"), models))
    assert change.comparability is Comparability.NOT_COMPARABLE
    assert change.verdict is Verdict.NOT_COMPARABLE
    assert change.reasons[0] == "the films carry different patient identifiers"
    assert change.sentence == f"Right knee: not comparable: {'; '.join(change.reasons)}."
    absent = NotMeasured(f"not comparable: {'; '.join(change.reasons)}")
    assert set(change.widths.values()) == {absent}
    assert change.grade == absent


def test_another_knee_under_the_same_name_is_seen_by_its_bones(
    read_sample: ReadSample, models: Models
) -> None:
    named = on_film(
        read_sample("knee_right_normal.dcm"),
        lambda film: replace(film, subject=read_sample(BEFORE).film.subject),
    )
    change = only(compare(read_sample(BEFORE), named, models))
    assert change.comparability is not Comparability.COMPARABLE
    assert any("bone outline and trabecular texture" in reason for reason in change.reasons)
    assert change.identity.probability_same_knee < 0.5


@pytest.mark.parametrize(
    ("before", "after", "excluded"),
    [
        ("PA", "AP", True),
        ("PA flexed", "PA extended", True),
        ("PA", "PA flexed", False),
        ("PA", None, False),
    ],
)
def test_films_of_conflicting_projections_are_not_comparable(
    before: str | None, after: str | None, excluded: bool, read_sample: ReadSample, models: Models
) -> None:
    films = (
        on_film(read_sample(name), lambda film, given=given: replace(film, projection=given))
        for name, given in ((BEFORE, before), (AFTER, after))
    )
    change = only(compare(*films, models))
    reason = f"the projections differ: {before} before, {after} after"
    assert (reason in change.reasons) is excluded
    assert (change.verdict is Verdict.NOT_COMPARABLE) is excluded


def test_films_in_reverse_order_are_compared_as_given_with_a_caution(
    read_sample: ReadSample, models: Models
) -> None:
    change = only(compare(read_sample(AFTER), read_sample(BEFORE), models))
    assert change.verdict is Verdict.WORSENED
    assert change.reasons[0] == "by its study date, the second film is the earlier one"
    assert change.sentence.startswith("By its study date, the second film is the earlier one. Right knee: ")


def test_films_of_different_calibration_are_not_comparable(read_sample: ReadSample, models: Models) -> None:
    in_detector_plane = Spacing(0.2, 0.2, Calibration.DETECTOR)
    after = on_film(read_sample(AFTER), lambda film: replace(film, spacing=in_detector_plane))
    change = only(compare(read_sample(BEFORE), after, models))
    assert change.verdict is Verdict.NOT_COMPARABLE
    assert change.reasons == ("pixel spacing is calibrated differently: geometry before, detector after",)


def test_a_right_and_a_left_knee_share_nothing(read_sample: ReadSample, models: Models) -> None:
    with pytest.raises(NotComparable) as refused:
        compare(read_sample("knee_right_normal.dcm"), read_sample("knee_left_moderate.dcm"), models)
    assert str(refused.value) == (
        "the films show no knee of the same side: right before, left after, the same side expected; "
        "check the files and --side"
    )


def test_of_two_films_of_both_knees_both_are_compared_right_before_left(
    read_sample: ReadSample, models: Models
) -> None:
    both = read_sample("bilateral.dcm")
    assert [change.side for change in compare(both, both, models)] == [Side.RIGHT, Side.LEFT]


def test_a_film_of_one_knee_is_compared_with_its_knee_in_a_film_of_both(
    read_sample: ReadSample, models: Models
) -> None:
    same_person = on_film(read_sample("bilateral.dcm"), lambda film: replace(film, subject="SIM-0012"))
    change = only(compare(read_sample("knee_left_moderate.dcm"), same_person, models))
    assert change.side is Side.LEFT
    assert change.after.side is Side.LEFT


def test_films_without_a_patient_are_compared_with_caution(read_sample: ReadSample, models: Models) -> None:
    before, after = (
        with_knee(read_sample(name), lambda knee: replace(knee, quality=Quality.GOOD, warnings=()))
        for name in (BEFORE, AFTER)
    )
    change = only(compare(before, on_film(after, lambda film: replace(film, subject=None)), models))
    assert change.comparability is Comparability.CAUTION
    reason = "patient identity is not confirmed: no identifier in at least one film"
    assert reason in change.reasons
    assert change.sentence.endswith(f"; caution: {change.plausibility[0]} (and 1 more).")


def test_a_film_of_poor_quality_is_compared_with_caution_and_keeps_its_warning(
    read_sample: ReadSample, models: Models
) -> None:
    poor = with_knee(
        read_sample(AFTER),
        lambda knee: replace(knee, quality=Quality.POOR, warnings=("the joint is cut off",)),
    )
    change = only(compare(read_sample(BEFORE), poor, models))
    assert change.comparability is Comparability.CAUTION
    assert "after: poor quality" in change.reasons
    assert change.after.warnings == ("the joint is cut off",)
    assert "the joint is cut off" not in change.sentence


def test_a_femoral_width_that_differs_by_a_tenth_is_a_reason_for_caution(
    read_sample: ReadSample, models: Models
) -> None:
    good = with_knee(read_sample(BEFORE), lambda knee: replace(knee, quality=Quality.GOOD, warnings=()))
    spacing = good.film.spacing
    assert isinstance(spacing, Spacing)
    wide = Spacing(1.1 * spacing.row_mm, 1.1 * spacing.column_mm, spacing.tier)
    change = only(compare(good, on_film(retaken(good), lambda film: replace(film, spacing=wide)), models))
    assert change.comparability is Comparability.CAUTION
    (reason,) = change.reasons
    assert "the femoral width differs by +10.0%" in reason


def test_a_widening_faster_than_cartilage_grows_fails_a_plausibility_check(
    read_sample: ReadSample, models: Models
) -> None:
    change = only(compare(read_sample(BEFORE), read_sample(AFTER), models))
    (failed,) = change.plausibility
    assert failed.startswith("widening by 1.5 mm per year")
    assert failed in change.sentence


def test_without_millimetres_a_change_is_in_per_cent_and_with_caution(
    read_sample: ReadSample, models: Models
) -> None:
    no_mm = NotMeasured("no millimetres: no pixel spacing in the file")
    after = on_film(
        read_sample(AFTER), lambda film: replace(film, spacing=NoSpacing("no pixel spacing in the file"))
    )
    after = with_knee(after, lambda knee: _without_mm(knee, no_mm))
    change = only(compare(read_sample(BEFORE), after, models))
    minimum = change.widths[Measure.MEDIAL_MINIMUM]
    assert isinstance(minimum, WidthChange)
    assert minimum.unit is Unit.PERCENT
    assert change.verdict is Verdict.IMPROVED
    assert " % of tibial width" in change.sentence
    assert "mm" not in change.sentence
    assert change.reasons[0] == (
        "no valid pixel spacing in at least one film: widths compared in % of the tibial width"
    )


def _without_mm(knee: KneeReading, absent: NotMeasured) -> KneeReading:
    def bare(width: Width | NotMeasured) -> Width | NotMeasured:
        return width if isinstance(width, NotMeasured) else replace(width, mm=absent, sd_mm=absent)

    def stripped(space: CompartmentSpace) -> CompartmentSpace:
        at = {x: bare(width) for x, width in space.fixed_widths.items()}
        return replace(space, minimum=bare(space.minimum), fixed_widths=at)

    whole = knee.joint_space
    medial, lateral = stripped(whole.medial), stripped(whole.lateral)
    return replace(knee, joint_space=replace(whole, medial=medial, lateral=lateral))
