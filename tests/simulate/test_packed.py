"""A packed film is the film."""

from pathlib import Path

import pytest

from kltool.intake import load
from kltool.simulate.packed import SYNTAXES, pack


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_packed_film_has_the_same_pixels_and_is_smaller(syntax: str, samples: Path, tmp_path: Path) -> None:
    raw = samples / "knee_right_normal.dcm"
    packed = pack(raw, tmp_path / "packed.dcm", syntax)
    assert load(packed).pixels_sha256 == load(raw).pixels_sha256
    assert packed.stat().st_size < 0.8 * raw.stat().st_size
