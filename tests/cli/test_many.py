"""Many images: a bad one is a row and never a stop, names stay where they are, and nothing is left behind."""

import hashlib
import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from kltool import reading
from kltool.cli import compare, read
from kltool.intake import ImageSource
from kltool.weights import load_models, manifest, models_folder
from tests.intake.films import as_bytes, data_set
from tests.messages import guides, holds

Kltool = Callable[..., Any]
NAME = "Featherstonehaugh^Marjorie"
PARTS = ("Featherstonehaugh", "Marjorie")


def records(said: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.out.splitlines()]


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of what it holds."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture
def named(tmp_path: Path, samples: Path) -> Path:
    """A sample film of a person with a name that is found nowhere else, in every tag that holds names."""
    film = pydicom.dcmread(samples / "knee_right_normal.dcm")
    film.PatientName = NAME
    film.OtherPatientNames = NAME
    film.ReferringPhysicianName = NAME
    film.OperatorsName = NAME
    film.PatientComments = f"{NAME} asks for a copy"
    file = tmp_path / "film.dcm"
    film.save_as(file)
    return file


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], None]:
    """Make the reading of every film whose name holds a word end in an error nobody expects."""

    def install(module: Any, word: str) -> None:
        load = module.load

        def broken(source: ImageSource, **given: Any) -> Any:
            if word in source.name:
                raise ZeroDivisionError(f"while reading the film of {NAME}")
            return load(source, **given)

        monkeypatch.setattr(module, "load", broken)

    return install


def test_an_error_nobody_expected_is_a_row_without_its_text_and_the_others_are_read(
    kltool: Kltool, samples: Path, breaks: Callable[[Any, str], None]
) -> None:
    breaks(reading, "before")
    said = kltool("read", "--json", samples / "case")
    after, before = records(said)
    assert said.code == 4
    assert (after["status"], before["status"]) == ("ok", "failed")
    assert before["code"] == "ZeroDivisionError"
    assert "ZeroDivisionError" in before["reason"]
    table = kltool("read", samples / "case")
    assert table.code == 4
    for part in PARTS:
        assert part not in said.out + said.err + table.out + table.err


def test_an_error_nobody_expected_while_comparing_keeps_its_text_to_itself(
    kltool: Kltool, samples: Path, breaks: Callable[[Any, str], None]
) -> None:
    breaks(compare, "after")
    said = kltool("compare", samples / "case" / "before.dcm", samples / "case" / "after.dcm")
    assert (said.code, said.out) == (4, "")
    assert "ZeroDivisionError" in said.err
    assert not any(part in said.err for part in PARTS)


def test_failed_outweighs_refused_and_refused_outweighs_read(
    kltool: Kltool, samples: Path, tmp_path: Path, breaks: Callable[[Any, str], None]
) -> None:
    (tmp_path / "words.dcm").write_bytes(b"only words")
    films = [samples / "knee_right_normal.dcm", tmp_path / "words.dcm", samples / "case" / "after.dcm"]
    assert kltool("read", "--json", films[0]).code == 0
    assert kltool("read", "--json", *films).code == 3
    breaks(reading, "after")
    said = kltool("read", "--json", *films)
    assert said.code == 4
    assert [record["status"] for record in records(said)] == ["ok", "refused", "failed"]


def test_a_file_that_is_gone_is_a_row_and_never_a_stop(kltool: Kltool, samples: Path, tmp_path: Path) -> None:
    folder = tmp_path / "visit"
    folder.mkdir()
    (folder / "a.dcm").symlink_to(tmp_path / "gone.dcm")
    shutil.copy(samples / "knee_right_normal.dcm", folder / "b.dcm")
    said = kltool("read", "--json", folder)
    gone, read = records(said)
    assert said.code == 4
    assert (gone["status"], gone["code"]) == ("failed", "UsageError")
    assert "a.dcm" in gone["reason"]
    assert str(folder) not in gone["reason"]  # folders may be named after people
    assert read["status"] == "ok"


