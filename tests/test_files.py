"""A file is written anew: complete or not at all, never through a link, with the rights of the umask."""

import os
import stat
from pathlib import Path

import pytest

from kltool.files import new_file, write_file
from kltool.tables.columns import CellType
from kltool.tables.write import table_files, table_names

posix = pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file of somebody else, which nothing may change."""
    file = tmp_path / "victim"
    file.write_text("mine")
    return file


@posix
@pytest.mark.parametrize("name", ["page.html", ".page.html.unfinished"])
@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_what_a_link_leads_to_stays_as_it_is(name: str, link: object, tmp_path: Path, victim: Path) -> None:
    assert callable(link)
    link(tmp_path / name, victim)
    write_file(tmp_path / "page.html", b"page")
    assert victim.read_text() == "mine"
    assert (tmp_path / "page.html").read_bytes() == b"page"
    assert not (tmp_path / "page.html").is_symlink()


@posix
def test_no_table_is_written_through_a_link(tmp_path: Path, victim: Path) -> None:
    for name in table_names("visits"):
        (tmp_path / name).symlink_to(victim)
        (tmp_path / f".{name}.unfinished").symlink_to(victim)
    with table_files(tmp_path, "visits", {"path": CellType.TEXT}) as write:
        write({"path": "a.dcm"})
    assert victim.read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == sorted(["victim", *table_names("visits")])
    assert (tmp_path / "visits.csv").read_text() == "path\na.dcm\n"


def test_a_file_whose_writing_fails_is_as_it_was_before(tmp_path: Path, victim: Path) -> None:
    with pytest.raises(TypeError), new_file(victim) as file:
        file.writelines([b"half", None])  # type: ignore[list-item]
    assert victim.read_text() == "mine"
    assert os.listdir(tmp_path) == ["victim"]


@posix
def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "page.html")
    with pytest.raises(OSError, match="no regular file"):
        write_file(tmp_path / "page.html", b"page")


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_the_umask_decides_who_may_read(mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        write_file(tmp_path / "page.html", b"page")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "page.html").stat().st_mode) == 0o666 & ~mask


def test_a_name_as_long_as_a_file_system_allows_is_written(tmp_path: Path) -> None:
    file = tmp_path / ("é" * 125 + ".html")
    write_file(file, b"page")
    assert file.read_bytes() == b"page"
