"""--verbose shows what caused a refusal or failure; without it nothing of a file's content is shown."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Kltool = Callable[..., Any]
NAME = "DOE^JANE"


@pytest.fixture
def cut(samples: Path, tmp_path: Path) -> Path:
    """A DICOM file that ends inside its pixels."""
    file = tmp_path / "cut.dcm"
    file.write_bytes((samples / "knee_right_normal.dcm").read_bytes()[:5000])
    return file


def test_the_cause_of_a_refusal_is_on_the_standard_error(cut: Path, kltool: Kltool) -> None:
    quiet, verbose = kltool("read", "--json", cut), kltool("read", "--json", "--verbose", cut)
    assert "Traceback" not in quiet.err
    assert quiet.code == verbose.code == 3
    assert "Traceback" in verbose.err
    assert "pydicom" in verbose.err
    assert verbose.out.split('"utc"')[0] == quiet.out.split('"utc"')[0]


def test_what_stops_a_comparison_has_its_cause_too(cut: Path, samples: Path, kltool: Kltool) -> None:
    said = kltool("compare", "--verbose", cut, samples / "knee_right_normal.dcm")
    assert said.code == 3
    assert "Undecodable" in said.err
    assert "Traceback" in said.err


@pytest.mark.parametrize("verb", ["read", "batch"])
def test_the_text_of_an_unexpected_error_is_shown_only_when_asked_for(
    verb: str, samples: Path, kltool: Kltool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError(NAME)

    monkeypatch.setattr("kltool.reading.load", broken)
    if verb == "batch":
        monkeypatch.setattr("kltool.cli.batch.kltool.batch.run_batch", broken)
    arguments = [samples / "knee_right_normal.dcm", *(("--out", tmp_path / "out") if verb == "batch" else ())]
    quiet = kltool(verb, *arguments)
    assert quiet.code == 4
    assert NAME not in quiet.words
    assert "ValueError" in quiet.words
    assert NAME in kltool(verb, "--verbose", *arguments).err


def test_workers_of_a_batch_log_their_causes(cut: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kltool", "batch", str(cut), "--jobs", "1", "--out"]
    for out, options, logged in (("quiet", [], False), ("out", ["--verbose"], True)):
        done = subprocess.run(
            [*command, str(tmp_path / out), *options], capture_output=True, text=True, check=False
        )
        assert done.returncode == 3
        assert ("kltool.errors.Undecodable" in done.stderr) is logged
