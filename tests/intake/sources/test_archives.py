"""The members of an archive are images like files, and what is no archive of images is refused."""

import gzip
import os
import re
import struct
import tarfile
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from kltool.errors import Undecodable, UsageError
from kltool.intake import ImageSource, find_images, load
from kltool.intake.sources import TarMember
from tests.intake.films import as_bytes, data_set, grey8, png
from tests.messages import guides, holds


def names(path: Path) -> list[str]:
    return [source.name for source in find_images(path)]


def read_or_damage(source: ImageSource) -> bytes:
    """The bytes, or what of the reason for which there are none tells the kind."""
    try:
        return source.read()
    except Undecodable as error:
        found = re.search("damaged member of a zip archive", str(error))
        return found[0].encode() if found else b""


def test_a_hard_link_of_a_tar_is_its_target(tmp_path: Path) -> None:
    film = tmp_path / "film.png"
    film.write_bytes(png(grey8()))
    os.link(film, tmp_path / "same.png")
    with tarfile.open(tmp_path / "a.tar", "w") as bundle:
        bundle.add(film, "film.png")
        bundle.add(tmp_path / "same.png", "same.png")
    first, second = find_images(tmp_path / "a.tar")
    assert first.read() == second.read() == film.read_bytes()


def test_an_archive_is_read_without_unpacking(tmp_path: Path) -> None:
    archive = tmp_path / "films.zip"
    with zipfile.ZipFile(archive, "w") as new:
        new.writestr("visit/b.png", png(grey8()))
        new.writestr("visit/a.dcm", as_bytes(data_set()))
        new.writestr("visit/notes.json", "{}")
        new.writestr("__MACOSX/visit/b.png", "x")
    sources = list(find_images(archive))
    assert [source.name for source in sources] == [f"{archive}!visit/a.dcm", f"{archive}!visit/b.png"]
    assert load(sources[0]).source == f"{archive}!visit/a.dcm"
    assert load(sources[1]).pixels.shape == (200, 160)
    assert names(tmp_path) == [source.name for source in sources]
    assert [path.name for path in tmp_path.iterdir()] == ["films.zip"]


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for number in range(3):
            new.writestr(f"{number}.png", bytes(30_000_000))
    with pytest.raises(UsageError, match="an archive of radiographs was expected"):
        names(archive)


@pytest.mark.parametrize(
    ("method", "name"), [(9, "Deflate64"), (93, "Zstandard"), (95, "XZ"), (98, "PPMd"), (77, "method 77")]
)
def test_a_compression_that_is_not_read_is_named_and_no_damage(
    method: int, name: str, tmp_path: Path
) -> None:
    archive = tmp_path / "films.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("a.png", png(grey8()))
    data = bytearray(archive.read_bytes())
    for header, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        start = data.rindex(header) + offset
        data[start : start + 2] = method.to_bytes(2, "little")
    archive.write_bytes(data)
    (source,) = find_images(archive)
    with pytest.raises(Undecodable, match=name) as caught:
        load(source)
    assert guides(str(caught.value))
    assert holds(str(caught.value), "not damaged", "unpack")


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "films.zip"
    archive.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(UsageError, match="is a damaged zip archive"):
        names(archive)


def test_a_member_whose_name_leads_out_is_listed_with_the_reason(tmp_path: Path) -> None:
    archive = tmp_path / "films.zip"
    with zipfile.ZipFile(archive, "w") as new:
        for name in ("../a.png", "b/../../c.png", "d.png"):
            new.writestr(name, png(grey8()))
    sources = list(find_images(archive))
    assert [source.name.rpartition("!")[2] for source in sources] == ["../a.png", "b/../../c.png", "d.png"]
    for source in sources[:2]:
        with pytest.raises(UsageError, match="leads out of"):
            source.read()
    assert load(sources[2]).pixels.shape == (200, 160)


def test_members_of_a_tar_are_bounded_and_empty_ones_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kltool.intake.sources.archives.MOST_MEMBERS", 100)
    (tmp_path / "many.tar").write_bytes(tarfile.TarInfo("empty.dcm").tobuf() * 101)
    with pytest.raises(UsageError, match="more than 100 members"):
        names(tmp_path / "many.tar")


