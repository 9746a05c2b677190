"""The command line as a user meets it: arguments in; exit code, standard output and error out."""

import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kltool.cli import compare, read
from kltool.cli.main import run
from kltool.logs import LOG
from kltool.weights import Models


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """All that was printed, without line breaks and frames."""
        return " ".join((self.out + self.err).replace("│", " ").split())


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    """The log is that of a process that ends with its command."""
    yield
    LOG.handlers.clear()
    LOG.setLevel(logging.NOTSET)


@pytest.fixture
def kltool(
    models: Models, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Said]:
    """kltool with these arguments, in an empty folder, with the models that are loaded already."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("TERMINAL_WIDTH", "300")
    monkeypatch.setattr(read, "load_models", lambda: models)
    monkeypatch.setattr(compare, "load_models", lambda: models)

    def call(*arguments: Any) -> Said:
        monkeypatch.setattr(sys, "argv", ["kltool", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run()
        printed = capsys.readouterr()
        return Said(int(ended.value.code or 0), printed.out, printed.err)

    return call
