"""A record holds every number with its error, and a reason wherever there is none."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kltool.report.record import knee_record
from kltool.tables.cells import knee_cells
from kltool.typing import Record
from kltool.values.grade import Grade
from kltool.values.length import NORMAL_95, UNITS, Length, NotMeasured
from kltool.values.reading import KneeReading, Reading

ReadSample = Callable[..., Reading]


@pytest.fixture
def knee(read_sample: ReadSample) -> KneeReading:
    return read_sample("knee_right_normal.dcm").knees[0]


@pytest.mark.parametrize("unit", UNITS)
def test_every_interval_is_1_96_standard_deviations_to_either_side(unit: str, knee: KneeReading) -> None:
    medial = knee_record(knee)["joint_space"]["medial"]
    assert set(medial[f"at_{unit}"]) == set(medial[f"at_sd_{unit}"]) == set(medial[f"at_interval_{unit}"])
    numbers = [
        (medial[f"{n}_{u}"], medial[f"{n}_sd_{u}"], medial[f"{n}_interval_{u}"]) for n, u in named(unit)
    ]
    numbers += [
        (medial[f"at_{unit}"][x], medial[f"at_sd_{unit}"][x], medial[f"at_interval_{unit}"][x])
        for x in medial[f"at_{unit}"]
    ]
    assert len(numbers) == 10
    for value, sd, (low, high) in numbers:
        assert sd > 0
        assert low == pytest.approx(max(0.0, value - NORMAL_95 * sd), abs=2e-3)
        assert high == pytest.approx(value + NORMAL_95 * sd, abs=2e-3)


@pytest.mark.parametrize(
    ("probabilities", "likely"),
    [((0.02, 0.09, 0.47, 0.42, 0.0), [2, 3]), ((0.05, 0.17, 0.72, 0.06, 0.0), [2])],
)
def test_the_likely_grades_stand_beside_the_grade(
    probabilities: tuple[float, float, float, float, float], likely: list[int], knee: KneeReading
) -> None:
    assert isinstance(knee.grade, Grade)
    record = knee_record(replace(knee, grade=replace(knee.grade, probabilities=probabilities)))
    assert (record["kl"]["grade"], record["kl"]["likely_grades"]) == (2, likely)
    assert knee_cells(record)["kl_likely_grades"] == " or ".join(map(str, likely))


def named(unit: str) -> list[tuple[str, str]]:
    return [("minimum", unit), ("mean", unit), ("area", f"{unit}2")]


def test_a_compartment_that_was_not_measured_holds_its_reason_everywhere(knee: KneeReading) -> None:
    absent = NotMeasured("the margins cross by 2.5 mm")
    space = knee.joint_space
    at = dict.fromkeys(space.medial.fixed_widths, absent)
    medial = replace(space.medial, minimum=absent, fixed_widths=at, mean=absent, area=absent)
    record = knee_record(replace(knee, joint_space=replace(space, medial=medial)))["joint_space"]["medial"]

    def leaves(part: Record) -> list[Record]:
        return [part] if "not_measured" in part else [leaf for one in part.values() for leaf in leaves(one)]

    found = leaves(record)
    assert len(found) == 3 * 3 * (3 + 7)
    assert all(leaf == {"not_measured": absent.reason} for leaf in found)


def test_positioning_is_recorded_as_it_was_measured(knee: KneeReading) -> None:
    at = replace(
        knee.joint_space.positioning,
        imd=Length(4.0, 1.0, 0.76, 0.4, 0.1, 0.076),
        rotation_deg=-4.321,
        edge_width_percent=NotMeasured("no femoral margin was found"),
    )
    record = knee_record(replace(knee, joint_space=replace(knee.joint_space, positioning=at)))["positioning"]
    assert (record["imd_mm"], record["imd_sd_percent"]) == (0.76, 0.1)
    assert record["imd_interval_px"] == pytest.approx([3.216, 4.784], abs=1e-3)
    assert record["rotation_deg"] == -4.32
    assert record["edge_width_percent"] == {"not_measured": "no femoral margin was found"}
    assert record["complete"] is True
