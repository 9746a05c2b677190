"""Readings joined with the tables of the OAI: reading projects as raters, visits, counts, refusals."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from kltool.agreement import MatchOptions, ratings_of
from kltool.agreement.ratings import Exclusion, Join, Ratings
from kltool.errors import UsageError
from kltool.tables.columns import KL
from tests.agreement.simulated import write_csv
from tests.messages import guides, holds
from tests.tables.oai_tables import MISSING, joint_space, semiquantitative

HEADINGS = ("subject", "visit", "side", "kl", "medial_mjsw_mm", "medial_jsw225_mm")
READ = (
    ("9000001", "V00", "right", 2, 4.0, 4.5),
    ("9000001", "V00", "left", 1, 4.2, 4.7),
    ("9000002", "V00", "right", 3, 2.0, 2.5),
    ("9000003", "V00", "right", 0, 5.0, 5.5),
)
GRADED = (
    ("9000001", "1", "15", "2: 2"),
    ("9000001", "2", "15", "0: 0"),
    ("9000002", "1", "15", MISSING),
    ("9000001", "1", "37", "3: 3"),
    ("9000004", "1", "37", "4: 4"),
)


def batch(folder: Path, rows: Sequence[Sequence[object]] = READ) -> Path:
    return write_csv(folder / "readings.csv", HEADINGS, rows)


def grades(found: Ratings, name: str) -> list[float | None]:
    column = next(rater for rater in found.raters if rater.name == name).columns[KL]
    return [
        value if known else None
        for value, known in zip(column.values.tolist(), column.known.tolist(), strict=True)
    ]


def test_each_reading_project_is_a_rater_and_the_largest_the_reference(tmp_path: Path) -> None:
    found = ratings_of([batch(tmp_path), semiquantitative(tmp_path / "kxr_sq_bu00.txt", GRADED)])
    assert [one.name for one in found.raters] == [
        "readings",
        "kxr_sq_bu00 project 37",
        "kxr_sq_bu00 project 15",
    ]
    assert found.reference == "kxr_sq_bu00 project 15"
    assert found.keys == ("subject", "visit", "side")
    assert grades(found, "readings") == [1, 2, 3]
    assert grades(found, "kxr_sq_bu00 project 15") == [0, 2, None]
    assert grades(found, "kxr_sq_bu00 project 37") == [None, 3, None]


def test_joined_and_other_knees_are_counted_and_absences_keep_their_reason(tmp_path: Path) -> None:
    found = ratings_of([batch(tmp_path), semiquantitative(tmp_path / "sq.txt", GRADED)])
    assert found.joins == (Join("readings.csv", "sq.txt", joined=3, only_first=1, only_second=1),)
    assert Exclusion("readings", 1, "no other rater has this knee") in found.exclusions
    assert Exclusion("sq project 37", 1, "no other rater has this knee") in found.exclusions
    empty = "kl is empty; Missing Form/Incomplete Workbook (1)"
    assert Exclusion("sq project 15", 1, empty) in found.exclusions


def test_knees_that_only_projects_share_are_not_counted_as_joined(tmp_path: Path) -> None:
    both = [("9", side, project, "1") for side in "12" for project in ("15", "42")]
    found = ratings_of([batch(tmp_path), semiquantitative(tmp_path / "sq.txt", [*GRADED, *both])])
    assert found.knees == 5
    assert found.joins == (Join("readings.csv", "sq.txt", joined=3, only_first=1, only_second=3),)


def test_grades_and_widths_of_the_oai_are_joined_with_one_batch(tmp_path: Path) -> None:
    widths = [("9000001", "1", "15", "3.900"), ("9000002", "1", "15", "2.200")]
    tables = [
        batch(tmp_path),
        semiquantitative(tmp_path / "sq.txt", GRADED),
        joint_space(tmp_path / "qjsw.txt", widths),
    ]
    found = ratings_of(tables, MatchOptions(reference="readings"))
    measured = next(rater for rater in found.raters if rater.name == "qjsw project 15")
    assert {"medial_mjsw_mm", "medial_jsw225_mm"} <= set(measured.widths)
    assert [(join.second, join.joined, join.only_first) for join in found.joins] == [
        ("sq.txt", 3, 1),
        ("qjsw.txt", 2, 2),
    ]


@pytest.mark.parametrize("written", ["V03", "v03"])
def test_only_films_of_the_visit_of_the_table_are_joined(tmp_path: Path, written: str) -> None:
    later = [(subject, written, side, 4, *rest) for subject, _, side, _, *rest in READ]
    tables = [batch(tmp_path, [*READ, *later]), semiquantitative(tmp_path / "kxr_sq_bu03.txt", GRADED, "03")]
    found = ratings_of(tables)
    assert grades(found, "readings") == [4, 4, 4]
    assert found.joins == (Join("readings.csv", "kxr_sq_bu03.txt", joined=3, only_first=5, only_second=1),)


def test_dates_in_place_of_visits_are_refused_and_told_how_to_match(tmp_path: Path) -> None:
    dated = batch(tmp_path, [(subject, "2004-11-23", *rest) for subject, _, *rest in READ])
    tables = [dated, semiquantitative(tmp_path / "sq.txt", GRADED)]
    with pytest.raises(UsageError) as refused:
        ratings_of(tables)
    assert holds(str(refused.value), "headings of sq.txt", "visit V00", "--on subject,side")
    assert ratings_of(tables, MatchOptions(on=("subject", "side"))).knees == 3


def test_a_batch_without_visits_is_matched_by_subject_and_side(tmp_path: Path) -> None:
    rows = [(subject, "", *rest) for subject, _, *rest in READ]
    found = ratings_of([batch(tmp_path, rows), semiquantitative(tmp_path / "sq.txt", GRADED)])
    assert (found.keys, found.knees) == (("subject", "side"), 3)


def test_a_knee_that_one_project_has_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    table = semiquantitative(tmp_path / "sq.txt", [*GRADED, ("9000001", "1", "15", "1")])
    with pytest.raises(UsageError) as refused:
        ratings_of([batch(tmp_path), table])
    assert holds(str(refused.value), "sq.txt, line 7", "sq.txt, line 2", "one row a knee and rater expected")


@pytest.mark.parametrize("cell", ["5: Grade 5", "1.5", "-9", "-9: unknown", "Grade 2", "2 Grade"])
def test_an_unknown_grade_is_refused_with_its_row_and_its_column(tmp_path: Path, cell: str) -> None:
    table = semiquantitative(tmp_path / "sq.txt", [*GRADED, ("9000005", "2", "15", cell)])
    with pytest.raises(UsageError) as refused:
        ratings_of([batch(tmp_path), table])
    assert holds(str(refused.value), "sq.txt, line 7", "kl (V00XRKL)", "0, 1, 2, 3 or 4")
    assert guides(str(refused.value)) is ("-9" in cell or "5:" in cell)  # a code that may stand for absence


def test_a_code_that_is_named_stands_for_a_missing_grade(tmp_path: Path) -> None:
    table = semiquantitative(tmp_path / "sq.txt", [*GRADED, ("9000003", "1", "15", "-9: unknown")])
    found = ratings_of([batch(tmp_path), table], MatchOptions(missing=("-9",)))
    assert grades(found, "sq project 15") == [0, 2, None, None]


@pytest.mark.parametrize("side", ["3: Both", "."])
def test_a_side_that_no_knee_has(tmp_path: Path, side: str) -> None:
    table = semiquantitative(tmp_path / "sq.txt", [*GRADED, ("9000003", side, "15", "1")])
    if side == ".":
        found = ratings_of([batch(tmp_path), table])
        assert Exclusion("sq project 15", 1, "side is empty") in found.exclusions
        return
    with pytest.raises(UsageError, match=r"sq\.txt, line 7: an unknown side found"):
        ratings_of([batch(tmp_path), table])
