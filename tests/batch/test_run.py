"""A batch never loses an image, never stops at one, and gives the same bytes however it came to its end."""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pydicom
import pytest

from kltool.batch import Batch, run, run_batch
from kltool.batch.config import WorkerConfig
from kltool.batch.ledger import Ledger
from kltool.batch.listing import Task
from kltool.batch.local import with_unpacked_bytes
from kltool.batch.pool import WorkerPool
from kltool.batch.pseudonym import Pseudonyms
from kltool.batch.read_task import read_task
from kltool.errors import InstallationError, StorageFull, UsageError, WeightMismatch
from kltool.intake import ImageSource, find_images
from kltool.intake.sources import Memory
from kltool.report.record import reading_record
from kltool.values.reading import DISCLAIMER
from kltool.weights import Models
from tests.batch.ledgers import seen

Table = Callable[..., Any]
TABLES = ("readings.parquet", "readings.csv")


def tables(out: Path) -> list[bytes]:
    return [(out / name).read_bytes() for name in TABLES]


def command(films: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "kltool", "batch", str(films), "--out", str(out), *more]


def by_name(rows: Any) -> dict[str, Any]:
    return {Path(row.path).name: row for row in rows.itertuples()}


def test_a_row_holds_what_the_reading_holds(
    films: Path, tmp_path: Path, table: Table, read_sample: Callable[..., Any]
) -> None:
    rows = table(films, out=tmp_path / "out")
    assert list(rows.status) == ["ok"] * 5
    both = rows[rows.path.str.endswith("bilateral.dcm")]
    record = reading_record(read_sample("bilateral.dcm"))
    for (_, row), knee in zip(both.iterrows(), record["knees"], strict=True):
        medial, lateral = knee["joint_space"]["medial"], knee["joint_space"]["lateral"]
        assert (row.side, row.kl, row.quality) == (knee["side"], knee["kl"]["grade"], knee["quality"])
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


def test_both_tables_say_the_same(films: Path, tmp_path: Path, table: Table) -> None:
    (films / "notes.dcm").write_text("not a film")
    rows = table(films, out=tmp_path / "out")
    read_back = pd.read_csv(tmp_path / "out" / "readings.csv", dtype={"kl_prediction_set": str})
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
    assert "a zip archive was found" in rows["films.zip"].reason
    assert "a gzip archive was found" in rows["films.tar.gz"].reason
    assert "end too early" in rows["cut.dcm"].reason
    assert len(rows["cut.dcm"].input_sha256) == 64
    assert rows["knee_right_normal.dcm"].status == "ok"


@pytest.mark.usefixtures("trouble")
def test_a_worker_that_dies_costs_one_row_and_is_replaced(films: Path, tmp_path: Path, table: Table) -> None:
    film = (films / "knee_right_normal.dcm").read_bytes()
    for number, name in enumerate(("crash", "greedy", "once")):
        (films / f"{name}.dcm").write_bytes(film + bytes(2 + 2 * number))
    rows = by_name(table(films, out=tmp_path / "out", jobs=1))
    assert rows["crash.dcm"].code == "worker_died"
    assert "signal 11" in rows["crash.dcm"].reason
    assert "exit status 9" in rows["greedy.dcm"].reason
    # killed by somebody else, the image is read by the next worker, and seen to be one that is there already
    assert rows["once.dcm"].status == "duplicate"
    assert [row.status for name, row in rows.items() if "knee" in name or "bilateral" in name] == ["ok"] * 4


@pytest.mark.usefixtures("trouble")
def test_an_image_that_takes_too_long_is_given_up(films: Path, tmp_path: Path, table: Table) -> None:
    shutil.copy(films / "knee_right_normal.dcm", films / "endless.dcm")
    with (films / "endless.dcm").open("ab") as film:
        film.write(bytes(2))
    rows = by_name(table(films, out=tmp_path / "out", limit_s=8.0))
    assert (rows["endless.dcm"].status, rows["endless.dcm"].code) == ("failed", "time_limit")
    assert "within 8 s" in rows["endless.dcm"].reason
    assert rows["knee_right_severe.dcm"].status == "ok"