def test_a_folder_is_read_without_what_is_no_image_which_is_counted_once(
    kltool: Kltool, samples: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "visit"
    shutil.copytree(samples / "case", folder)
    (folder / "drawing.svg").write_text("<svg/>")
    (folder / "notes").write_text("seen by the reader")
    said = kltool("read", "--json", folder)
    others = len(list(folder.iterdir())) - 2
    assert said.code == 0
    assert len(records(said)) == 2
    assert said.err == f"kltool: passed over {others} files that are no images\n"
    assert kltool("read", "--json", folder / "notes").code == 3


def test_a_manifest_gives_each_film_its_own_side_and_spacing(
    kltool: Kltool, samples: Path, tmp_path: Path
) -> None:
    """Paths are relative to the manifest; empty cells fall back on the options."""
    for name in ("a", "b", "c"):
        shutil.copy(samples / "knee_right_normal.dcm", tmp_path / f"{name}.dcm")
    (tmp_path / "visits.csv").write_text("\ufeffpath,side,spacing_mm\na.dcm,R,0.3\nb.dcm,left,\nc.dcm,,\n")
    said = kltool("read", "--json", "--manifest", tmp_path / "visits.csv", "--side", "right")
    assert said.code == 0
    knees = [record["knees"][0] for record in records(said)]
    assert [(knee["side"], knee["side_source"]) for knee in knees] == [
        ("right", "user"),
        ("left", "user"),
        ("right", "user"),
    ]
    assert [knee["spacing"]["tier"] for knee in knees] == ["user", "geometry", "geometry"]
    assert knees[0]["spacing"]["row_mm"] == 0.3


def test_a_patients_name_is_printed_and_written_nowhere(
    kltool: Kltool, named: Path, samples: Path, tmp_path: Path
) -> None:
    overlays = tmp_path / "overlays"
    said = [
        kltool("read", "--json", "--overlay", overlays, named),
        kltool("read", named),
        kltool("compare", "--json", "--overlay", overlays, named, samples / "knee_right_normal.dcm"),
        kltool("compare", named, named),
    ]
    text = "".join(one.out + one.err for one in said)
    assert [one.code for one in said] == [0, 0, 0, 0]
    for part in PARTS:
        assert part not in text
        for file in overlays.rglob("*"):
            assert part not in file.name
            assert part.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    "tags",
    [
        {"Modality": "CT"},
        {"BodyPartExamined": "CHEST"},
        {"ViewPosition": "LAT"},
        {"BodyPartExamined": NAME},
        {"ViewPosition": "LAT", "SeriesDescription": f"lateral of {NAME}"},
        {"ImageLaterality": NAME},
        {"PixelSpacing": ["9", "9"]},
    ],
    ids=lambda tags: "-".join(tags),
)
def test_a_refusal_does_not_tell_the_patients_name(
    tags: dict[str, Any], kltool: Kltool, tmp_path: Path
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        film = data_set(PatientName=NAME, **tags)
        (tmp_path / "film.dcm").write_bytes(as_bytes(film))
    for options in ((), ("--json",)):
        said = kltool("read", "--require-side", *options, tmp_path / "film.dcm")
        assert said.code == 3
        assert not any(part.lower() in (said.out + said.err).lower() for part in PARTS)


def test_nothing_is_written_but_one_picture_a_knee_in_the_folder_asked_for(
    kltool: Kltool, samples: Path, tmp_path: Path
) -> None:
    films, overlays = tmp_path / "films", tmp_path / "deep" / "overlays"
    shutil.copytree(samples / "case", films / "case")
    shutil.copy(samples / "bilateral.dcm", films)
    before = contents(tmp_path)
    for arguments in (
        ("read", films),
        ("read", "--json", films),
        ("compare", films / "case" / "before.dcm", films / "case" / "after.dcm"),
        ("doctor",),
        ("models",),
    ):
        assert kltool(*arguments).code == 0
    assert contents(tmp_path) == before
    assert kltool("read", "--overlay", overlays, films).code == 0
    new = set(contents(tmp_path)) - set(before)
    assert {Path(name).parent for name in new} == {Path("deep/overlays")}
    assert len(new) == 4  # three films, one of them of both knees
    assert {name: found for name, found in contents(tmp_path).items() if name in before} == before


def test_two_films_of_one_name_make_two_pictures(kltool: Kltool, samples: Path, tmp_path: Path) -> None:
    for folder, name in (("one", "knee_right_normal"), ("two", "knee_right_severe")):
        (tmp_path / folder).mkdir()
        shutil.copy(samples / f"{name}.dcm", tmp_path / folder / "knee.dcm")
    overlays = tmp_path / "overlays"
    kltool("read", "--overlay", overlays, tmp_path / "one", tmp_path / "two")
    assert sorted(file.name.split("-")[0] for file in overlays.iterdir()) == ["knee", "knee"]


def test_images_in_an_archive_are_read_and_pictured_by_their_own_names(
    kltool: Kltool, samples: Path, tmp_path: Path
) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "visit"), "zip", samples / "case"))
    said = kltool("read", "--json", "--overlay", tmp_path / "overlays", archive)
    assert said.code == 0
    assert [record["source"] for record in records(said)] == [
        f"{archive}!after.dcm",
        f"{archive}!before.dcm",
    ]
    assert sorted(file.name.split("-")[0] for file in (tmp_path / "overlays").iterdir()) == [
        "after",
        "before",
    ]


@pytest.mark.parametrize("verb", ["read", "compare", "doctor"])
def test_a_damaged_weight_file_stops_everything_with_both_hashes(
    verb: str, kltool: Kltool, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "models"
    shutil.copytree(models_folder(), folder)
    data = bytearray((folder / "landmarks.onnx").read_bytes())
    data[1000] ^= 0xFF
    expected = hashlib.sha256((folder / "landmarks.onnx").read_bytes()).hexdigest()
    (folder / "landmarks.onnx").write_bytes(data)
    monkeypatch.setattr(manifest, "models_folder", lambda: folder)
    for module in (read, compare):
        monkeypatch.setattr(module, "load_models", load_models)
    film = samples / "knee_right_normal.dcm"
    said = kltool(verb, *{"read": [film], "compare": [film, film], "doctor": []}[verb])
    assert said.code == 5
    if verb == "doctor":
        assert holds("".join(said.words.split()), "landmarks", hashlib.sha256(data).hexdigest(), expected)
    else:
        assert said.out == ""
        assert guides(said.err)
        assert holds(said.err, "'landmarks'", hashlib.sha256(data).hexdigest(), expected, "reinstall kltool")


def test_a_damaged_manifest_stops_everything(
    kltool: Kltool, tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "manifest.toml").write_text("[finder\n")
    monkeypatch.setattr(manifest, "models_folder", lambda: tmp_path)
    monkeypatch.setattr(read, "load_models", load_models)
    said = kltool("read", samples / "knee_right_normal.dcm")
    assert (said.code, said.out) == (5, "")
    assert holds(said.err, str(tmp_path / "manifest.toml"), "reinstall kltool")


def test_a_film_whose_pixels_are_all_alike_is_refused(kltool: Kltool, tmp_path: Path) -> None:
    (tmp_path / "flat.dcm").write_bytes(as_bytes(data_set(np.full((200, 160), 700, np.uint16))))
    said = kltool("read", "--json", tmp_path / "flat.dcm")
    (record,) = records(said)
    assert (said.code, record["code"]) == (3, "undecodable")
