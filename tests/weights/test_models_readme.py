"""The page of the models says what the manifest, the files and the cards say, and every card its terms."""

import re
from pathlib import Path

import models_readme
import pytest

from kltool.weights import entries

NAMES = [entry.name for entry in entries()]


def test_the_page_is_up_to_date() -> None:
    models_readme.main(["--check"])


def test_the_page_has_every_model_with_its_file_its_hash_and_its_card() -> None:
    page = models_readme.PAGE.read_text(encoding="utf-8")
    for entry in entries():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| [{entry.name}]")]
        assert f"({entry.name}.md)" in row
        assert f"`{entry.sha256}`" in row
        assert f"{len(entry.file.read_bytes()):,}" in row


def test_a_page_that_is_out_of_date_is_reported_and_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "README.md"
    text = models_readme.PAGE.read_text(encoding="utf-8")
    old.write_text(text.replace("3,580,485", "3,580,486"), encoding="utf-8")
    before = old.read_bytes()
    monkeypatch.setattr(models_readme, "PAGE", old)
    with pytest.raises(SystemExit, match=r"run python scripts/models_readme\.py"):
        models_readme.main(["--check"])
    assert old.read_bytes() == before


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_what_the_model_does_what_it_was_trained_on_and_its_terms(name: str) -> None:
    card = (models_readme.FOLDER / f"{name}.md").read_text(encoding="utf-8")
    parts = re.findall(r"(?m)^\*\*([A-Z][a-z ]+)\.?\*\*", card)
    assert parts == ["What it does", "What it is", "Trained on", "Figures", "Limits", "Sources", "Terms"]
    assert "[docs/weights.md](../docs/weights.md)" in card
    assert f"python -m kltool.training export {'J' if name == 'grader' else 'FOLDER'} --only {name}" in card
