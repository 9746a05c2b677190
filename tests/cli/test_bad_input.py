"""Bad input is told what was found, what was expected and what to do, with its exit code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kltool.intake import load
from tests.intake.films import as_bytes, data_set, knee, png

Kltool = Callable[..., Any]


@pytest.fixture
def right(samples: Path) -> Path:
    return samples / "knee_right_normal.dcm"


@pytest.fixture
def left(samples: Path) -> Path:
    return samples / "knee_left_moderate.dcm"


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, data: bytes) -> Path:
        file = tmp_path / name
        file.write_bytes(data)
        return file

    return write


def noise_png() -> bytes:
    return png(np.random.default_rng(5).integers(0, 255, (400, 400), np.uint8))


def photograph() -> bytes:
    return png(np.random.default_rng(6).integers(0, 255, (200, 200, 3), np.uint8))


def truncated() -> bytes:
    data = as_bytes(data_set())
    return data[: len(data) // 2]


def knee_png(samples: Path) -> bytes:
    pixels = load(samples / "knee_right_normal.dcm").pixels
    return png(((pixels - pixels.min()) / np.ptp(pixels) * 255).astype(np.uint8))


REFUSED = [
    (
        "text.dcm",
        lambda: b"not an image, just words\n",
        "not_an_image",
        "a text file was found, a DICOM, PNG, JPEG, TIFF or BMP file was expected; name the image",
    ),
    (
        "empty.png",
        lambda: b"",
        "not_an_image",
        "an empty file was found, a DICOM, PNG, JPEG, TIFF or BMP file was expected; copy the file anew",
    ),
    (
        "cut.dcm",
        truncated,
        "undecodable",
        "pixels that are damaged or end too early were found, whole pixels were expected; "
        "export or transfer the image again",
    ),
    (
        "photo.png",
        photograph,
        "not_a_radiograph",
        "a colour picture was found (100% colour), a grey radiograph was expected; "
        "export the radiograph itself instead of photographing film or screen",
    ),
    (
        "chest.dcm",
        lambda: as_bytes(data_set(Modality="DX", BodyPartExamined="CHEST", ViewPosition="PA")),
        "wrong_body_part",
        "body part CHEST was found in the tags, KNEE was expected; if it is a knee all the same, "
        "correct the body part of the image",
    ),
    (
        "ct.dcm",
        lambda: as_bytes(data_set(Modality="CT")),
        "not_a_radiograph",
        "a CT image was found, a radiograph (CR, DX or its secondary capture) was expected; "
        "give the radiograph of the knee",
    ),
    (
        "film.dcm",
        lambda: as_bytes(data_set(np.stack([knee(), knee()]).reshape(400, 160), NumberOfFrames=2, Rows=200)),
        "not_a_radiograph",
        "2 frames were found, a single image was expected; export the frame to be read",
    ),
    (
        "lateral.dcm",
        lambda: as_bytes(data_set(ViewPosition="LAT")),
        "wrong_view",
        "a lateral view (view position LAT) was found, a frontal view (AP or PA) was expected: "
        "the joint space is not shown; give the frontal radiograph, or correct the view if it is one",
    ),
    (
        "noise.png",
        noise_png,
        "no_knee",
        "no knee joint was found in the picture, one or two frontal knees expected; "
        "check that it is a frontal knee radiograph that shows the joint",
    ),
]


@pytest.mark.parametrize(("name", "data", "code", "reason"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_is_no_readable_knee_is_refused(
    name: str,
    data: Callable[[], bytes],
    code: str,
    reason: str,
    kltool: Kltool,
    put: Callable[[str, bytes], Path],
) -> None:
    file = put(name, data())
    said = kltool("read", "--json", "--side", "right", file)
    record = json.loads(said.out)
    assert (said.code, said.err) == (3, "")
    assert record["status"] == "refused"
    assert (record["code"], record["reason"]) == (code, reason)
    table = kltool("read", "--side", "right", file)
    assert table.code == 3
    assert f"{name}: {reason}" in table.words


def test_one_knee_without_a_side_is_read_with_that_of_its_anatomy(
    kltool: Kltool, put: Callable[[str, bytes], Path], samples: Path
) -> None:
    file = put("knee.png", knee_png(samples))
    said = kltool("read", "--json", file)
    (knee,) = json.loads(said.out)["knees"]
    assert said.code == 0
    assert (knee["side"], knee["side_source"]) == ("right", "anatomy")
    assert knee["side_probability"] >= 0.95


def test_a_path_that_is_not_there_is_bad_usage(kltool: Kltool) -> None:
    said = kltool("read", "nowhere.dcm")
    assert (said.code, said.out) == (2, "")
    assert said.err == "kltool: no such file or folder: nowhere.dcm; check the path\n"


def test_an_empty_folder_is_bad_usage(kltool: Kltool, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    said = kltool("read", folder)
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"kltool: no image was found in {folder}; DICOM, PNG, JPEG, TIFF or BMP files were expected; "
        "check the path\n"
    )


def test_nothing_to_read_is_bad_usage(kltool: Kltool) -> None:
    said = kltool("read")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "kltool: nothing to read: no PATH and no --manifest found; name at least one image or folder\n"
    )


@pytest.mark.parametrize(
    ("given", "shown"), [("0", "0.0"), ("-1", "-1.0"), ("nan", "nan"), ("inf", "inf"), ("5", "5.0")]
)
@pytest.mark.parametrize("verb", ["read", "compare"])
def test_a_spacing_that_cannot_be_true_is_bad_usage(
    verb: str, given: str, shown: str, kltool: Kltool, right: Path
) -> None:
    said = kltool(verb, right, *([right] if verb == "compare" else []), "--spacing", given)
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"kltool: pixel spacing {shown} x {shown} mm found, 0.02 to 1.0 mm expected; "
        "give the true spacing with --spacing, or read in pixels only\n"
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("read", "--spacing", "wide", "x"), "--spacing"),
        (("read", "--side", "up", "x"), "--side"),
        (("read", "--nonsense", "x"), "--nonsense"),
        (("compare", "x"), "after"),
        (("nonsense",), "nonsense"),
    ],
)
def test_an_option_that_makes_no_sense_is_bad_usage_and_named(
    arguments: tuple[str, ...], named: str, kltool: Kltool
) -> None:
    said = kltool(*arguments)
    assert (said.code, said.out) == (2, "")
    assert named in said.err.lower()


MANIFESTS = [
    (
        "file,side\n{film},right\n",
        "manifest {manifest}: no column 'path' found; expected path and, as needed, side, spacing_mm",
    ),
    ("", "manifest {manifest}: no column 'path' found; expected path and, as needed, side, spacing_mm"),
    (
        "path,side\n{film},right\n\n{film},middle\n",
        "manifest {manifest}, line 4: side 'middle' found; right, left, R or L expected",
    ),
    (
        "path,spacing_mm\n{film},wide\n",
        "manifest {manifest}, line 2: spacing_mm 'wide' found; "
        "a number of millimetres from 0.02 to 1.0 expected",
    ),
    (
        "path,spacing_mm\n{film},0\n",
        "manifest {manifest}, line 2: spacing_mm '0' found; "
        "a number of millimetres from 0.02 to 1.0 expected",
    ),
    (
        "path,side\n{film},right\n,left\n",
        "manifest {manifest}, line 3: no path found; the path of an image or folder expected",
    ),
    (
        "path,side\n",
        "manifest {manifest}: no row found; one image or folder a line expected below the headings",
    ),
    ("path\n/nowhere/film.dcm\n", "no such file or folder: /nowhere/film.dcm; check the path"),
]


@pytest.mark.parametrize(("text", "message"), MANIFESTS)
def test_a_manifest_with_a_mistake_is_bad_usage_and_names_the_line(
    text: str, message: str, kltool: Kltool, put: Callable[[str, bytes], Path], right: Path
) -> None:
    manifest = put("visits.csv", text.format(film=right).encode())
    said = kltool("read", "--manifest", manifest)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"kltool: {message.format(manifest=manifest)}\n"


def test_a_manifest_that_cannot_be_read_is_bad_usage(
    kltool: Kltool, put: Callable[[str, bytes], Path], tmp_path: Path
) -> None:
    missing, binary = tmp_path / "none.csv", put("binary.csv", b"\xff\xfe\x80")
    for manifest, kind in ((missing, "FileNotFoundError"), (binary, "UnicodeDecodeError")):
        said = kltool("read", "--manifest", manifest)
        assert said.code == 2
        assert all(fact in said.err for fact in (str(manifest), kind, "UTF-8"))


def test_an_overlay_folder_that_cannot_be_made_is_bad_usage_before_anything_is_read(
    kltool: Kltool, put: Callable[[str, bytes], Path], right: Path
) -> None:
    file = put("taken", b"a file")
    said = kltool("read", "--overlay", file, right)
    assert (said.code, said.out) == (2, "")
    assert f"'{file}' is a file" in said.words
    said = kltool("read", "--overlay", file / "below", right)
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"kltool: --overlay {file / 'below'} cannot be written (Not a directory); choose a folder that can\n"
    )


def test_a_right_knee_is_not_compared_with_a_left_one(kltool: Kltool, right: Path, left: Path) -> None:
    said = kltool("compare", right, left)
    assert (said.code, said.out) == (3, "")
    assert said.err == (
        "kltool: the films share no knee: right before, left after, the same side expected; "
        "check the order of the files and --side\n"
    )


def test_two_patients_are_not_compared(kltool: Kltool, right: Path, samples: Path) -> None:
    said = kltool("compare", "--json", samples / "case" / "before.dcm", right)
    change = json.loads(said.out)
    assert said.code == 3
    assert change["verdict"] == "not comparable"
    assert change["sentence"] == (
        "Right knee: not comparable: the films carry different patient identifiers."
    )


def test_a_folder_of_several_films_is_not_one_visit(kltool: Kltool, samples: Path) -> None:
    said = kltool("compare", samples / "case", samples / "case" / "after.dcm")
    assert (said.code, said.out) == (2, "")
    assert said.err == (f"kltool: {samples / 'case'} holds 2 images, one expected; name the image itself\n")


def test_comparing_with_what_is_no_image_is_refused(
    kltool: Kltool, right: Path, put: Callable[[str, bytes], Path]
) -> None:
    said = kltool("compare", right, put("words.txt", b"words"))
    assert (said.code, said.out) == (3, "")
    assert said.err == (
        "kltool: a text file was found, a DICOM, PNG, JPEG, TIFF or BMP file was expected; name the image\n"
    )
