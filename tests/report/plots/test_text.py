"""Text is broken into lines that fit, and loses nothing unless it says so."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.report.plots.text import MORE, SMALL, TITLE, Style, printable, width_of, wrapped

WIDTH = 160.0
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=120)


@given(TEXTS, st.sampled_from([SMALL, TITLE]))
def test_lines_fit_and_lose_no_letter(text: str, style: Style) -> None:
    lines = wrapped(text, WIDTH, style)
    assert "".join("".join(lines).split()) == "".join(printable(text).split())
    assert all(width_of(line, style) <= WIDTH + 1 for line in lines)


@given(TEXTS, st.integers(1, 4))
def test_what_does_not_fit_is_seen_to_be_missing(text: str, most: int) -> None:
    whole, lines = wrapped(text, WIDTH, TITLE), wrapped(text, WIDTH, TITLE, most)
    if len(whole) <= most:
        assert lines == whole
        return
    assert len(lines) == most
    assert lines[:-1] == whole[: most - 1]
    assert lines[-1].endswith(MORE)
    assert whole[most - 1].startswith(lines[-1].removesuffix(MORE).rstrip())
    assert width_of(lines[-1], TITLE) <= WIDTH + 1


def test_words_are_kept_whole_where_they_fit() -> None:
    assert wrapped("the beam ran across the plateau", WIDTH, SMALL) == ["the beam ran across the", "plateau"]
    assert wrapped("a b c", 10_000, SMALL) == ["a b c"]
    assert wrapped("", WIDTH, SMALL) == []


def test_no_text_takes_long() -> None:
    start = time.perf_counter()
    wrapped("1.2.840." * 20_000, WIDTH, SMALL, 3)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\n c", "a b c"),
        ("2.5 mm², ≥ 3°, é ß Ω → …", "2.5 mm², ≥ 3°, é ß Ω → …"),
        ("膝\x00", "��"),
        ("a\u202eb", "a�b"),
    ],
)
def test_only_characters_that_can_be_drawn_are_drawn(text: str, shown: str) -> None:
    assert printable(text) == shown
