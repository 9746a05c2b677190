"""Whatever the images come in, they become rows; what a manifest says goes with them."""

import io
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kltool.batch import listing, pseudonyms_of
from kltool.batch.listing import Listing, Task, task_of
from kltool.errors import InstallationError, UsageError
from kltool.intake import ImageSource, find_images
from kltool.values.radiograph import Side

Table = Callable[..., Any]
WIDTHS = ["side", "kl", "medial_mjsw_px", "input_sha256"]


def readings(rows: Any) -> list[tuple[Any, ...]]:
    """What was read, whatever it was read from."""
    return sorted(rows[WIDTHS].itertuples(index=False, name=None))


def test_archives_are_read_like_folders(right_films: Path, tmp_path: Path, table: Table) -> None:
    folder = readings(table(right_films, out=tmp_path / "folder"))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for film in right_films.iterdir():
            packed.write(film, f"visit/{film.name}")
    assert readings(table(tmp_path / "a.zip", out=tmp_path / "zip")) == folder
    for name, mode in (("a.tar", {}), ("a.tgz", {"compresslevel": 1}), ("a.tar.xz", {"preset": 0})):
        with tarfile.open(tmp_path / name, f"w:{'' if not mode else name[-2:]}", **mode) as bundle:
            bundle.add(right_films, "visit")
        rows = table(tmp_path / name, out=tmp_path / f"out-{name}")
        assert readings(rows) == folder
        assert rows.path[0].startswith(f"{tmp_path / name}!visit/")


def test_a_damaged_tar_is_refused(tmp_path: Path, films: Path) -> None:
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as bundle:
        bundle.add(films, "visit")
    whole = (tmp_path / "a.tgz").read_bytes()
    (tmp_path / "cut.tgz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match=r"cut\.tgz.*damaged"):
        list(find_images(tmp_path / "cut.tgz"))


def test_a_member_that_is_replaced_in_a_tar_counts_once(tmp_path: Path, films: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as bundle:
        bundle.add(films / "bilateral.dcm", "film.dcm")
        bundle.add(films / "knee_right_severe.dcm", "film.dcm")
    (source,) = find_images(tmp_path / "a.tar")
    assert source.read() == (films / "knee_right_severe.dcm").read_bytes()


def test_a_manifest_says_whose_knee_it_is_and_its_columns_go_along(
    films: Path, tmp_path: Path, table: Table
) -> None:
    rows = pd.DataFrame(
        {
            "path": ["films/bilateral.dcm", "films/bilateral.dcm", "films/knee_right_normal.dcm", "gone.dcm"],
            "subject": ["A1", "A1", "B2", "C3"],
            "visit": ["month 3", "month 3", "month 6", ""],
            "side": ["R", "left", "", ""],
            "spacing_mm": ["", "", "0.2", ""],
            "kl": ["2", "1", "0", "4"],
            "centre": ["Göteborg", "Göteborg", "Łódź", ""],
        }
    )
    rows.to_csv(tmp_path / "visits.csv", index=False)
    rows.to_parquet(tmp_path / "visits.parquet")
    found = table(tmp_path / "visits.csv", out=tmp_path / "csv")
    assert found.equals(table(tmp_path / "visits.parquet", out=tmp_path / "parquet"))
    assert list(found.subject) == ["A1", "A1", "B2", "C3"]
    assert list(found.side[:3]) == ["right", "left", "right"]
    assert list(found.given_kl) == ["2", "1", "0", "4"]
    assert list(found.centre[:3]) == ["Göteborg", "Göteborg", "Łódź"]
    assert list(found.visit[:3]) == ["month 3", "month 3", "month 6"]
    assert (found.spacing_mm[2], found.calibration[2]) == (0.2, "user")
    assert found.status[3] == "failed"
    assert "gone.dcm" in found.reason[3]
    assert str(tmp_path) not in found.reason[3]


def test_a_manifest_that_makes_no_sense_is_refused_at_the_start(tmp_path: Path, table: Table) -> None:
    manifest = tmp_path / "m.csv"
    for text, why in (
        ("file\na.png\n", "'path'"),
        ("path,side\na.png,upper\n", "line 2.*side 'upper'"),
        ("path,spacing_mm\na.png,7\n", "line 2.*spacing_mm '7'"),
        ("path,side\n,left\n", "line 2.*no path"),
    ):
        manifest.write_text(text)
        with pytest.raises(UsageError, match=why):
            table(manifest, out=tmp_path / "out")
    (tmp_path / "m.parquet").write_bytes(b"PAR1, cut off")
    with pytest.raises(UsageError, match=r"m\.parquet.*Parquet"):
        table(tmp_path / "m.parquet", out=tmp_path / "out")


def test_names_come_from_the_standard_input(
    right_films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = sorted(map(str, right_films.iterdir()))
    folder = readings(table(right_films, out=tmp_path / "folder"))
    for number, between in enumerate(("\n", "\0", "\r\n")):
        given = io.TextIOWrapper(io.BytesIO(between.join([*names, ""]).encode()))
        monkeypatch.setattr(sys, "stdin", given)
        assert readings(table("-", out=tmp_path / f"out{number}")) == folder
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(9))))
    with pytest.raises(UsageError, match=r"image.*standard input"):
        table("-", out=tmp_path / "image")


