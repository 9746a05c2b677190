"""Manifests as people make them: spreadsheets, statisticians' frames, our own tables."""

import csv
import io
import re
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kltool.batch.listing import Listing
from kltool.errors import Refusal, UsageError
from kltool.intake import load
from kltool.intake.sources import Access
from kltool.tables.manifest import manifest_columns, manifest_rows
from tests.intake.films import grey8, png

Table = Callable[..., Any]


def cells(manifest: Path, *names: str) -> list[tuple[str, ...]]:
    return [tuple(row.cell(name) for name in names) for row in manifest_rows(manifest)]


def listed(*sources: Path | str, reserved: frozenset[str] = frozenset({"kl", "side"})) -> Listing:
    return Listing(tuple(map(str, sources)), reserved, str)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_of_a_spreadsheet_is_read(tmp_path: Path, mark: str) -> None:
    manifest = tmp_path / "m.csv"
    lines = [("path", "subject", "kl"), ("a.png", "9001695", "2"), ("b.png", "Łódź", ""), ("", "", "")]
    manifest.write_text("\ufeff" + "\r\n".join(mark.join(line) for line in lines), encoding="utf-8")
    assert cells(manifest, "path", "subject", "kl") == [("a.png", "9001695", "2"), ("b.png", "Łódź", "")]


