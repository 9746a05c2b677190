"""A page of results begins with its criteria; reasons that differ in a length are counted as one."""

from evaluation.criteria import Criterion, Result
from evaluation.markdown import MarkdownTable, Section, counted, page


def test_the_page_begins_with_every_figure_that_has_a_criterion() -> None:
    first = Section("One", "Text.", (Result("error", 0.2, "mm", Criterion(most=0.1)),))
    second = Section(
        "Two", "Text.", (), (MarkdownTable(("a|b", "c"), [(1, 2)], "Some:"),), (("It", "it.svg"),)
    )
    lines = page("Title", "Opening.", [first, second]).splitlines()
    assert "| 1 | error | 0.200 mm | ≤ 0.1 mm | **missed by 0.1** |" in lines[: lines.index("## 1. One")]
    assert lines[lines.index("Some:") + 2 :][:3] == ["| a\\|b | c |", "|---|---|", "| 1 | 2 |"]
    assert lines[-1] == "![It](it.svg)"


def test_reasons_that_differ_in_a_length_only_are_counted_together() -> None:
    table = counted(["the margins cross by 1.5 mm", "no clear edge", "the margins cross by 0.8 mm"])
    assert list(table.rows) == [("the margins cross by some mm", 2), ("no clear edge", 1)]
