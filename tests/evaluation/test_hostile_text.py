"""What text of others leaves raw is found, and kltool leaves nothing."""

from pathlib import Path

import pytest
from evaluation.hostile.raw import (
    parsed,
    raw_in_csv,
    raw_in_json,
    raw_in_page,
    raw_in_svg,
    raw_in_terminal,
    raw_in_tex,
)
from evaluation.hostile.strings import DIRECTION, FORMULAS, HIDING, MARKUP, OTHERS, STRINGS, TERMINAL
from evaluation.hostile.text import find_raw

PAGE = "<html><head><title>t</title></head><body><p>{}</p></body></html>"


def test_nothing_of_a_text_of_each_kind_is_raw() -> None:
    found = find_raw([kind[0] for kind in (FORMULAS, TERMINAL, DIRECTION, HIDING, MARKUP, OTHERS)])
    assert len(found) > 15
    assert {output: what for output, what in found.items() if what} == {}


def test_there_are_forty_texts_and_each_is_another() -> None:
    assert len({text.strip() for text in STRINGS}) == 40


@pytest.mark.parametrize("text", [*TERMINAL, *DIRECTION, *HIDING])
def test_a_text_that_acts_or_hides_is_found_in_a_terminal_and_a_page(text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE.format(text), newline="")
    assert list(raw_in_terminal(f"a.dcm: {text}\n"))
    assert list(raw_in_page(page)) or text in TERMINAL, "line feeds are white space there"
    assert not list(raw_in_terminal(f"\x1b[1ma.dcm\x1b[0m: {text!a}\n")), "colours are rich's own"


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_found_in_a_table(text: str, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(f'h,n\n"{text.replace(chr(34), chr(34) * 2)}",-1.5\n', newline="")
    assert bool(list(raw_in_csv(table, ("n",)))) == (text[0] not in "\"'"), "an apostrophe makes it text"
    table.write_text("h,n\n'=1,x\n")
    assert list(raw_in_csv(table, ("n",))) == ["n 'x' is no number"]


def test_markup_is_found_in_pages_pictures_and_latex(tmp_path: Path) -> None:
    page, picture, table = (tmp_path / name for name in ("page.html", "picture.svg", "table.tex"))
    for text in MARKUP[:3]:
        page.write_text(PAGE.format(text))
        assert list(raw_in_page(page))
    page.write_text(PAGE.format("&lt;script&gt;"))
    assert not list(raw_in_page(page))
    assert parsed(page.read_text()).text == "t <script>"
    for inside in ("<script/>", "<g onclick='x'/>", "<a/>", "\x01", "<image href='http://a.example'/>"):
        picture.write_text(f"<svg>{inside}</svg>")
        assert list(raw_in_svg(picture))
    table.write_text(f"% first\n{MARKUP[-1]}\n")
    assert {"command \\input", "command \\write", "raw %"} <= set(raw_in_tex(table))
    assert list(raw_in_json('{"a": "b\nc"}'))
