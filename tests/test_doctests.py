"""The examples in the docstrings of the public API are true."""

import doctest
from pathlib import Path
from typing import Any

import pytest

import kltool

NAMES = [name for name in kltool.__all__ if hasattr(getattr(kltool, name), "__module__")]


def examples_of(name: str) -> list[doctest.DocTest]:
    public = {one: getattr(kltool, one) for one in kltool.__all__}
    globs: dict[str, Any] = {"kltool": kltool, "Path": Path, **public}
    found = doctest.DocTestFinder(recurse=True).find(getattr(kltool, name), name, globs=globs)
    return [one for one in found if one.examples]


WITH_EXAMPLES = [name for name in NAMES if examples_of(name)]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for one in examples_of(name):
        said: list[str] = []
        failed = runner.run(one, out=said.append).failed
        assert failed == 0, "".join(said)


def test_every_function_of_the_public_api_has_an_example() -> None:
    functions = {name for name in NAMES if not isinstance(getattr(kltool, name), type)}
    assert functions - set(WITH_EXAMPLES) == {"default_models", "load_models"}
