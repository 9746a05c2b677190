"""Files, folders, archives and discs are opened to the images in them, in a fixed order."""

import os
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from kltool.errors import NotAnImage, UsageError
from kltool.intake import ImageSource, PassedOver, find_images, load
from kltool.intake.sources import Access
from tests.intake.films import as_bytes, data_set, grey8, item, png


def names(path: Path) -> list[str]:
    return [source.name for source in find_images(path)]


def disc(folder: Path, *listed: list[str]) -> Path:
    """A DICOMDIR that lists these file IDs."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.1.3.10")
    meta.MediaStorageSOPInstanceUID = UID("1.2.3")
    table = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    table.FileSetID = "DISC"
    table.DirectoryRecordSequence = [
        item(DirectoryRecordType="PATIENT", PatientID="1"),
        *(item(DirectoryRecordType="IMAGE", ReferencedFileID=parts) for parts in listed),
    ]
    path = folder / "DICOMDIR"
    path.write_bytes(as_bytes(table))
    return path


def test_a_file_is_its_own_source(tmp_path: Path) -> None:
    path = tmp_path / "film.png"
    path.write_bytes(png(grey8()))
    assert list(find_images(path)) == [ImageSource.of_file(path)]


def test_a_folder_is_searched_in_order_and_companions_are_passed_over(tmp_path: Path) -> None:
    for name in (
        "b.png",
        "a/z.dcm",
        "a/b/c",
        "README",
        "notes.txt",
        "x.json",
        ".DS_Store",
        ".git/q.png",
        "DICOMDIR",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(grey8()))
    assert names(tmp_path) == [str(tmp_path / name) for name in ("b.png", "a/z.dcm", "a/b/c")]


def test_what_is_no_image_by_its_content_is_passed_over_and_counted(tmp_path: Path) -> None:
    """What may be an image that was damaged, or has the name of one, is left to be reported."""
    damaged = as_bytes(data_set())[:400]
    kept = {
        "IM1": as_bytes(data_set()),
        "damaged": damaged,
        "empty": b"",
        "words.dcm": b"words",
        "x": b"\0\1?",
    }
    passed = {
        "drawing.svg": b"<svg/>",
        "notes": b"seen by",
        "AUTORUN.INF": b"[a]",
        "report": b"%PDF-1.4",
        "viewer.exe": b"MZ\x90\0",
        "Thumbs.db": b"\xd0\xcf",
        ".DS_Store": b"\0\0\0\1",
        "a.csv": b"a,b",
    }
    for name, data in (kept | passed).items():
        (tmp_path / name).write_bytes(data)
    counted = PassedOver()
    found = [Path(source.name).name for source in find_images(tmp_path, counted)]
    assert found == sorted(kept)
    assert (counted.files, str(counted)) == (8, "passed over 8 files that are no images")


def test_a_companion_named_by_the_user_is_refused_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing to see")
    (source,) = find_images(path)
    with pytest.raises(NotAnImage) as caught:
        load(source)
    assert str(caught.value) == (
        "a text file was found, a DICOM, PNG, JPEG, TIFF or BMP file was expected; name the image"
    )


def test_a_disc_lists_its_images_and_opens_nothing_outside_it(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "im1").write_bytes(as_bytes(data_set()))
    path = disc(tmp_path, ["IMAGES", "IM1"], ["..", "IM2"], ["IMAGES", "GONE"])
    sources = list(find_images(path))
    assert [source.name for source in sources] == [
        str(tmp_path / "images" / "im1"),
        f"{path}!../IM2",
        str(tmp_path / "images" / "GONE"),
    ]
    assert load(sources[0]).subject
    with pytest.raises(UsageError, match="leads out of"):
        load(sources[1])
    with pytest.raises(UsageError, match="no such file"):
        load(sources[2])
    with pytest.raises(NotAnImage, match="a DICOMDIR"):
        load(path)


@pytest.mark.parametrize(
    "on_disk",
    ["IMAGES/IM1", "images/im1", "Images/Im1.dcm", "IMAGES/IM1.DCM", "images/IM1;1", "IMAGES/IM1.;1"],
)
def test_a_listed_file_is_found_however_its_name_is_spelled(on_disk: str, tmp_path: Path) -> None:
    """Copies of a disc change the case, add .dcm or keep the version number of ISO 9660."""
    path = tmp_path / on_disk
    path.parent.mkdir()
    path.write_bytes(as_bytes(data_set()))
    (path.parent / "IM11").write_bytes(b"another")
    (source,) = find_images(disc(tmp_path, ["IMAGES", "IM1"]))
    assert source.name == str(path)
    assert load(source).subject


def test_a_file_of_the_listed_name_comes_before_one_alike(tmp_path: Path) -> None:
    for name in ("im1.dcm", "IM1", "IM1.dcm"):
        (tmp_path / name).write_bytes(as_bytes(data_set()))
    assert names(disc(tmp_path, ["IM1"])) == [str(tmp_path / "IM1")]


def test_no_path_and_no_image_are_errors_of_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        names(tmp_path / "missing")
    with pytest.raises(UsageError, match="no image was found in"):
        names(tmp_path)


def test_a_folder_that_cannot_be_listed_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f.png").write_bytes(png(grey8()))
    scan = os.scandir

    def refusing(place: Any) -> Any:
        if str(place).endswith("/b"):
            raise PermissionError(13, "Permission denied", str(place))
        return scan(place)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(UsageError, match=r"/b cannot be listed \(Permission denied\)"):
        list(find_images(tmp_path))


def test_names_that_are_not_unicode_are_shown_and_read(tmp_path: Path) -> None:
    place = Path(os.fsdecode(os.fsencode(tmp_path) + b"/film\xff.dcm"))
    place.write_bytes(as_bytes(data_set()))
    (source,) = find_images(tmp_path)
    assert source.name.endswith("film\\xff.dcm")
    source.name.encode()  # whatever is written can hold it
    assert source.read() == place.read_bytes()


@pytest.mark.parametrize(
    "name", ["x" * 300, "x/" * 3_000 + "a.dcm", "a\0b.dcm", "loop", "loop/a.dcm", "film.png/a.dcm"]
)
@pytest.mark.parametrize("rooted", [False, True])
def test_a_name_that_the_system_does_not_take_is_an_error_of_use(
    name: str, rooted: bool, tmp_path: Path
) -> None:
    (tmp_path / "film.png").write_bytes(png(grey8()))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(UsageError, match=r"no such file|cannot be opened|leads out"):
        list(find_images(tmp_path / name, access=Access(root=str(tmp_path) if rooted else "")))


def test_a_file_id_that_the_system_does_not_take_costs_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "A").write_bytes(as_bytes(data_set()))
    strange, film = find_images(disc(tmp_path, ["X" * 300, "B"], ["A"]))
    with pytest.raises(UsageError, match="cannot be opened"):
        strange.read()
    assert film.read() == (tmp_path / "A").read_bytes()