def test_a_semicolon_within_a_table_of_commas_stays(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text('path,"notes; free"\na.png,one; two\n')
    assert cells(manifest, "notes; free") == [("one; two",)]


def test_a_quote_that_is_not_closed_is_said(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text('path,notes\na.png,"' + "x" * 200_000 + "\n")
    with pytest.raises(UsageError, match="quotes"):
        list(manifest_rows(manifest))


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,kl,kl\na.png,1,2\n")
    with pytest.raises(UsageError, match=r"'kl' found twice"):
        manifest_columns(manifest)


def test_a_frame_says_in_parquet_what_it_says_in_csv(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "path": ["a.png", "b.png", "c.png"],
            "subject": [9001695.0, None, 9003316.0],
            "visit": [12, 24, 36],
            "kl": [2.0, float("nan"), 0.0],
            "spacing_mm": [0.15, None, 0.2],
            "born": [date(1950, 1, 2), None, date(1960, 3, 4)],
            "taken": pd.to_datetime(["2020-01-02", None, "2021-05-06 10:30"], format="ISO8601"),
        }
    )
    frame.to_parquet(tmp_path / "m.parquet")
    assert cells(tmp_path / "m.parquet", "subject", "visit", "kl", "spacing_mm", "born", "taken") == [
        ("9001695", "12", "2", "0.15", "1950-01-02", "2020-01-02"),
        ("", "24", "", "", "", ""),
        ("9003316", "36", "0", "0.2", "1960-03-04", "2021-05-06 10:30:00"),
    ]


def test_headings_of_a_manifest_take_nobody_elses_place(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,kl,given_kl,KL,centre\na.png,1,2,3,Oslo\n")
    listing = listed(manifest)
    assert list(listing.headings) == ["kl", "given_kl", "KL", "centre"]
    assert len({heading.lower() for heading in listing.headings.values()}) == 4
    (task,) = listing
    assert {listing.headings[name]: value for name, value in zip(("kl", "given_kl", "KL", "centre"), ("1", "2", "3", "Oslo"), strict=True)} == task.other_columns  # fmt: skip # noqa: E501


def test_columns_of_the_oai_stand_beside_headings_of_the_oai(
    films: Path, tmp_path: Path, table: Table
) -> None:
    manifest = tmp_path / "oai.csv"
    manifest.write_text(f"path,ID,SIDE,XRKL\n{films}/knee_right_normal.dcm,9001695,1,0\n")
    found = table(manifest, out=tmp_path / "out", oai_names=True)
    assert (str(found.ID[0]), found.given_XRKL[0]) == ("9001695", "0")  # ID and SIDE are subject and side
    assert found.SIDE[0] == 1


def test_two_readers_of_one_film_are_two_rows_of_one_reading(
    films: Path, tmp_path: Path, table: Table
) -> None:
    manifest = tmp_path / "m.csv"
    film = films / "knee_right_normal.dcm"
    manifest.write_text(f"path,reader,kl\n{film},A,0\n{film},B,1\n{film},B,1\n")
    found = table(manifest, out=tmp_path / "out")
    assert list(found.reader) == ["A", "B"]
    assert list(found.given_kl) == ["0", "1"]
    assert list(found.status) == ["ok", "ok"]
    assert found.medial_mjsw_mm.nunique() == 1


def test_a_row_that_is_not_read_keeps_its_side(tmp_path: Path, table: Table) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,side\ngone.dcm,R\ngone.dcm,L\n")
    assert list(table(manifest, out=tmp_path / "out").side) == ["right", "left"]


def test_cells_with_line_breaks_and_quotes_come_through(films: Path, tmp_path: Path, table: Table) -> None:
    note = 'first\rsecond\r\nthird, "quoted"; fourth'
    frame = pd.DataFrame({"path": [str(films / "knee_right_normal.dcm")], "note": [note]})
    frame.to_parquet(tmp_path / "m.parquet")
    found = table(tmp_path / "m.parquet", out=tmp_path / "out")
    read_back = pd.read_csv(tmp_path / "out" / "readings.csv")
    told = 'first\nsecond\nthird, "quoted"; fourth'
    assert found.note[0] == read_back.note[0] == told
    assert len(read_back) == 1


def test_nothing_to_read_is_said_and_the_table_stays(
    right_films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = "\ufeff" + "\n".join(map(str, sorted(right_films.iterdir())))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(names.encode())))
    assert len(table("-", out=tmp_path / "out")) == 2
    before = (tmp_path / "out" / "readings.csv").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(UsageError, match="nothing to read"):
        table("-", out=tmp_path / "out")
    assert (tmp_path / "out" / "readings.csv").read_bytes() == before


def test_an_address_that_cannot_be_read_here_keeps_its_name(tmp_path: Path, table: Table) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text("path\ngs://visit/gone.dcm\n")
    found = table(manifest, out=tmp_path / "out")
    assert found.path[0] == "gs://visit/gone.dcm"
    assert "gs: addresses need the package" in found.reason[0]
    assert found.status[0] == "failed"


def test_addresses_that_are_not_opened_are_rows_and_stop_no_other(
    right_films: Path, tmp_path: Path, table: Table
) -> None:
    """az:// needs a package that is not installed here."""
    film = next(iter(sorted(right_films.iterdir())))
    refused = ("reference:///tmp/a.json", "file:///dev/zero", "https://127.0.0.1/a.dcm", "az://films/a.dcm")
    manifest = tmp_path / "m.csv"
    manifest.write_text("\n".join(["path", *refused, str(film)]) + "\n")
    found = table(manifest, out=tmp_path / "out")
    assert list(found.path) == [*refused, str(film)]
    assert list(found.status) == ["failed"] * len(refused) + ["ok"]
    words = ("not opened", "not opened", "--allow-http", "adlfs|not installed")
    assert all(re.search(word, reason) for word, reason in zip(words, found.reason, strict=False))


def test_a_path_that_the_system_cannot_look_up_is_a_row_and_stops_no_other(
    right_films: Path, tmp_path: Path, table: Table
) -> None:
    """Too long, a link to itself, a byte zero, a folder that is a file."""
    film = next(iter(sorted(right_films.iterdir())))
    (tmp_path / "circle").symlink_to("circle")
    refused = ("x" * 300, "y/" * 5_000, "films.zip!" + "z" * 300, "circle", "nul\0byte", f"{film}/inside.dcm")
    manifest = tmp_path / "m.csv"
    manifest.write_text("\n".join(["path", *refused, str(film)]) + "\n")
    for folder, access in (("out", Access()), ("confined", Access(root=str(tmp_path)))):
        found = table(manifest, out=tmp_path / folder, access=access)
        assert list(found.status) == ["failed"] * len(refused) + ["ok"]
        assert all(found.reason[: len(refused)])


def test_a_heading_with_an_end_of_line_leaves_the_table_whole(
    right_films: Path, tmp_path: Path, table: Table
) -> None:
    film = next(iter(sorted(right_films.iterdir())))
    manifest = tmp_path / "m.csv"
    manifest.write_bytes(f'path,"a\rb","c\r\nd"\n{film},1,2\n'.encode())
    table(manifest, out=tmp_path / "out")
    with (tmp_path / "out" / "readings.csv").open(newline="") as file:
        headings, row = csv.reader(file)
    assert (headings[-2:], row[-2:]) == (["a\nb", "c\nd"], ["1", "2"])


def test_a_table_is_a_manifest_of_its_own_images(right_films: Path, tmp_path: Path, table: Table) -> None:
    """As for pictures of some of them; members of archives are found by the names in the table."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for film in sorted(right_films.iterdir()):
            packed.write(film, f"visit/{film.name}")
    first = table(tmp_path / "a.zip", out=tmp_path / "first")
    chosen = first[first.path.str.contains("severe")]
    chosen[["path", "subject", "visit"]].to_parquet(tmp_path / "chosen.parquet")
    again = table(tmp_path / "chosen.parquet", out=tmp_path / "again", overlays=True)
    assert list(again.path) == list(chosen.path)
    assert list(again.medial_mjsw_mm) == list(chosen.medial_mjsw_mm)
    (tmp_path / "m.csv").write_text("path\na.zip!visit/gone.dcm\n")
    assert "gone.dcm" in table(tmp_path / "m.csv", out=tmp_path / "gone").reason[0]


@pytest.mark.parametrize("rooted", [False, True])
def test_a_row_whose_path_the_system_does_not_take_stops_no_other(rooted: bool, tmp_path: Path) -> None:
    (tmp_path / "film.png").write_bytes(png(grey8()))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    names = [
        "x" * 300,
        "x/" * 3_000,
        "films.zip!" + "x" * 300,
        "loop",
        "loop/a.dcm",
        "data:image/png" + "A" * 9_000,
    ]
    manifest = tmp_path / "m.csv"
    manifest.write_text("\n".join(["path", *names, "film.png"]))
    access = Access(root=str(tmp_path) if rooted else "")
    *strange, film = Listing((str(manifest),), frozenset(), str, access)
    assert len(strange) == len(names)
    for task in strange:
        with pytest.raises(UsageError):
            task.source.read()
    assert film.source.read() == png(grey8())


@pytest.mark.parametrize("content", [b"", b"text", bytes(128) + b"DICM" + b"\xff" * 200])
def test_a_row_of_a_damaged_disc_stops_no_other(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "film.png").write_bytes(png(grey8()))
    (tmp_path / "DICOMDIR").write_bytes(content)
    manifest = tmp_path / "m.csv"
    manifest.write_text("path\nDICOMDIR\nfilm.png\n")
    disc, film = Listing((str(manifest),), frozenset(), str)
    with pytest.raises(Refusal):
        load(disc.source)
    assert film.source.read() == png(grey8())
