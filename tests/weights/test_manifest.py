"""A model matches the manifest, or it is not loaded."""

import hashlib
import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from kltool.errors import Exit, InstallationError, WeightMismatch
from kltool.weights import entries, load_models, manifest, models_folder
from kltool.weights.manifest import NAMES
from tests.messages import guides, holds


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models of its own, for a test to damage."""
    folder = tmp_path / "models"
    shutil.copytree(models_folder(), folder)
    monkeypatch.setattr(manifest, "models_folder", lambda: folder)
    return folder


def test_the_installed_models_are_the_manifests() -> None:
    for entry in entries():
        assert hashlib.sha256(entry.file.read_bytes()).hexdigest() == entry.sha256


def test_every_model_is_loaded_and_a_reading_names_those_that_made_it() -> None:
    models = load_models()
    loaded = {field.name: getattr(models, field.name).entry.name for field in fields(models)}
    assert loaded == {
        "finder": "finder",
        "classifier": "aspect",
        "landmarks": "landmarks",
        "margins": "margins",
        "linked": "linked",
        "grader": "grader",
        "letters": "letters",
    }
    of_reading = {entry.identity: entry.sha256 for entry in entries() if entry.name != "linked"}
    assert models.hashes == of_reading


@pytest.mark.parametrize("name", NAMES)
def test_one_flipped_byte_is_refused_with_both_hashes(copied: Path, name: str) -> None:
    expected = next(entry.sha256 for entry in entries() if entry.name == name)
    file = copied / f"{name}.onnx"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(WeightMismatch) as refused:
        load_models()
    assert guides(str(refused.value))
    assert holds(str(refused.value), f"'{name}'", hashlib.sha256(data).hexdigest(), expected, "reinstall")
    assert refused.value.exit is Exit.INSTALLATION


def test_a_missing_weight_file_is_named(copied: Path) -> None:
    (copied / "grader.onnx").unlink()
    with pytest.raises(InstallationError) as refused:
        load_models()
    assert holds(str(refused.value), "'grader'", str(copied / "grader.onnx"), "reinstall")


def test_a_manifest_without_the_grader_is_refused(copied: Path) -> None:
    text = (copied / "manifest.toml").read_text()
    (copied / "manifest.toml").write_text(text.replace("[grader]", "[other]"))
    with pytest.raises(InstallationError) as refused:
        load_models()
    assert holds(str(refused.value), "models/manifest.toml", "grader", "reinstall")


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda text: text.replace("[finder]", "[finder"), "Expected ']'"),
        (lambda text: text.replace("sha256", "sha512", 1), "'sha256'"),
        (lambda text: "finder = 1\n", "finder"),
        (lambda text: re.sub(r"input_size = \d+", 'input_size = "large"', text), "input_size"),
        (lambda text: text.replace("[finder]", "[finder]\nsha256 = 0"), "overwrite"),
    ],
    ids=["no TOML", "a field missing", "no table", "a word for a number", "a field twice"],
)
def test_a_damaged_manifest_is_refused_and_named(copied: Path, damage: object, word: str) -> None:
    assert callable(damage)
    text = (copied / "manifest.toml").read_text()
    (copied / "manifest.toml").write_text(damage(text))
    with pytest.raises(InstallationError) as refused:
        entries()
    assert holds(str(refused.value), str(copied / "manifest.toml"), word, "reinstall")


def test_a_manifest_that_is_no_text_is_refused(copied: Path) -> None:
    (copied / "manifest.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InstallationError, match=str(copied / "manifest.toml")):
        entries()


def test_a_verified_file_that_is_no_model_is_an_installation_error(copied: Path) -> None:
    entry = next(entry for entry in entries() if entry.name == "finder")
    (copied / "finder.onnx").write_bytes(b"no model")
    text = (copied / "manifest.toml").read_text()
    (copied / "manifest.toml").write_text(text.replace(entry.sha256, hashlib.sha256(b"no model").hexdigest()))
    with pytest.raises(InstallationError, match="finder"):
        load_models()
