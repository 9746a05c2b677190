"""A site file is read bit for bit as it was written; what is none, or another grader's, is refused."""

import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.errors import UsageError
from kltool.grading import SiteSettings, read_site, require_grader
from kltool.grading.site_file import SiteFile
from kltool.values.grade import LIKE_OAI
from tests.messages import holds

GRADER = "ab" * 32
SETTINGS = SiteSettings(
    films=60,
    cut_points=(0.1 + 0.2, 1.5, 1.5, 3.25),
    scale=1 / 3,
    thresholds=(0.1, 0.2, 0.3, 1.7, 1e-5),
    reach=2.1,
    grader=GRADER,
)
FILE = SiteFile(
    SETTINGS, "0.2.0", "grader-1", "2026-01-01T00:00:00+00:00", (10, 20, 10, 10, 10), 55, ("A",), {}
)
NUMBERS = st.floats(1e-6, 1e6, allow_nan=False)
CUTS = st.lists(NUMBERS, min_size=4, max_size=4).map(sorted)


def written(folder: Path, text: str) -> Path:
    file = folder / "site.toml"
    file.write_bytes(text.encode())
    return file


def test_every_bit_is_kept(tmp_path: Path) -> None:
    file = written(tmp_path, FILE.text())
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert read_site(file) == replace(SETTINGS, calibration=sha256)


@given(
    st.lists(NUMBERS, min_size=4, max_size=4).map(sorted), NUMBERS, st.lists(NUMBERS, min_size=5, max_size=5)
)
def test_every_number_is_kept(cuts: list[float], scale: float, thresholds: list[float]) -> None:
    c0, c1, c2, c3 = cuts
    t0, t1, t2, t3, t4 = thresholds
    law = replace(SETTINGS, cut_points=(c0, c1, c2, c3), scale=scale, thresholds=(t0, t1, t2, t3, t4))
    read = tomllib.loads(replace(FILE, settings=law).text())["calibration"]
    assert (read["cut_points"], read["scale"], read["thresholds"]) == (cuts, scale, thresholds)


@given(st.text(), st.text())
def test_whatever_readers_and_tables_are_called_the_file_is_toml(reader: str, table: str) -> None:
    names = [name.encode("utf-8", "replace").decode() for name in (reader, table)]
    read = tomllib.loads(replace(FILE, readers=(names[0],), tables={names[1]: "00"}).text())
    assert read["films"]["readers"] == [names[0]]
    assert read["tables"] == {names[1]: "00"}


@pytest.mark.parametrize(
    ("found", "wrong", "facts"),
    [
        ("version = 1", "version = 2", ("version", "2 found", "1 expected")),
        ("reach = 2.1", "", ("calibration.reach",)),
        ("version = 1", "version = true", ("version", "True found")),
        ("version = 1", "version = 1.0", ("version", "1.0 found")),
        ("reach = 2.1", "reach = nan", ("calibration.reach", "nan found")),
        ("reach = 2.1", "reach = inf", ("calibration.reach", "inf found")),
        ("reach = 2.1", f"reach = 1{400 * '0'}", ("calibration.reach", "a number from")),
        ("reach = 2.1", f"reach = 1{9000 * '0'}", ("too long",)),
        ("reach = 2.1", f"reach = {5000 * '['}{5000 * ']'}", ("nested too deep",)),
        ("1.5, 1.5, 3.25", "1.5, 1.5, 1e300", ("calibration.cut_points", "-20 to 24")),
        ("1.5, 1.5, 3.25", "1.5, nan, 3.25", ("calibration.cut_points", "nan found")),
        (GRADER, 64 * "x", ("grader.sha256", "hexadecimal")),
        ("[calibration]", "calibration = 3\n[other]", ("calibration.cut_points",)),
        ("reach = 2.1", "reach = true", ("calibration.reach", "number")),
        ("reach = 2.1", "reach = 0.0", ("calibration.reach", "0.0 found")),
        ("1.5, 1.5, 3.25", "1.5, 1.4, 3.25", ("calibration.cut_points", "rising")),
        ("1.5, 1.5, 3.25", "1.5, 3.25", ("calibration.cut_points", "4 numbers")),
        ("count = 60", 'count = "60"', ("films.count",)),
        (GRADER, "ab", ("grader.sha256", "64")),
        ("[calibration]", "[calibration", ("not TOML", "line")),
    ],
)
def test_a_malformed_file_is_refused_with_the_entry(
    found: str, wrong: str, facts: tuple[str, ...], tmp_path: Path
) -> None:
    assert found in FILE.text()
    file = written(tmp_path, FILE.text().replace(found, wrong))
    with pytest.raises(UsageError) as refused:
        read_site(file)
    assert holds(str(refused.value), "site.toml", "kltool calibrate", *facts)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_site(tmp_path / "none.toml")
    (tmp_path / "site.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not TOML"):
        read_site(tmp_path / "site.toml")


def test_a_file_that_is_empty_or_too_large_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="version None found"):
        read_site(written(tmp_path, ""))
    with pytest.raises(UsageError, match="more than 1,000,000 bytes"):
        read_site(written(tmp_path, FILE.text() + "#" * 1_000_000))
    with pytest.raises(UsageError, match="cannot be read"):
        read_site(tmp_path)


def test_a_file_of_another_grader_is_refused() -> None:
    require_grader(SETTINGS, "grader-1", GRADER)
    require_grader(SiteSettings(), "grader-1", GRADER)
    with pytest.raises(UsageError) as refused:
        require_grader(SETTINGS, "grader-2", "cd" * 32)
    assert holds(str(refused.value), "abababab", "grader-2", "cdcdcdcd")


def test_sets_say_for_which_films_they_are_promised() -> None:
    assert SiteSettings().promised_for == LIKE_OAI
    assert holds(replace(SETTINGS, calibration="12345678" * 8).promised_for, "60", "12345678")
