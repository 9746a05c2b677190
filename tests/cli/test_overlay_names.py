"""Names of pictures fit the file system, whatever the film is called."""

from types import SimpleNamespace
from typing import Any

import pytest

from kltool.cli.overlays import overlay_name

LONGEST_NAME = 255  # bytes, of ext4, XFS, APFS and NTFS


def named(source: str) -> str:
    knee: Any = SimpleNamespace(
        knee=SimpleNamespace(film=SimpleNamespace(source=source, file_sha256="0" * 64)), side="left"
    )
    return overlay_name(knee)


@pytest.mark.parametrize("letter", ["a", "ü", "膝"])
def test_names_of_any_length_fit_and_differ(letter: str) -> None:
    one, other = (named(f"films.zip!{letter * 250}{end}.dcm") for end in "12")
    assert one != other
    assert all(len(name.encode()) < LONGEST_NAME - 50 for name in (one, other))


def test_a_name_that_fits_stays() -> None:
    assert named("films/knee.dcm") == "knee-00000000-left.png"
