"""A batch never loses an image, never stops at one, and says of each what was read or why nothing was."""

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pydicom
import pytest

from kltool import reading
from kltool.batch import Batch, run_batch
from kltool.batch.config import WorkerConfig
from kltool.batch.ledger import Ledger
from kltool.batch.listing import Task
from kltool.batch.pseudonym import Pseudonyms
from kltool.batch.read_task import read_task
from kltool.errors import InstallationError, StorageFull, UsageError, WeightMismatch
from kltool.intake import ImageSource
from kltool.localize import FinderSettings
from kltool.reading import DEFAULT
from kltool.report.record import reading_record
from kltool.values.reading import DISCLAIMER
from kltool.weights import Models
from tests.batch.conftest import Worked

Table = Callable[..., Any]
TABLES = ("readings.parquet", "readings.csv")


def by_name(rows: Any) -> dict[str, Any]:
    return {Path(row.path).name: row for row in rows.itertuples()}


def test_a_row_holds_what_the_reading_holds(worked: Worked, read_sample: Callable[..., Any]) -> None:
    rows = worked.rows
    assert list(rows.status) == ["ok"] * 5 + ["refused"]
    both = rows[rows.path.str.endswith("bilateral.dcm")]
    record = reading_record(read_sample("bilateral.dcm"))
    for (_, row), knee in zip(both.iterrows(), record["knees"], strict=True):
        medial, lateral = knee["joint_space"]["medial"], knee["joint_space"]["lateral"]
        assert (row.side, row.kl, row.quality) == (knee["side"], knee["kl"]["grade"], knee["quality"])
        assert row.kl_likely_grades == " or ".join(map(str, knee["kl"]["likely_grades"]))
        assert row.kl_prediction_set == " ".join(map(str, knee["kl"]["prediction_set"]))
        assert [row[f"kl_p{kl}"] for kl in range(5)] == knee["kl"]["probabilities"]
        assert row.medial_mjsw_mm == medial["minimum_mm"]
        assert row.medial_mjsw_sd_percent == medial["minimum_sd_percent"]
        assert row.medial_jsw250_mm == medial["at_mm"]["0.250"]
        assert row.lateral_jsw850_sd_px == lateral["at_sd_px"]["0.850"]
        assert row.calibration == knee["spacing"]["tier"]
        assert row.pixels_sha256 == record["produced_by"]["pixels_sha256"]
    named = {name: digest[:8] for name, digest in record["produced_by"]["models"].items()}
    assert all(f"{name}:{digest}" in row.model for name, digest in named.items())


def test_both_tables_say_the_same(worked: Worked) -> None:
    rows = worked.rows
    read_back = pd.read_csv(worked.out / "readings.csv", dtype={"kl_prediction_set": str})
    assert list(read_back.columns) == list(rows.columns)
    for name in rows.columns:
        ours, theirs = rows[name], read_back[name]
        assert list(ours.isna()) == list(theirs.isna()), name
        assert list(ours.dropna().astype(str)) == list(theirs.dropna().astype(ours.dtype).astype(str)), name


def test_a_bad_file_is_a_row_with_its_reason(films: Path, tmp_path: Path, table: Table) -> None:
    whole = (films / "bilateral.dcm").read_bytes()
    (films / "cut.dcm").write_bytes(whole[:5000])
    (films / "empty.dcm").touch()
    (films / "text.dcm").write_text("not a film")
    (films / "films.zip").write_bytes(b"PK\x03\x04" + bytes(100))
    (films / "films.tar.gz").write_bytes(b"\x1f\x8b" + bytes(100))
    os.symlink(tmp_path / "nowhere", films / "gone.dcm")
    rows = by_name(table(films, out=tmp_path / "out"))
    assert {name: rows[name].status for name in ("cut.dcm", "empty.dcm", "text.dcm", "gone.dcm")} == {
        "cut.dcm": "refused",
        "empty.dcm": "refused",
        "text.dcm": "refused",
        "gone.dcm": "failed",
    }
    assert "zip archive" in rows["films.zip"].reason
    assert "gzip archive" in rows["films.tar.gz"].reason
    assert rows["cut.dcm"].code == "undecodable"
    assert len(rows["cut.dcm"].input_sha256) == 64
    assert rows["knee_right_normal.dcm"].status == "ok"


