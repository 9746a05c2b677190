"""Levels have the unit of the changes; what has no number in that unit is not drawn."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kltool.report.plots.timeline_levels import Levels, levels_of
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.reading import Reading
from kltool.values.timeline import Timeline
from kltool.values.width_change import Unit
from tests.messages import absent
from tests.report.changes import timeline, width_change

ReadSample = Callable[..., Reading]
MEDIAL = Compartment.MEDIAL
NO_MM = NotMeasured("no pixel spacing in the file")


@pytest.fixture(scope="module")
def visits(read_sample: ReadSample) -> Timeline:
    return timeline(read_sample("case/before.dcm"), read_sample("case/after.dcm"))


def minimum(visits: Timeline) -> Width:
    found = visits.knees[0].joint_space.medial.minimum
    assert isinstance(found, Width)
    return found


def changed(visits: Timeline, *units: Unit | None) -> Timeline:
    """The medial minimum changed by 0.5 in these units; None: it was not measured."""
    widths = [NotMeasured("no margin") if unit is None else width_change(0.5, unit=unit) for unit in units]
    changes = tuple(
        replace(change, widths=dict.fromkeys(change.widths, width))
        for change, width in zip(visits.changes, widths, strict=True)
    )
    return replace(visits, changes=changes)


def without_mm(visits: Timeline) -> Timeline:
    """The first visit as if its film had no pixel spacing."""
    first, space = visits.knees[0], visits.knees[0].joint_space
    bare = replace(space.medial, minimum=replace(minimum(visits), mm=NO_MM, sd_mm=NO_MM))
    knee = replace(first, joint_space=replace(space, medial=bare))
    return replace(visits, knees=(knee, *visits.knees[1:]))


def test_changes_in_per_cent_stand_on_the_first_width_in_per_cent(visits: Timeline) -> None:
    found = levels_of(changed(visits, Unit.PERCENT, Unit.PERCENT), MEDIAL)
    assert isinstance(found, Levels)
    assert found.unit is Unit.PERCENT
    first = minimum(visits)
    assert [level.value for level in found.levels] == pytest.approx(
        [first.percent, *[first.percent + 0.5] * 2]
    )
    assert found.levels[0].interval == first.interval_percent


def test_where_no_change_was_measured_the_first_visit_has_its_own_unit(visits: Timeline) -> None:
    for of, unit in ((visits, Unit.MM), (without_mm(visits), Unit.PERCENT)):
        found = levels_of(changed(of, None, None), MEDIAL)
        assert isinstance(found, Levels)
        assert (found.unit, [level.visit for level in found.levels]) == (unit, [1])
        assert [visit for visit, _ in found.absent] == [2, 3]


def test_changes_in_millimetres_of_a_first_visit_without_any_are_not_drawn(visits: Timeline) -> None:
    assert absent(levels_of(changed(without_mm(visits), Unit.MM, Unit.MM), MEDIAL), NO_MM.reason)
