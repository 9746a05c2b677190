"""The command line starts fast, and says what it is and can do."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from kltool.cli.main import app
from kltool.weights import entries
from tests.messages import holds

Kltool = Callable[..., Any]
VERBS = ("read", "compare", "batch", "agreement", "calibrate", "doctor", "models")
HEAVY = (
    "onnxruntime",
    "cv2",
    "scipy",
    "pydicom",
    "torch",
    "jinja2",
    "matplotlib",
    "pandas",
    "statsmodels",
    "pyarrow",
)
QUICK = (("--help",), *((verb, "--help") for verb in VERBS), ("--version",))
NAMES_LOADED = f"""
import json, sys
from kltool.cli.main import run
loaded = []
for arguments in {QUICK!r}:
    sys.argv[1:] = arguments
    try:
        run()
    except SystemExit as ended:
        loaded.append([ended.code or 0, [name for name in {HEAVY!r} if name in sys.modules]])
print(json.dumps(loaded))
"""


def test_the_version_is_the_installed_one(kltool: Kltool) -> None:
    said = kltool("--version")
    assert (said.code, said.out, said.err) == (0, f"kltool {version('kltool')}\n", "")


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kltool", "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"kltool {version('kltool')}\n")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, kltool: Kltool) -> None:
    said = kltool(verb, "--help")
    assert said.code == 0
    assert said.err == ""
    assert f"{verb} [OPTIONS]" in said.out


def test_the_help_names_every_verb_and_exit_code(kltool: Kltool) -> None:
    said = kltool("--help")
    assert said.code == 0
    assert all(verb in said.out for verb in VERBS)
    assert holds(said.words, "0 all read", "2 bad usage", "3 some refused", "4 some failed")
    assert holds(said.words, "5 bad installation", "130 stopped", "not a medical device")


@pytest.fixture(scope="module")
def loaded() -> list[tuple[int, list[str]]]:
    """For each of QUICK, in one process: the exit code, and heavy libraries that are loaded by then."""
    done = subprocess.run([sys.executable, "-c", NAMES_LOADED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [(code, names) for code, names in json.loads(done.stdout.splitlines()[-1])]


@pytest.mark.parametrize("number", range(len(QUICK)), ids=map(" ".join, QUICK))
def test_help_loads_no_heavy_library(number: int, loaded: list[tuple[int, list[str]]]) -> None:
    assert loaded[number] == (0, [])


def test_without_a_verb_the_help_is_shown_and_the_usage_is_bad(kltool: Kltool) -> None:
    said = kltool()
    assert said.code == 2
    assert all(verb in said.words for verb in VERBS)


def test_the_doctor_finds_this_installation_complete(kltool: Kltool) -> None:
    said = kltool("doctor")
    assert said.code == 0, said.out


@pytest.mark.slow
def test_a_qualification_is_a_dated_report(kltool: Kltool, tmp_path: Path) -> None:
    said = kltool("doctor", "--qualify", tmp_path / "reports")
    assert said.code == 0, said.out
    (page,) = (tmp_path / "reports").glob("qualification-*.html")
    record = json.loads(page.with_suffix(".json").read_text())
    assert record["passed"]
    assert record["kltool"] == version("kltool")
    assert {check["part"] for check in record["checks"]} == {"installation", "operation"}
    assert len(record["checks"]) == 11
    assert len(record["widths"]) == 126
    assert "passed" in page.read_text(encoding="utf-8")


def test_a_qualification_that_cannot_be_written_is_bad_usage(kltool: Kltool, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = kltool("doctor", "--qualify", tmp_path / "file" / "reports")
    assert said.code == 2


def test_the_models_are_listed_with_their_whole_hashes(
    kltool: Kltool, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = kltool("models")
    assert said.code == 0
    for entry in entries():
        assert entry.sha256 in said.out
        assert entry.trained_on in said.words
    monkeypatch.setenv("COLUMNS", "80")
    narrow = kltool("models").out
    assert "…" not in narrow


def test_every_verb_and_option_is_in_the_readme_or_the_guide() -> None:
    root = Path(__file__).resolve().parents[2]
    told = (root / "README.md").read_text() + (root / "docs" / "output.md").read_text()
    verbs = vars(get_command(app))["commands"]
    assert set(verbs) == set(VERBS)
    for verb, command in verbs.items():
        assert f"kltool {verb}" in told
        for parameter in command.params:
            assert all(name in told for name in parameter.opts if name.startswith("--"))