def test_what_failed_is_read_again_when_asked(
    right_films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise MemoryError

    def statuses(**asked: bool) -> list[str]:
        return list(table(right_films, out=tmp_path / "out", **asked).status)

    with monkeypatch.context() as patched:
        patched.setattr("kltool.reading.load", broken)
        assert statuses() == ["failed"] * 2
    assert statuses() == ["failed"] * 2, "finished work is not done again"
    assert statuses(retry_failed=True) == ["ok"] * 2


def test_a_film_that_changed_is_read_again(right_films: Path, tmp_path: Path, table: Table) -> None:
    before = by_name(table(right_films, out=tmp_path / "out"))
    shutil.move(right_films / "knee_right_severe.dcm", right_films / "knee_right_normal.dcm")
    after = by_name(table(right_films, out=tmp_path / "out"))
    assert set(after) == {"knee_right_normal.dcm"}
    assert after["knee_right_normal.dcm"].medial_mjsw_mm == before["knee_right_severe.dcm"].medial_mjsw_mm


def test_the_same_film_is_read_once(films: Path, tmp_path: Path, table: Table) -> None:
    shutil.copy(films / "bilateral.dcm", films / "again.dcm")
    rows = table(films, films, films / "bilateral.dcm", out=tmp_path / "out")
    paths = [Path(path).name for path in rows.path]
    assert sorted(paths) == sorted(
        ["again.dcm"] * 2 + ["bilateral.dcm", "knee_left_moderate.dcm"]
        + ["knee_right_normal.dcm", "knee_right_severe.dcm"]
    )  # fmt: skip
    copy = by_name(rows)["bilateral.dcm"]
    assert copy.status == "duplicate"
    assert str(films / "again.dcm") in copy.reason
    assert np.isnan(copy.kl)


def test_films_that_share_a_uid_but_not_their_pixels_are_quarantined(
    films: Path, tmp_path: Path, table: Table
) -> None:
    film = pydicom.dcmread(films / "knee_right_normal.dcm")
    film.PixelData = (film.pixel_array // 2).astype(film.pixel_array.dtype).tobytes()
    film.save_as(films / "darker.dcm")
    tagged = pydicom.dcmread(films / "knee_left_moderate.dcm")
    tagged.PatientComments = "the same film, sent twice"
    tagged.save_as(films / "sent_twice.dcm")
    rows = by_name(table(films, out=tmp_path / "out"))
    for name in ("darker.dcm", "knee_right_normal.dcm"):
        assert rows[name].status == "quarantined"
        assert np.isnan(rows[name].kl)
        assert np.isnan(rows[name].medial_mjsw_mm)
        assert len(rows[name].pixels_sha256) == 64
    assert rows["sent_twice.dcm"].status == "duplicate"
    assert rows["knee_left_moderate.dcm"].status == "ok"


def test_two_runs_do_not_share_a_folder(films: Path, tmp_path: Path, table: Table) -> None:
    out = tmp_path / "out"
    out.mkdir()
    held = Ledger(out / "ledger.sqlite")
    with pytest.raises(UsageError, match=str(out)):
        table(films, out=out)
    held.close()


def test_readings_made_otherwise_are_not_mixed(
    right_films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    table(right_films, out=tmp_path / "out")
    other = replace(DEFAULT, finder=FinderSettings(0.9))
    monkeypatch.setattr(reading, "DEFAULT", other)
    with pytest.raises(UsageError, match=r"finder\.threshold"):
        table(right_films, out=tmp_path / "out")


def test_a_batch_begun_without_a_sphere_is_not_continued_with_one(
    right_films: Path, tmp_path: Path, table: Table
) -> None:
    table(right_films, out=tmp_path / "out")
    with pytest.raises(UsageError, match=r"sphere\.diameter_mm"):
        run_batch(Batch((str(right_films),), tmp_path / "out", 1, sphere_mm=25))


def test_a_folder_that_cannot_be_written_is_said_at_the_start(films: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=f"--out {tmp_path / 'file' / 'out'}"):
        run_batch(Batch((str(films),), tmp_path / "file" / "out", 1))


def test_results_do_not_lie_among_the_images(films: Path, table: Table) -> None:
    for out in (films, films / "out"):
        with pytest.raises(UsageError, match=f"--out {out}.*{films}"):
            table(films, out=out)


def test_a_ledger_that_is_none_is_refused(films: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "ledger.sqlite").write_text("this is no database, and long enough to be seen as none " * 20)
    with pytest.raises(UsageError, match=str(out / "ledger.sqlite")):
        run_batch(Batch((str(films),), out, 1))


def test_a_full_disk_at_the_tables_leaves_no_half_table(
    right_films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("kltool.tables.write.CsvFile.write", full)
        with pytest.raises(StorageFull, match="No space left"):
            table(right_films, out=tmp_path / "out")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["ledger.sqlite"]
    assert len(table(right_films, out=tmp_path / "out")) == 2


def test_the_run_says_what_made_it(worked: Worked) -> None:
    told = json.loads((worked.out / "run.json").read_text())
    assert told["disclaimer"] == DISCLAIMER
    assert told["images"] == told["starts"][0]["images"] == 5
    assert (told["rows"]["all"], told["rows"]["ok"], told["rows"]["refused"]) == (6, 5, 1)
    for name in TABLES:
        assert told["tables"][name] == hashlib.sha256((worked.out / name).read_bytes()).hexdigest()
    page = (worked.out / "summary.html").read_text()
    assert DISCLAIMER in page
    assert "5 images" in page


def test_pictures_are_named_after_nobody(right_films: Path, tmp_path: Path, table: Table) -> None:
    (right_films / "knee_right_normal.dcm").rename(right_films / "Featherstonehaugh^Marjorie.dcm")
    out = tmp_path / "out"
    rows = table(right_films, out=out, overlays=True)
    assert {path.name for path in (out / "overlays").iterdir()} == {Path(name).name for name in rows.overlay}
    assert all((out / name).stat().st_size > 10_000 for name in rows.overlay)
    assert not [path for path in out.rglob("*") if "Featherstone" in path.name]


def test_a_disk_that_fills_with_pictures_stops_the_run_and_wastes_no_reading(
    films: Path, models: Models, tmp_path: Path
) -> None:
    task = Task(ImageSource.of_file(films / "knee_right_normal.dcm"))
    with pytest.raises(StorageFull, match=str(tmp_path / "nowhere")):
        read_task(task, models, WorkerConfig("", str(tmp_path / "nowhere"), Pseudonyms()))


def test_an_error_of_the_weights_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(WeightMismatch("grader", "a" * 64, "b" * 64)))
    assert isinstance(error, InstallationError)
    assert "a" * 64 in str(error)
    assert "b" * 64 in str(error)
