"""The command line of training parses what the model cards quote, and refuses what cannot be trained on."""

import re
import shlex
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("onnxscript", reason="needs the extra 'train'")

from kltool.training import verbs
from kltool.training.__main__ import _parser, main

CARDS = Path(__file__).resolve().parents[2] / "models"
COMMAND = re.compile(r"python -m kltool\.training ((?:.*\\\n)*.*)")


def quoted() -> list[str]:
    texts = (card.read_text() for card in sorted(CARDS.glob("*.md")))
    return [found.replace("\\\n", " ") for text in texts for found in COMMAND.findall(text)]


@pytest.mark.parametrize("command", quoted())
def test_a_command_that_a_card_quotes_can_be_run(command: str) -> None:
    options = _parser().parse_args(shlex.split(command))
    assert callable(options.run)


def test_the_cards_quote_every_trainer() -> None:
    verbs_quoted = {command.split()[0] for command in quoted()}
    trainers = {"finder", "knee-class", "landmarks", "margins", "linked", "letters", "grader"}
    assert verbs_quoted >= {*trainers, "export"}


def test_too_few_simulated_knees_end_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "simulated").mkdir()
    arguments = ["margins", str(tmp_path), str(tmp_path / "simulated"), "--out", str(tmp_path / "out")]
    with pytest.raises(SystemExit, match=r"error: 0 simulated knees found .*simulate_joints"):
        main(arguments)


def test_held_out_knees_are_not_learned_from() -> None:
    held_out, rest = verbs._split(range(verbs.HELD_OUT + 5), Path("folder"))
    assert not set(held_out) & set(rest)
    assert len(rest) == 5
