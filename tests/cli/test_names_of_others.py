"""Names of files reach the terminal escaped, whatever the command says of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Said

NAME = "a\x1b]0;b\x07\u202e[bold]:heart:\n\x9b2J.dcm"
SHOWN = r"a\x1b]0;b\x07\u202e[bold]:heart:\n\x9b2J.dcm"


@pytest.mark.parametrize("arguments", [("read",), ("read", "--json"), ("read", "--verbose"), ("compare",)])
def test_a_name_is_shown_and_does_not_act(
    arguments: tuple[str, ...], kltool: Callable[..., Said], tmp_path: Path
) -> None:
    film = tmp_path / NAME
    film.write_text("no film")
    said = kltool(*arguments, *([film] * (2 if "compare" in arguments else 1)))
    assert (said.out + said.err).replace("\n", "").isprintable()
    assert SHOWN in said.words or arguments not in (("read",), ("read", "--verbose"))


@pytest.mark.parametrize(
    "arguments", [(f"--{NAME}",), (NAME,), ("read", f"--{NAME}"), ("read", "--side", NAME)]
)
def test_an_argument_that_is_a_name_is_shown_and_does_not_act(
    arguments: tuple[str, ...], kltool: Callable[..., Said]
) -> None:
    said = kltool(*arguments)
    assert said.code == 2
    assert (said.out + said.err).replace("\n", "").isprintable()
    assert r"\x1b]0;b" in said.words
