"""What a user states in a table arrives, however a program spelled it, or is refused by its name."""

import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.batch.listing import Listing
from kltool.cli.sources import Stated, images_of, visits_of
from kltool.errors import UsageError
from kltool.tables import (
    ManifestRow,
    dialect,
    headings,
    manifest_columns,
    manifest_rows,
    read_table,
    unused_columns,
)
from kltool.tables.words import number, side
from kltool.values.radiograph import Side
from tests.messages import holds

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is absent")


def put(folder: Path, text: str, encoding: str = "utf-8", name: str = "m.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def only_row(manifest: Path) -> ManifestRow:
    (row,) = manifest_rows(manifest)
    return row


@needs_cases
@pytest.mark.parametrize("name", ["exact", "capitals", "space"])
def test_side_and_spacing_of_the_case_arrive_whatever_their_headings(name: str) -> None:
    manifest = CASES / "manifest-headings" / f"{name}.csv"
    row = only_row(manifest)
    assert (row.side, row.spacing_mm) == (Side.LEFT, 0.396)
    (image,) = images_of([], manifest, Stated())
    assert image.stated == Stated(Side.LEFT, 0.396)
    (task,) = Listing((str(manifest),), frozenset(), str)
    assert (task.side, task.spacing_mm, dict(task.other_columns)) == (Side.LEFT, 0.396, {})


@needs_cases
def test_subject_and_date_of_the_case_arrive_in_capitals() -> None:
    ((first, second),) = visits_of(CASES / "manifest-headings" / "visits.csv", Stated())
    assert [(v.subject, v.visit, v.day) for v in (first, second)] == [
        ("X", "V1", "2019-06-01"),
        ("X", "V0", "2018-06-01"),
    ]


@needs_cases
@pytest.mark.parametrize(
    ("name", "spacing"),
    [
        ("sep_line", None),
        ("backslash", None),
        ("decimal_comma", 0.396),
        ("semicolons_and_comma_in_heading", None),
    ],
)
def test_tables_of_spreadsheets_of_the_case_are_read_by_read_and_batch_alike(
    name: str, spacing: float | None
) -> None:
    manifest = CASES / "csv-dialects" / f"{name}.csv"
    (image,) = images_of([], manifest, Stated())
    (task,) = Listing((str(manifest),), frozenset(), str)
    assert image.stated == Stated(task.side, task.spacing_mm) == Stated(Side.RIGHT, spacing)
    assert Path(image.source.name).is_file()
    assert task.source == image.source


@pytest.mark.parametrize("heading", ["laterality", "Image Laterality", "SIDE", " side ", "Side"])
def test_a_side_is_taken_from_every_spelling_of_its_heading(heading: str, tmp_path: Path) -> None:
    assert only_row(put(tmp_path, f"path,{heading}\na.png,L\n")).side is Side.LEFT


@pytest.mark.parametrize(
    ("heading", "meant"), [("sides", "side"), ("subjet", "subject"), ("spacing_m", "spacing_mm")]
)
def test_a_heading_that_is_nearly_a_known_one_is_refused_by_name(
    heading: str, meant: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as refused:
        manifest_columns(put(tmp_path, f"path,{heading}\na.png,1\n"))
    assert holds(str(refused.value), repr(heading), repr(meant), "rename")


def test_a_heading_near_a_known_one_that_is_there_is_a_column_of_its_own(tmp_path: Path) -> None:
    manifest = put(tmp_path, "path,side,laterality,site\na.png,R,x,Oslo\n")
    assert only_row(manifest).side is Side.RIGHT
    assert manifest_columns(manifest) == ("path", "side", "laterality", "site")


def test_two_spellings_of_one_heading_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'side' and 'Side'"):
        manifest_columns(put(tmp_path, "path,side,Side\na.png,R,L\n"))


def test_a_heading_that_may_mean_a_subject_is_refused_where_subjects_are_told_apart(tmp_path: Path) -> None:
    manifest = put(tmp_path, "path,visit,patient\na.png,V0,1\n")
    with pytest.raises(UsageError, match=r"'patient'.*'subject'"):
        visits_of(manifest, Stated())


def test_columns_that_are_not_used_are_named(tmp_path: Path) -> None:
    assert unused_columns(put(tmp_path, "path,centre,kl\na.png,Oslo,2\n"), ("path",)) == ("centre",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("sep", [False, True])
def test_encodings_and_delimiters_make_no_difference(
    encoding: str, mark: str, sep: bool, tmp_path: Path
) -> None:
    lines = [("path", "subject", '"notes, free"'), ("a.png", "Łódź", '"x; y"')]
    text = (f"sep={mark}\r\n" if sep else "") + "\r\n".join(map(mark.join, lines)) + "\r\n"
    row = only_row(put(tmp_path, text, encoding))
    assert (row.cell("subject"), row.cell("notes, free")) == ("Łódź", "x; y")
    assert row.place.endswith("line 3" if sep else "line 2")


def test_more_cells_than_headings_are_refused_rather_than_dropped(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"line 2.*4 cells found, 3 expected"):
        only_row(put(tmp_path, "path,side,spacing_mm\na.png,R,0,396\n"))
    assert only_row(put(tmp_path, "path,side,,\na.png,R,,\n")).side is Side.RIGHT


@pytest.mark.parametrize("cell", ["NA", "n/a", ".", "NaN", ".A", ""])
def test_a_cell_that_states_nothing_states_nothing(cell: str, tmp_path: Path) -> None:
    row = only_row(put(tmp_path, f"path,subject,side,spacing_mm,date\na.png,{cell},{cell},{cell},{cell}\n"))
    assert (row.stated("subject"), row.side, row.spacing_mm, row.day) == ("", None, None, "")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("other", ["NFC", "NFD"])
def test_a_name_with_accents_is_found_in_either_form_of_unicode(
    form: str, other: str, tmp_path: Path
) -> None:
    file = tmp_path / unicodedata.normalize(form, "Gerät.png")
    file.write_bytes(b"")
    manifest = put(tmp_path, unicodedata.normalize(other, "path\nGerät.png\n"))
    (image,) = images_of([], manifest, Stated())
    assert Path(image.source.name).samefile(file)


def test_a_member_of_an_archive_is_found_by_read_and_batch_alike(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("visit/a.png", b"")
    manifest = put(tmp_path, "path\na.zip!visit\\a.png\n")
    (image,) = images_of([], manifest, Stated())
    (task,) = Listing((str(manifest),), frozenset(), str)
    assert image.source == task.source
    assert image.source.name.endswith("a.zip!visit/a.png")


@given(st.decimals(-1000, 1000, places=3))
def test_a_decimal_comma_is_a_decimal_point(value: object) -> None:
    assert number(f"{value}") == number(f"{value}".replace(".", ",")) == float(str(value))


@pytest.mark.parametrize(("cells", "expected"), [(("R", "1", "Right", "1.0", "rt"), Side.RIGHT), (("L", "2", "left", "2,0", " l"), Side.LEFT)])  # fmt: skip # noqa: E501
def test_sides_are_read_in_every_usual_spelling(cells: tuple[str, ...], expected: Side) -> None:
    assert {side(cell) for cell in cells} == {expected}


@needs_cases
@pytest.mark.parametrize("name", ["kxr_sq_bu00_ascii.txt", "bu00_sas.csv"])
def test_tables_of_the_oai_are_read_as_distributed(name: str) -> None:
    table = read_table(CASES / "oai-ascii-table" / name)
    assert table.columns["subject"][:2] == ["9000000", "9000000"]
    assert table.columns["side"][:2] == ["1", "2"]
    assert table.columns["kl"][:4] == ["", "3", "2", "1"]
    assert table.oai_visits == {"V00": "V00XRKL"}


def test_widths_narrowing_and_osteophytes_of_the_oai_are_read_by_kltools_names(tmp_path: Path) -> None:
    headings = "ID|SIDE|v01mcmjsw|V01JSW250|V01LJSW700|V01XRJSM|V01XROSFL|V01READPRJ"
    table = read_table(put(tmp_path, f"{headings}\n9000001|2: Left|4.5|5|6,5|1: 1|.: Missing|15\n"))
    assert {name: cells[0] for name, cells in table.columns.items()} == {
        "subject": "9000001",
        "side": "2",
        "medial_mjsw_mm": "4.5",
        "medial_jsw250_mm": "5",
        "lateral_jsw700_mm": "6,5",
        "medial_narrowing": "1",
        "lateral_femoral_osteophyte": "",
        "lateral_femoral_osteophyte_reason": "Missing",
        "visit": "V01",
        "reader": "m project 15",
    }


def test_columns_of_several_visits_in_one_table_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"V00XRKL, V06XRKL"):
        read_table(put(tmp_path, "ID,SIDE,V00XRKL,V06XRKL\n1,1,2,3\n"))


def test_one_endless_line_is_no_table_and_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "LONGEST_LINE", 1_000)
    table = tmp_path / "t.csv"
    table.write_text("path\n" + "x" * 998 + "\n")
    assert [row.cell("path") for row in manifest_rows(table)] == ["x" * 998]
    for text in ("x" * 1_000, "path\n" + "x" * 2_000):
        table.write_text(text)
        with pytest.raises(UsageError, match="a line of 1,000 characters or more"):
            list(manifest_rows(table))


def test_more_columns_than_any_table_has_are_refused(tmp_path: Path) -> None:
    """Each row of a batch keeps the headings, and each heading was compared with every other."""
    many = [f"c{place}" for place in range(headings.MOST_COLUMNS)]
    table = put(tmp_path, ",".join(["path", *many[1:]]) + "\na\n")
    assert len(manifest_columns(table)) == headings.MOST_COLUMNS
    assert Listing((str(table),), frozenset({"c1"}), str).headings["c1"] == "given_c1"
    for first in (",".join(["path", *many]), f"path,{'x' * 100_000},{'y' * 100_000}"):
        put(tmp_path, f"{first}\na\n")
        with pytest.raises(UsageError, match="keep those that are needed"):
            manifest_columns(table)
