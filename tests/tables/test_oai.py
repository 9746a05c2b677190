"""The tables of readings of the OAI are recognised by their headings, in whatever spelling."""

from pathlib import Path

import pytest

from kltool.errors import UsageError
from kltool.tables.read import read_table
from tests.tables.oai_tables import MISSING, Spelling, joint_space, mixed, semiquantitative

KNEES = (
    ("9000001", "1", "15", "2: Grade 2"),
    ("9000001", "2", "15", MISSING),
    ("9000002", "2", "37", "4"),
)


@pytest.mark.parametrize("spelling", [str, str.lower, mixed])
@pytest.mark.parametrize("name", ["kxr_sq_bu00.txt", "any.csv"])
def test_the_headings_alone_tell_a_table_of_grades(tmp_path: Path, spelling: Spelling, name: str) -> None:
    table = read_table(semiquantitative(tmp_path / name, KNEES, spelling=spelling))
    assert table.columns["subject"] == ["9000001", "9000001", "9000002"]
    assert table.columns["side"] == ["1", "2", "2"]
    assert table.columns["visit"] == ["V00"] * 3
    assert table.columns["kl"] == ["2", "", "4"]
    stem = Path(name).stem
    assert table.columns["reader"] == [f"{stem} project 15", f"{stem} project 15", f"{stem} project 37"]


def test_narrowing_and_osteophytes_are_columns_and_the_rest_keeps_its_heading(tmp_path: Path) -> None:
    table = read_table(semiquantitative(tmp_path / "t.txt", KNEES))
    assert table.columns["medial_narrowing"][0] == "1"
    assert table.columns["lateral_narrowing"][0] == "2.2"  # worsening within a grade at a later visit
    assert table.columns["medial_femoral_osteophyte"][0] == "0"
    assert table.columns["V00XRSCFM"][0] == "0: 0"


@pytest.mark.parametrize("spelling", [str, str.lower, mixed])
def test_the_headings_alone_tell_a_table_of_widths(tmp_path: Path, spelling: Spelling) -> None:
    rows = (("9000001", "1", "15", "4.250"), ("9000001", "2", "15", ".V: Missing Visit"))
    table = read_table(joint_space(tmp_path / "t.txt", rows, spelling=spelling))
    assert table.columns["medial_mjsw_mm"] == ["4.250", ""]
    assert table.columns["medial_jsw225_mm"] == ["4.750", ""]
    assert table.columns["lateral_jsw850_mm"] == ["6.5", "6.5"]
    assert not table.has("lateral_jsw700_mm")


@pytest.mark.parametrize("visit", ["00", "01", "03", "05", "06", "08", "10"])
def test_the_prefix_is_the_visit(tmp_path: Path, visit: str) -> None:
    table = read_table(semiquantitative(tmp_path / "t.txt", KNEES, visit))
    assert table.columns["visit"] == [f"V{visit}"] * 3
    assert table.columns["kl"] == ["2", "", "4"]


def test_a_visit_or_a_reader_that_the_table_states_is_kept(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("ID,SIDE,READPRJ,V00XRKL,visit,reader\n1,1,15,2,baseline,Dr A\n")
    columns = read_table(table).columns
    assert (columns["visit"], columns["reader"], columns["READPRJ"]) == (["baseline"], ["Dr A"], ["15"])


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (MISSING, "Missing Form/Incomplete Workbook"),
        (".A: Not Expected", "Not Expected"),
        (".q: what no release had yet", "what no release had yet"),
        (".B", "coded .B"),
    ],
)
def test_an_absent_value_keeps_its_reason(tmp_path: Path, cell: str, reason: str) -> None:
    rows = [("1", "1", "15", cell), ("2", "1", "15", "0: 0"), ("3", "1", "15", ".")]
    grades = read_table(semiquantitative(tmp_path / "t.txt", rows))
    assert grades.columns["kl"] == ["", "0", ""]
    assert grades.columns["kl_reason"] == [reason, "", ""]
    widths = read_table(joint_space(tmp_path / "w.txt", [("1", "1", "15", cell)]))
    assert widths.columns["medial_mjsw_reason"] == [reason]


def test_a_row_without_a_project_is_of_no_project(tmp_path: Path) -> None:
    rows = (("1", "1", "15.0", "0"), ("1", "2", ".", "0"))
    table = read_table(semiquantitative(tmp_path / "t.txt", rows))
    assert table.columns["reader"] == ["t project 15", "t without project"]
    assert not read_table(semiquantitative(tmp_path / "t.txt", rows[1:])).has("reader")


def test_id_in_small_letters_is_anything_in_other_tables(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("path,side,id,kl\na.dcm,R,7,2\n")
    assert "subject" not in read_table(table).columns


def test_headings_of_several_visits_are_refused_in_any_case(tmp_path: Path) -> None:
    table = tmp_path / "t.txt"
    table.write_text("id|side|readprj|v00xrkl|v01xrkl\n1|1|15|2|2\n")
    with pytest.raises(UsageError, match=r"v00xrkl, v01xrkl"):
        read_table(table)
