"""No cell of a CSV that kltool writes is a formula to a spreadsheet, and each is read back as it was."""

import csv
import io
import re
from pathlib import Path
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kltool.tables import manifest_rows, read_table
from kltool.tables.columns import CellType
from kltool.tables.spreadsheet import CUT, LONGEST, PREFIX, as_cell, of_cell, with_line_feeds
from kltool.tables.write import table_files

NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
texts = st.text(alphabet="=+-@'; \t\r\n1a.,e\uff1d", max_size=9) | st.text(max_size=40)
FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+1|x",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\uff1d1",
    "a;=HYPERLINK(1)",
    " =1",
    "'=1",
)


def is_formula(cell: str) -> bool:
    return cell.strip()[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") and not NUMBER.fullmatch(cell.strip(" "))


@given(texts)
@example("\r=1\r\n=2")
def test_no_text_is_a_formula_wherever_a_spreadsheet_splits_it_and_it_is_read_back(text: str) -> None:
    cell = as_cell(text)
    assert not any(map(is_formula, [cell, *re.split(r"[;\t\r\n]", cell)]))
    assert of_cell(cell) == with_line_feeds(text)


@pytest.mark.parametrize("text", ["-1.5", "+3", "-1,5", "-2e-05", "a - b", "1 2 3", "/data/a.dcm", "O'Neil"])
def test_numbers_and_ordinary_text_stay_as_they_are(text: str) -> None:
    assert as_cell(text) == text == of_cell(text)


@pytest.mark.parametrize("text", ["x" * 40_000, "=" + "x" * 40_000, "😀" * 20_000])
def test_text_is_cut_at_the_length_of_a_cell_and_says_so(text: str) -> None:
    cell = as_cell(text)
    assert LONGEST - 1 <= len(cell.encode("utf-16-le")) / 2 <= LONGEST
    assert cell.endswith(CUT)
    assert as_cell(text[:10_000]).removeprefix(PREFIX) == text[:10_000]


@pytest.mark.parametrize("unit", ["\n", "\n'", "'", "\n ", "\t1", ";+1 ", "1 ", "a="])
def test_a_flood_of_blanks_and_prefixes_takes_no_longer_than_other_text(unit: str) -> None:
    """A minute and more where each place looks ahead through all the blanks behind it."""
    flood = "a" + unit * (130_000 // len(unit)) + "a"
    start = process_time()
    assert of_cell(flood) == flood
    assert as_cell(flood).endswith(CUT)
    assert process_time() - start < 10


def test_a_carriage_return_ends_no_row() -> None:
    """Python's csv writes it without quotation marks where rows end in a line feed."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([as_cell("a\rb"), as_cell("c\r\nd")])
    assert list(csv.reader(io.StringIO(text.getvalue(), newline=""))) == [["a\nb", "c\nd"]]


def test_a_table_with_formulas_is_read_back_as_it_was_and_parquet_is_raw(tmp_path: Path) -> None:
    types = {"path": CellType.TEXT, "subject": CellType.TEXT, "=h": CellType.TEXT, "change": CellType.NUMBER}
    with table_files(tmp_path, "visits", types) as write:
        for text in FORMULAS:
            write({"path": text, "subject": text, "=h": "x", "change": -1.5})
    written = list(csv.reader(io.StringIO((tmp_path / "visits.csv").read_text("utf-8"))))
    assert written[0][2] == "'=h"
    assert not any(is_formula(cell) for row in written for cell in row)
    assert {row[3] for row in written[1:]} == {"-1.5"}
    assert [row.cells["subject"] for row in manifest_rows(tmp_path / "visits.csv")] == list(FORMULAS)
    raw, ours = read_table(tmp_path / "visits.parquet"), read_table(tmp_path / "visits.csv")
    assert raw.columns == ours.columns