@pytest.mark.usefixtures("trouble")
def test_what_failed_is_read_again_when_asked(
    films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (films / "crash.dcm").open("wb") as film:
        film.write((films / "knee_right_normal.dcm").read_bytes() + bytes(2))
    out = tmp_path / "out"
    assert by_name(table(films, out=out))["crash.dcm"].status == "failed"
    monkeypatch.undo()
    assert by_name(table(films, out=out))["crash.dcm"].status == "failed", "finished work is not done again"
    assert by_name(table(films, out=out, retry_failed=True))["crash.dcm"].status == "ok"


def test_readers_that_cannot_start_are_an_installation_error(
    films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kltool.batch.pool.WORKER_COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(InstallationError, match="exit status 3"):
        table(films, out=tmp_path / "out")


def test_the_table_is_the_same_for_any_number_of_jobs(films: Path, tmp_path: Path, table: Table) -> None:
    (films / "text.dcm").write_text("not a film")
    table(films, out=tmp_path / "one", jobs=1)
    table(films, out=tmp_path / "three", jobs=3)
    assert tables(tmp_path / "one") == tables(tmp_path / "three")


def test_killed_at_any_time_it_goes_on_to_the_same_table(films: Path, tmp_path: Path, table: Table) -> None:
    table(films, out=tmp_path / "whole")
    out = tmp_path / "killed"
    for _ in range(20):
        process = subprocess.Popen(command(films, out, "--jobs", "1"), stderr=subprocess.DEVNULL)
        ledger = out / "ledger.sqlite"
        known = seen(ledger)
        while process.poll() is None and seen(ledger) <= known:
            time.sleep(0.02)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command(films, out), check=True, capture_output=True)
    assert tables(out) == tables(tmp_path / "whole")
    starts = json.loads((out / "run.json").read_text())["starts"]
    assert len(starts) > 2
    assert starts[0]["ended"] is None


def test_stopped_by_the_user_it_says_how_to_go_on(films: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(command(films, tmp_path / "out"), stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "the same command goes on" in said


def test_finished_work_is_not_done_again(
    films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = table(films, out=tmp_path / "out")
    monkeypatch.setattr("kltool.batch.pool.WORKER_COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    assert table(films, out=tmp_path / "out").equals(first), "no worker was started"


def test_a_film_that_changed_is_read_again(films: Path, tmp_path: Path, table: Table) -> None:
    before = by_name(table(films, out=tmp_path / "out"))
    shutil.copy(films / "knee_right_severe.dcm", films / "knee_right_normal.dcm")
    (films / "knee_right_severe.dcm").unlink()
    after = by_name(table(films, out=tmp_path / "out"))
    assert set(after) == set(before) - {"knee_right_severe.dcm"}
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
    assert (copy.status, copy.reason) == ("duplicate", f"the same image as {films / 'again.dcm'}")
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
    with pytest.raises(UsageError, match="no other kltool batch is running"):
        table(films, out=out)
    held.close()


def test_readings_made_otherwise_are_not_mixed(
    films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    table(films, out=tmp_path / "out")
    monkeypatch.setattr(run, "settings", lambda: {"finder.threshold": 0.9})
    with pytest.raises(UsageError, match="another configuration"):
        table(films, out=tmp_path / "out")


def test_a_folder_that_cannot_be_written_is_said_at_the_start(films: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        run_batch(Batch((str(films),), tmp_path / "file" / "out", 1))


def test_results_do_not_lie_among_the_images(films: Path, table: Table) -> None:
    for out in (films, films / "out"):
        with pytest.raises(UsageError, match="which is read; choose a folder outside"):
            table(films, out=out)


def test_workers_find_relative_paths_wherever_they_stand(
    films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = table("films/bilateral.dcm", out=Path("out"))
    assert list(rows.path) == ["films/bilateral.dcm"] * 2
    (source,) = find_images(Path("films/bilateral.dcm"))
    monkeypatch.chdir("/")
    assert source.read()


def test_a_ledger_that_is_none_is_refused(films: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "ledger.sqlite").write_text("this is no database, and long enough to be seen as none " * 20)
    with pytest.raises(UsageError, match="is not the ledger of a batch"):
        run_batch(Batch((str(films),), out, 1))


def test_a_full_disk_stops_it_cleanly_and_nothing_is_lost(films: Path, tmp_path: Path, table: Table) -> None:
    out = tmp_path / "out"
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000)); "
    call = (
        f"sys.argv[1:] = {command(films, out, '--jobs', '1')[3:]!r}; from kltool.cli.main import run; run()"
    )
    ended = subprocess.run([sys.executable, "-c", limited + call], capture_output=True, text=True)
    assert ended.returncode == 4, ended.stderr
    assert "start the same command again: what was read is kept" in " ".join(ended.stderr.split())
    table(films, out=tmp_path / "whole")
    subprocess.run(command(films, out), check=True, capture_output=True)
    assert tables(out) == tables(tmp_path / "whole")


def test_a_full_disk_at_the_tables_leaves_no_half_table(
    films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kltool.tables.write.CsvFile.write", full)
    with pytest.raises(StorageFull, match="No space left"):
        table(films, out=tmp_path / "out")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["ledger.sqlite"]
    monkeypatch.undo()
    assert len(table(films, out=tmp_path / "out")) == 5


def test_the_run_says_what_made_it(films: Path, tmp_path: Path, table: Table) -> None:
    import hashlib

    out = tmp_path / "out"
    table(films, out=out)
    told = json.loads((out / "run.json").read_text())
    assert told["disclaimer"] == DISCLAIMER
    assert told["images"] == 4
    assert told["rows"]["all"] == told["rows"]["ok"] == 5
    assert told["tables"] == {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in TABLES}
    assert told["starts"][0]["images"] == 4
    page = (out / "summary.html").read_text()
    assert DISCLAIMER in page
    assert "Readings of 4 images" in page


def test_pictures_are_named_after_nobody(films: Path, tmp_path: Path, table: Table) -> None:
    (films / "knee_right_normal.dcm").rename(films / "Featherstonehaugh^Marjorie.dcm")
    out = tmp_path / "out"
    rows = table(films, out=out, overlays=True)
    assert {path.name for path in (out / "overlays").iterdir()} == {Path(name).name for name in rows.overlay}
    assert all((out / name).stat().st_size > 10_000 for name in rows.overlay)
    assert not [path for path in out.rglob("*") if "Featherstone" in path.name]


def test_a_disk_that_fills_with_pictures_stops_the_run_and_wastes_no_reading(
    films: Path, models: Models, tmp_path: Path
) -> None:
    task = Task(ImageSource.of_file(films / "knee_right_normal.dcm"))
    with pytest.raises(StorageFull, match="free some space"):
        read_task(task, models, WorkerConfig("", str(tmp_path / "nowhere"), Pseudonyms()))


def test_what_lies_in_the_users_folder_is_not_run(films: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "queue.py").write_text("raise SystemExit('not to be run')")
    kltool = Path(sys.executable).with_name("kltool")
    done = subprocess.run(
        [kltool, "batch", films, "--out", tmp_path / "out"],
        cwd=tmp_path / "here",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_workers_with_other_weights_are_refused(films: Path, tmp_path: Path, table: Table) -> None:
    pool = WorkerPool(1, WorkerConfig("kltool-0.0.0 grader-0:00000000", "", Pseudonyms()), 60.0)
    with pytest.raises(InstallationError, match="install the same kltool"):
        pool.read(Task(ImageSource.of_file(films / "knee_right_normal.dcm")))
    pool.close()


def test_an_error_of_the_weights_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(WeightMismatch("grader", "a" * 64, "b" * 64)))
    assert isinstance(error, InstallationError)
    assert "a" * 64 in str(error)
    assert "b" * 64 in str(error)


def test_members_of_a_packed_archive_are_unpacked_by_the_run_and_others_by_the_workers(
    films: Path, tmp_path: Path
) -> None:
    for mode, name, packed in (("w", "a.tar", False), ("w:gz", "a.tgz", True)):
        with tarfile.open(tmp_path / name, mode) as bundle:
            bundle.add(films / "bilateral.dcm", "b.dcm")
        (source,) = find_images(tmp_path / name)
        held = with_unpacked_bytes(Task(source)).source
        assert isinstance(held.location, Memory) is packed
        assert held.name == source.name
        assert held.read() == (films / "bilateral.dcm").read_bytes()
