"""Bad input is told what was found, what was expected and what to do, with its exit code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kltool.intake import load
from tests.intake.films import as_bytes, data_set, knee, png
from tests.messages import guides, holds

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
    ("text.dcm", lambda: b"not an image, just words\n", "not_an_image", ("text", "DICOM, PNG, JPEG, TIFF")),
    ("empty.png", lambda: b"", "not_an_image", ("empty", "DICOM, PNG, JPEG, TIFF")),
    ("cut.dcm", truncated, "undecodable", ("pixels",)),
    ("photo.png", photograph, "not_a_radiograph", ("colour", "100%", "radiograph")),
    (
        "chest.dcm",
        lambda: as_bytes(data_set(Modality="DX", BodyPartExamined="CHEST", ViewPosition="PA")),
        "wrong_body_part",
        ("CHEST", "KNEE"),
    ),
    ("ct.dcm", lambda: as_bytes(data_set(Modality="CT")), "not_a_radiograph", ("CT image", "CR, DX")),
    (
        "film.dcm",
        lambda: as_bytes(data_set(np.stack([knee(), knee()]).reshape(400, 160), NumberOfFrames=2, Rows=200)),
        "not_a_radiograph",
        ("2 frames",),
    ),
    ("lateral.dcm", lambda: as_bytes(data_set(ViewPosition="LAT")), "wrong_view", ("LAT", "AP or PA")),
    ("noise.png", noise_png, "no_knee", ("no knee",)),
]


@pytest.mark.parametrize(("name", "data", "code", "facts"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_is_no_readable_knee_is_refused(
    name: str,
    data: Callable[[], bytes],
    code: str,
    facts: tuple[str, ...],
    kltool: Kltool,
    put: Callable[[str, bytes], Path],
) -> None:
    file = put(name, data())
    said = kltool("read", "--json", "--side", "right", file)
    record = json.loads(said.out)
    assert (said.code, said.err) == (3, "")
    assert (record["status"], record["code"]) == ("refused", code)
    assert guides(record["reason"]), record["reason"]
    assert holds(record["reason"], *facts), record["reason"]
    table = kltool("read", "--side", "right", file)
    assert table.code == 3
    assert f"{name}: {record['reason']}" in table.words


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
    assert said.err.startswith("kltool: ")
    assert "nowhere.dcm" in said.err


def test_an_empty_folder_is_bad_usage(kltool: Kltool, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    said = kltool("read", folder)
    assert (said.code, said.out) == (2, "")
    assert guides(said.err)
    assert holds(said.err, str(folder), "DICOM, PNG, JPEG, TIFF")


def test_nothing_to_read_is_bad_usage(kltool: Kltool) -> None:
    said = kltool("read")
    assert (said.code, said.out) == (2, "")
    assert holds(said.err, "PATH", "--manifest")


@pytest.mark.parametrize(
    ("given", "shown"), [("0", "0.0"), ("-1", "-1.0"), ("nan", "nan"), ("inf", "inf"), ("5", "5.0")]
)
@pytest.mark.parametrize("verb", ["read", "compare"])
def test_a_spacing_that_cannot_be_true_is_bad_usage(
    verb: str, given: str, shown: str, kltool: Kltool, right: Path
) -> None:
    said = kltool(verb, right, *([right] if verb == "compare" else []), "--spacing", given)
    assert (said.code, said.out) == (2, "")
    assert guides(said.err)
    assert holds(said.err, f"{shown} x {shown} mm", "0.02 to 1.0 mm", "--spacing")


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
    ("file,side\n{film},right\n", ("{manifest}", "'path'", "side, spacing_mm")),
    ("", ("{manifest}", "'path'", "side, spacing_mm")),
    ("path,side\n{film},right\n\n{film},middle\n", ("{manifest}, line 4", "'middle'", "right, left, R or L")),
    ("path,spacing_mm\n{film},wide\n", ("{manifest}, line 2", "spacing_mm 'wide'", "0.02 to 1.0")),
    ("path,spacing_mm\n{film},0\n", ("{manifest}, line 2", "spacing_mm '0'", "0.02 to 1.0")),
    ("path,side\n{film},right\n,left\n", ("{manifest}, line 3", "no path")),
    ("path,side\n", ("{manifest}", "no row")),
]


@pytest.mark.parametrize(("text", "facts"), MANIFESTS)
def test_a_manifest_with_a_mistake_is_bad_usage_and_names_the_line(
    text: str, facts: tuple[str, ...], kltool: Kltool, put: Callable[[str, bytes], Path], right: Path
) -> None:
    manifest = put("visits.csv", text.format(film=right).encode())
    said = kltool("read", "--manifest", manifest)
    assert (said.code, said.out) == (2, "")
    assert holds(said.err, *(fact.format(manifest=manifest) for fact in facts)), said.err


def test_a_row_of_a_manifest_whose_film_is_not_there_stops_no_other(
    kltool: Kltool, put: Callable[[str, bytes], Path], right: Path
) -> None:
    manifest = put("visits.csv", f"path\n/nowhere/film.dcm\n{right}\n".encode())
    said = kltool("read", "--manifest", manifest, "--json")
    records = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 4
    assert [record["status"] for record in records] == ["failed", "ok"]
    assert "no such file" in records[0]["reason"]


def test_a_manifest_that_cannot_be_read_is_bad_usage(
    kltool: Kltool, put: Callable[[str, bytes], Path], tmp_path: Path
) -> None:
    missing, binary = tmp_path / "none.csv", put("binary.csv", b"\xff\xfe\x80")
    for manifest, kind in ((missing, "FileNotFoundError"), (binary, "UnicodeDecodeError")):
        said = kltool("read", "--manifest", manifest)
        assert said.code == 2
        assert holds(said.err, str(manifest), kind, "UTF-8")


def test_an_overlay_folder_that_cannot_be_made_is_bad_usage_before_anything_is_read(
    kltool: Kltool, put: Callable[[str, bytes], Path], right: Path
) -> None:
    file = put("taken", b"a file")
    said = kltool("read", "--overlay", file, right)
    assert (said.code, said.out) == (2, "")
    assert str(file) in said.words
    said = kltool("read", "--overlay", file / "below", right)
    assert (said.code, said.out) == (2, "")
    assert holds(said.err, f"--overlay {file / 'below'}", "Not a directory")


def test_a_right_knee_is_not_compared_with_a_left_one(kltool: Kltool, right: Path, left: Path) -> None:
    said = kltool("compare", right, left)
    assert (said.code, said.out) == (3, "")
    assert holds(said.err, "right before", "left after", "--side")


def test_two_patients_are_not_compared(kltool: Kltool, right: Path, samples: Path) -> None:
    said = kltool("compare", "--json", samples / "case" / "before.dcm", right)
    change = json.loads(said.out)
    assert said.code == 3
    assert change["verdict"] == "not comparable"
    assert holds(change["sentence"], "right knee", "not comparable", "different patient identifiers")


def test_a_folder_of_several_films_is_not_one_visit(kltool: Kltool, samples: Path) -> None:
    said = kltool("compare", samples / "case", samples / "case" / "after.dcm")
    assert (said.code, said.out) == (2, "")
    assert holds(said.err, str(samples / "case"), "2 images", "one expected")


def test_comparing_with_what_is_no_image_is_refused(
    kltool: Kltool, right: Path, put: Callable[[str, bytes], Path]
) -> None:
    said = kltool("compare", right, put("words.txt", b"words"))
    assert (said.code, said.out) == (3, "")
    assert guides(said.err)
    assert holds(said.err, "text", "DICOM, PNG, JPEG, TIFF")
