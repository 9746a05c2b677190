"""Compression is lossless."""

from pathlib import Path

import pytest

from kltool.intake import load
from kltool.simulate.compressed import SYNTAXES, compress


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_compressed_film_has_the_same_pixels_and_is_smaller(
    syntax: str, samples: Path, tmp_path: Path
) -> None:
    raw = samples / "knee_right_normal.dcm"
    compressed = compress(raw, tmp_path / "compressed.dcm", syntax)
    assert load(compressed).pixels_sha256 == load(raw).pixels_sha256
    assert compressed.stat().st_size < 0.8 * raw.stat().st_size