def test_a_name_that_is_no_unicode_is_read_and_told(right_films: Path, tmp_path: Path, table: Table) -> None:
    odd = right_films / b"fil\xffm.dcm".decode("utf-8", "surrogateescape")
    try:
        (right_films / "knee_right_normal.dcm").rename(odd)
    except OSError:
        pytest.skip("this file system holds only names in Unicode")
    rows = table(right_films, out=tmp_path / "out")
    assert [path for path in rows.path if "\\xff" in path]
    assert (rows.status == "ok").all()


def test_a_task_survives_being_written_down(films: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.write(films / "bilateral.dcm", "b.dcm")
    with tarfile.open(tmp_path / "a.tar", "w") as bundle:
        bundle.add(films / "bilateral.dcm", "b.dcm")
    for place in (films, tmp_path / "a.zip", tmp_path / "a.tar"):
        for source in find_images(place):
            task = Task(source, Side.LEFT, 0.15, "A", "month 1", {"centre": "Łódź"})
            again = task_of(task.text())
            assert again == task
            assert again.key == task.key
            assert again.source.read() == source.read()


def test_what_is_said_of_an_image_and_its_state_are_part_of_its_key(tmp_path: Path) -> None:
    film = tmp_path / "a.png"
    film.write_bytes(b"one")
    source = ImageSource.of_file(film)
    keys = {Task(source).key, Task(source, Side.LEFT).key, Task(source, None, 0.2).key}
    assert len(keys) == 3
    assert Task(source, subject="A", visit="1", other_columns={"x": "y"}).key == Task(source).key
    film.write_bytes(b"another")
    assert Task(source).key not in keys


def test_files_that_are_no_images_are_counted_at_each_listing(films: Path) -> None:
    (films / "notes").write_text("seen by the reader")
    (films / "drawing.svg").write_text("<svg/>")
    listing = Listing((str(films),), frozenset(), str)
    for _ in range(2):
        assert len(list(listing)) == 4
        assert listing.passed_over.files == 2


def test_subjects_become_pseudonyms_with_a_key(films: Path, tmp_path: Path, table: Table) -> None:
    key, other = tmp_path / "key", tmp_path / "other"
    key.write_text("0123456789abcdef0123456789abcdef")
    other.write_text("another key of many bytes, secret")
    plain = table(films, out=tmp_path / "plain")
    hidden = table(films, out=tmp_path / "hidden", pseudonyms=pseudonyms_of(key))
    assert plain.subject.nunique() == hidden.subject.nunique()
    assert not set(plain.subject) & set(hidden.subject)
    assert hidden.subject.str.fullmatch("[0-9a-f]{16}").all()
    for file in (tmp_path / "hidden").iterdir():
        data = file.read_bytes()
        assert not [name for name in set(plain.subject) if name.encode() in data], file.name
    with pytest.raises(UsageError, match="pseudonyms"):
        table(films, out=tmp_path / "hidden", pseudonyms=pseudonyms_of(other))
    short = tmp_path / "short"
    short.write_text("secret\n")
    with pytest.raises(UsageError, match="6 bytes"):
        pseudonyms_of(short)


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
@pytest.mark.parametrize(("rights", "warned"), [(0o600, False), (0o640, False), (0o644, True), (0o602, True)])
def test_a_key_that_anybody_can_read_is_said(
    rights: int, warned: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    key.chmod(rights)
    assert pseudonyms_of(key).key == b"k" * 32
    assert ("chmod 600" in caplog.text) is warned
    assert "kkk" not in caplog.text


def test_a_pseudonym_is_that_of_the_standard_and_the_manifest_agrees_with_the_film(tmp_path: Path) -> None:
    import hashlib
    import hmac

    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    known = pseudonyms_of(key)
    assert known("9001695") == hmac.new(b"k" * 32, b"9001695", hashlib.sha256).hexdigest()[:16]
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,subject\nfilm.png,9001695\n")
    (task,) = Listing((str(manifest),), frozenset(), known)
    assert task.subject == known("9001695")


def test_headings_of_the_oai(films: Path, tmp_path: Path, table: Table) -> None:
    ours = table(films, out=tmp_path / "ours")
    theirs = table(films, out=tmp_path / "theirs", oai_names=True)
    assert list(theirs.SIDE) == [{"right": 1, "left": 2}[side] for side in ours.side]
    for oai, own in (("MCMJSW", "medial_mjsw_mm"), ("JSW250", "medial_jsw250_mm"), ("XRKL", "kl")):
        assert np.array_equal(theirs[oai], ours[own], equal_nan=True)
    assert np.array_equal(theirs["LJSW700"], ours["lateral_jsw700_mm"], equal_nan=True)
    assert (tmp_path / "theirs" / "summary.html").read_text().count("data:image/svg") == 3


def test_a_bucket_is_read_like_a_folder(
    right_films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    moto = pytest.importorskip("moto.server", reason="a local S3 server is not installed")
    boto3 = pytest.importorskip("boto3")
    pytest.importorskip("s3fs")
    server = moto.ThreadedMotoServer(port=0)
    server.start()
    try:
        _, port = server.get_host_and_port()
        for name, value in (
            ("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_DEFAULT_REGION", "eu-central-1"),
        ):
            monkeypatch.setenv(name, value)
        store = boto3.client("s3")
        store.create_bucket(Bucket="knees", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        for film in right_films.iterdir():
            store.upload_file(str(film), "knees", f"visit/{film.name}")
        store.put_object(Bucket="knees", Key="visit/notes.txt", Body=b"nothing to see")
        rows = table("s3://knees/visit", out=tmp_path / "s3")
        assert readings(rows) == readings(table(right_films, out=tmp_path / "folder"))
        assert rows.path[0] == "s3://knees/visit/knee_right_normal.dcm"
        with pytest.raises(UsageError, match="s3://knees/nowhere"):
            table("s3://knees/nowhere", out=tmp_path / "nowhere")
        manifest = tmp_path / "m.csv"
        manifest.write_text("path\ns3://knees/visit/knee_right_severe.dcm\ns3://knees/visit/gone.dcm\n")
        listed = table(manifest, out=tmp_path / "manifest")
        assert list(listed.status) == ["ok", "failed"]
    finally:
        server.stop()


def test_an_address_that_holds_a_password_is_refused() -> None:
    with pytest.raises(UsageError, match="password") as refused:
        list(find_images("ftp://somebody:secret@host/films"))
    assert "secret" not in str(refused.value)


def test_a_store_without_its_package_says_what_to_install() -> None:
    with pytest.raises((InstallationError, UsageError), match="unknownstore"):
        list(find_images("unknownstore://films"))


def test_a_standard_input_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "LARGEST_FILE_BYTES", 1_000)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\n" * 501)))
    with pytest.raises(UsageError, match="on the standard input, paths of images"):
        list(Listing(("-",), frozenset(), str))