def test_headers_that_announce_headers_are_a_damaged_archive(tmp_path: Path) -> None:
    info = tarfile.TarInfo("long")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 512
    (tmp_path / "chain.tar").write_bytes((info.tobuf(tarfile.GNU_FORMAT) + b"a" * 511 + b"\0") * 5_000)
    with pytest.raises(UsageError, match="is a damaged tar archive"):
        names(tmp_path / "chain.tar")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_is_undecodable_whatever_packed_it(method: int, tmp_path: Path) -> None:
    archive, film, damages = tmp_path / "films.zip", as_bytes(data_set()), 0
    with zipfile.ZipFile(archive, "w", method) as new:
        new.writestr("a.dcm", film)
    whole = archive.read_bytes()
    start, end = whole.index(b"a.dcm") + 5, whole.index(b"PK\x01\x02")
    for at in {*range(start, start + 24), (start + end) // 2}:
        damaged = tmp_path / f"{at}.zip"
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        (source,) = find_images(damaged)
        found = read_or_damage(source)
        damages += found != film  # some bits say nothing
        assert found in (film, b"damaged member of a zip archive")
    assert damages > 10


def test_a_member_without_a_name_takes_no_other_with_it(tmp_path: Path) -> None:
    archive = tmp_path / "films.zip"
    with zipfile.ZipFile(archive, "w") as new:
        new.writestr("a.png", png(grey8()))
        new.writestr("b.png", png(grey8()))
    archive.write_bytes(archive.read_bytes().replace(b"b.png", b"\0.png"))  # a name ends with a zero byte
    nameless, film = find_images(archive)
    assert nameless.name == f"{archive}!"
    assert film.read() == png(grey8())


def tar_header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("size", [-1, -512, -(10**12)])
def test_a_member_of_a_size_below_zero_is_a_damaged_archive(size: int, tmp_path: Path) -> None:
    data = tar_header("a.dcm", 1_000) + bytes(1_024) + tar_header("b.dcm", size) + bytes(10_000)
    (tmp_path / "a.tgz").write_bytes(gzip.compress(data))
    with pytest.raises(UsageError, match="is a damaged tar archive"):
        names(tmp_path / "a.tgz")


def test_no_size_below_zero_is_read_to_the_end_of_a_stream(tmp_path: Path) -> None:
    (tmp_path / "a.tgz").write_bytes(gzip.compress(bytes(10_000)))
    for offset, size in ((512, -1), (-1, 512)):
        with pytest.raises(Undecodable, match="damaged member of a tar archive"):
            TarMember(str(tmp_path / "a.tgz"), offset, size, "", packed=True).read()


METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_members_are_read_whatever_packed_them(method: int, size: int, tmp_path: Path) -> None:
    data = os.urandom(size)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as new:
        new.writestr("a.dcm", data)
    (source,) = find_images(tmp_path / "a.zip")
    assert source.read() == data


@pytest.mark.parametrize("method", METHODS[1:])
def test_a_member_is_unpacked_no_further_than_it_states(method: int, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", method, compresslevel=9) as new:
        new.writestr("a.dcm", bytes(100_000_000))
    archive.write_bytes(
        archive.read_bytes().replace(struct.pack("<I", 100_000_000), struct.pack("<I", 1_000))
    )
    (source,) = find_images(archive)
    tracemalloc.start()
    with pytest.raises(Undecodable, match="damaged member of a zip archive"):
        source.read()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 5_000_000


def test_hard_links_count_as_the_bytes_of_their_targets(tmp_path: Path) -> None:
    link = tarfile.TarInfo("b.dcm")
    link.type, link.linkname = tarfile.LNKTYPE, "a.dcm"
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as bundle:
        film = tarfile.TarInfo("a.dcm")
        film.size = 25_000_000
        bundle.addfile(film, BytesIO(bytes(film.size)))
        bundle.addfile(link)
    with pytest.raises(UsageError, match="an archive of radiographs was expected"):
        names(tmp_path / "a.tgz")


@pytest.mark.parametrize(("length", "listed"), [(1_024, True), (1_025, False)])
def test_names_of_members_are_bounded(length: int, listed: bool, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as bundle:
        bundle.addfile(tarfile.TarInfo("a" * length))
    if listed:
        assert len(names(tmp_path / "a.tar")) == 1
    else:
        with pytest.raises(UsageError, match="headers that are longer"):
            names(tmp_path / "a.tar")
