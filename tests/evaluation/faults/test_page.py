"""The page of faults states what was tried, and an error is a finding."""

from pathlib import Path

from evaluation.faults import display, headers
from evaluation.faults.page import KINDS, situation_section, tried, verdict
from evaluation.faults.trial import Finding


def test_situations_are_tried_and_named_with_their_threads() -> None:
    chosen = [headers.SITUATIONS[0], display.SITUATIONS[0]]
    shown = str(situation_section("Headers", 1, [(one, tried(one.run)) for one in chosen]))
    assert "2 of 2 hold" in shown
    assert "(https://github.com/pydicom/pydicom/issues/1844)" in shown


def test_an_unexpected_error_does_not_hold() -> None:
    def fails(_: Path) -> Finding:
        raise ZeroDivisionError

    assert verdict(tried(fails)) == "**no**"


def test_every_situation_has_a_thread_of_its_own_situation() -> None:
    situations = [one for of_kind in KINDS.values() for one in of_kind]
    assert len(situations) >= 30
    assert len({one.what for one in situations}) == len(situations)
    assert all(one.thread.count("/") == 1 and one.thread.split("#")[1].isdigit() for one in situations)
