"""The table is what docs/table.md says it is."""

import re
from pathlib import Path

from kltool.tables.columns import COLUMNS
from kltool.tables.oai import OAI_NAMES, from_oai

PAGE = Path(__file__).resolve().parents[2] / "docs" / "table.md"


def named(text: str) -> set[str]:
    """Everything between back quotes in the first cell of each row of a table."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_column_is_described() -> None:
    names = named(PAGE.read_text(encoding="utf-8").split("## `--oai-names`")[0])
    stems = tuple(name.removesuffix("…") for name in names if name.endswith("…"))
    assert [column for column in COLUMNS if column not in names and not column.startswith(stems)] == []


def test_nothing_is_described_that_is_no_column() -> None:
    names = named(PAGE.read_text(encoding="utf-8").split("## `--oai-names`")[0])
    for name in names:
        stem = name.removesuffix("…")
        assert any(column == name or (stem != name and column.startswith(stem)) for column in COLUMNS), name


def test_the_headings_of_the_oai_are_all_there_and_once() -> None:
    assert set(OAI_NAMES) <= set(COLUMNS)
    assert len(set(OAI_NAMES.values())) == len(OAI_NAMES)
    assert all(from_oai(f"V03{theirs}") == from_oai(theirs) == own for own, theirs in OAI_NAMES.items())
    assert from_oai("V00AGE") == "V00AGE"
    text = PAGE.read_text(encoding="utf-8")
    for own, theirs in (("medial_jsw150_mm", "JSW150"), ("lateral_jsw900_mm", "LJSW900")):
        assert OAI_NAMES[own] == theirs
        assert f"`{own}`" in text
        assert f"`{theirs}`" in text
