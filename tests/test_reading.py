"""One image of many: what becomes of it is a value, and a bad image stops no other."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kltool import reading
from kltool.errors import InstallationError, StorageFull
from kltool.intake import ImageSource
from kltool.reading import read_source
from kltool.values.radiograph import Side
from kltool.values.reading import Reading, Status, Unread
from kltool.weights import Models


def test_a_film_becomes_a_reading_as_the_user_describes_it(models: Models, samples: Path) -> None:
    source = ImageSource.of_file(samples / "knee_right_normal.dcm")
    outcome = read_source(source, models, side=Side.RIGHT, spacing_mm=0.2)
    assert isinstance(outcome, Reading)
    assert (outcome.status, outcome.code, outcome.reason) == (Status.OK, "ok", "")
    assert [(knee.side, knee.side_source) for knee in outcome.knees] == [("right", "user")]


def test_a_file_that_is_no_image_is_refused_without_a_film(models: Models) -> None:
    outcome = read_source(ImageSource.in_memory("letter.txt", b"Dear colleague"), models)
    assert isinstance(outcome, Unread)
    assert (outcome.source, outcome.status, outcome.code) == ("letter.txt", Status.REFUSED, "not_an_image")
    assert outcome.film is None


def test_a_film_without_a_knee_is_refused_with_its_film(models: Models, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 300), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    outcome = read_source(ImageSource.of_file(tmp_path / "noise.png"), models)
    assert isinstance(outcome, Unread)
    assert (outcome.status, outcome.code) == (Status.REFUSED, "no_knee")
    assert outcome.film is not None


def test_a_missing_file_is_a_failure_with_its_reason(models: Models, tmp_path: Path) -> None:
    outcome = read_source(ImageSource.of_file(tmp_path / "gone.png"), models)
    assert isinstance(outcome, Unread)
    assert (outcome.status, outcome.code) == (Status.FAILED, "UsageError")
    assert "gone.png" in outcome.reason


def fails_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(reading, "load", fail)


def test_the_text_of_an_unexpected_error_is_withheld(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(ValueError("Doe^Jane is no number"), monkeypatch)
    outcome = read_source(ImageSource.in_memory("film.dcm", b""), models)
    assert isinstance(outcome, Unread)
    assert (outcome.status, outcome.code) == (Status.FAILED, "ValueError")
    assert "Doe" not in outcome.reason


@pytest.mark.parametrize("error", [InstallationError("a codec is missing"), StorageFull("no room")])
def test_what_concerns_every_image_is_raised(
    error: Exception, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_with(error, monkeypatch)
    with pytest.raises(type(error)):
        read_source(ImageSource.in_memory("film.dcm", b""), models)
