"""No text of others acts on a terminal, hides in a log, or passes for a line of kltool's own."""

import io
import json
import logging
import unicodedata
from typing import Any

import pytest

from kltool.escaping import escaped, on_one_line, say_json
from kltool.logs import LOG, log_warnings
from kltool.report.terminal.console import Console, escape

NAME = "a\x1b]0;b\x07\u202e[bold]:heart:\n\x9b2J\u2066\ufeff\u3164\x7f\u2028.dcm"
SHOWN = r"a\x1b]0;b\x07\u202e[bold]:heart:\n\x9b2J\u2066\ufeff\u3164\x7f\u2028.dcm"


def test_characters_that_act_or_hide_are_shown_as_python_writes_them() -> None:
    assert on_one_line(NAME) == SHOWN
    assert escaped("a\nb\x1b") == "a\nb\\x1b"


def test_no_character_of_unicode_is_left_that_acts_or_hides() -> None:
    left = {character for character in map(chr, range(0x110000)) if on_one_line(character) == character}
    assert not {character for character in left if unicodedata.category(character) in ("Cc", "Cf", "Cs")}
    assert {"é", "関", "ف", "\u0301", " ", "\xa0", "😀"} <= left


def test_a_flood_of_marks_covers_no_other_line() -> None:
    assert on_one_line("o\u0336\u0489" * 2) == "o\u0336\u0489" * 2
    assert on_one_line("a" + "\u0301" * 11) == "a" + "\u0301" * 8 + "\\u0301" * 3
    assert on_one_line("ཧྐྵྨླྺྼྻྂ") == "ཧྐྵྨླྺྼྻྂ", "a syllable of Tibetan"


def test_a_console_shows_a_name_as_it_stands() -> None:
    out = io.StringIO()
    Console(out, width=200).print(f"[bold]{escape(NAME)}[/]: read\nnext line")
    assert out.getvalue() == f"{SHOWN}: read\nnext line\n"


def test_json_stays_json(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"source": NAME})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"source": NAME}
    assert printed.removesuffix("\n").isprintable()


def test_a_name_is_no_record_of_a_log(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setattr(LOG, "handlers", [])
    log_warnings()
    logging.getLogger("kltool.batch").warning("%s", "name\nkltool: forged\x1b")
    assert capsys.readouterr().err == "kltool: name\n    kltool: forged\\x1b\n"
