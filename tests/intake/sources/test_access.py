"""Nothing is opened but what is allowed: not an address of another kind, not a path outside of the root."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from kltool.errors import NotAnImage, UsageError
from kltool.intake import find_images
from kltool.intake.sources import Access, listing, remote
from kltool.intake.sources.access import HTTP, STORES
from tests.intake.films import grey8, png

EVERYTHING = Access(http=True)
OTHERS = (
    "reference",
    "file",
    "local",
    "memory",
    "ftp",
    "sftp",
    "ssh",
    "smb",
    "git",
    "github",
    "hdfs",
    "dask",
)
CHAINS = (
    "simplecache::s3://bucket/a.dcm",
    "filecache::https://example.org/a.dcm",
    "zip://a.dcm::file:///tmp/a.zip",
    "zip://a.dcm::https://example.org/a.zip",
    "zip://a.dcm::zip://b.zip::s3://bucket/c.zip",
    "reference://::s3://bucket/a.json",
    "s3://bucket/a.dcm::reference://b",
    "s3://bucket/a.dcm::reference",
)


@pytest.fixture
def nothing_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: Any, **__: Any) -> None:
        pytest.fail("an address was opened")

    monkeypatch.setattr(remote, "url_to_fs", opened)
    monkeypatch.setattr("socket.getaddrinfo", opened)


@pytest.mark.usefixtures("nothing_opened")
@pytest.mark.parametrize("address", [*(f"{scheme}:///tmp/a.json" for scheme in OTHERS), *CHAINS])
def test_an_address_of_another_kind_is_refused_by_name(address: str) -> None:
    with pytest.raises(UsageError, match="not opened") as refused:
        list(find_images(address, access=EVERYTHING))
    assert address.split(":")[0] in str(refused.value)
    assert "/tmp" not in str(refused.value)


@pytest.mark.usefixtures("nothing_opened")
def test_every_protocol_of_fsspec_is_allowed_by_name_or_refused() -> None:
    fsspec = pytest.importorskip("fsspec")
    others = set(fsspec.available_protocols()) - STORES - HTTP
    assert len(others) > 30
    for scheme in others:
        with pytest.raises(UsageError, match="not opened"):
            list(find_images(f"{scheme}://bucket/a.dcm", access=EVERYTHING))


@pytest.mark.usefixtures("nothing_opened")
@pytest.mark.parametrize("scheme", sorted(HTTP))
def test_the_web_is_opened_only_on_request(scheme: str) -> None:
    with pytest.raises(UsageError, match="--allow-http"):
        list(find_images(f"{scheme}://example.org/a.dcm"))


@pytest.mark.usefixtures("nothing_opened")
@pytest.mark.parametrize(
    "address", ["s3://user:secret@bucket/a", "https://user@host/a", "ftp://u:secret@host/a"]
)
def test_a_password_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(UsageError, match="password") as refused:
        list(find_images(address, access=EVERYTHING))
    assert "secret" not in str(refused.value)


def test_paths_are_confined_to_the_root_with_links_resolved(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    for folder in (inside, outside):
        (folder / "film.png").write_bytes(png(grey8()))
    (inside / "link.png").symlink_to(outside / "film.png")
    access = Access(root=str(inside))
    film, link = find_images(inside, access=access)
    assert film.read()
    with pytest.raises(UsageError, match="leads out of --root"):
        link.read()
    for path in (outside, outside / "film.png", inside / ".." / "outside" / "film.png", inside / "link.png"):
        with pytest.raises(UsageError, match="leads out of --root"):
            list(find_images(path, access=access))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
@pytest.mark.parametrize("name", ["x.tar", "x.zip", "x.dcm", "DICOMDIR"])
def test_a_pipe_never_makes_a_listing_wait(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    (tmp_path / "film.png").write_bytes(png(grey8()))
    sources = {Path(source.name).name: source for source in find_images(tmp_path)}
    assert sources["film.png"].read()
    (named,) = find_images(tmp_path / name)
    with pytest.raises(Exception, match="device or pipe"):
        named.read()


def test_a_link_out_of_the_root_is_a_row_and_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever lies there: a text would be passed over as no image, without a word."""
    (tmp_path / "secret").write_text("text of another")
    root = tmp_path / "root"
    root.mkdir()
    (root / "a").symlink_to(tmp_path / "secret")
    opened: list[Path] = []
    monkeypatch.setattr(listing, "holds_no_image", lambda path: opened.append(path) or True)
    (source,) = find_images(root, access=Access(root=str(root)))
    assert source.name == str(root / "a")
    assert not opened
    with pytest.raises(UsageError, match="leads out of --root"):
        source.read()


def test_a_disc_lists_no_folder_outside_of_the_root(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "film.dcm").touch()
    (root / "LINK").symlink_to(outside)
    assert listing._Disc(root, Access()).path(("LINK", "FILM")) == root / "LINK" / "film.dcm"
    assert listing._Disc(root, Access(root=str(root))).path(("LINK", "FILM")) == root / "LINK" / "FILM"


def test_a_dicomdir_that_is_larger_than_a_file_may_be_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "DICOMDIR").open("wb") as file:
        file.truncate(1_100_000_000)
    with pytest.raises(NotAnImage, match="a file of 1100 MB"):
        list(find_images(tmp_path / "DICOMDIR"))
