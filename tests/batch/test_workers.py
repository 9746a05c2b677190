"""A batch survives its workers, its own end and a full disk, and gives the same bytes whoever reads."""

import json
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from kltool.batch.config import WorkerConfig
from kltool.batch.listing import Task
from kltool.batch.local import with_unpacked_bytes
from kltool.batch.pool import WorkerPool
from kltool.batch.pseudonym import Pseudonyms
from kltool.errors import InstallationError
from kltool.intake import ImageSource, find_images
from kltool.intake.sources import Memory
from tests.batch.conftest import Worked
from tests.batch.ledgers import seen
from tests.messages import holds

Table = Callable[..., Any]
TABLES = ("readings.parquet", "readings.csv")
STUMBLING = """
import os, pathlib, signal
from kltool.batch import worker

starts = pathlib.Path(__file__).with_name("starts")
with starts.open("a") as file:
    file.write("x")
number = starts.stat().st_size

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if number in (2, 3):
    killed()
if number == 1:
    worker.read_task = killed
worker.main()
"""


def tables(out: Path) -> list[bytes]:
    return [(out / name).read_bytes() for name in TABLES]


def command(films: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "kltool", "batch", str(films), "--out", str(out), *more]


def by_name(rows: Any) -> dict[str, Any]:
    return {Path(row.path).name: row for row in rows.itertuples()}


# -- Workers --------------------------------------------------------------------------------------


def test_the_table_is_the_same_whoever_reads(worked: Worked, tmp_path: Path, table: Table) -> None:
    """Two workers, or this process alone."""
    table(worked.films, out=tmp_path / "here")
    assert tables(tmp_path / "here") == tables(worked.out)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 3])
def test_the_table_is_the_same_for_any_number_of_jobs(
    jobs: int, worked: Worked, tmp_path: Path, workers_table: Table
) -> None:
    workers_table(worked.films, out=tmp_path / "out", jobs=jobs)
    assert tables(tmp_path / "out") == tables(worked.out)


@pytest.mark.usefixtures("trouble")
def test_a_worker_that_dies_costs_one_row_and_is_replaced(
    samples: Path, tmp_path: Path, workers_table: Table
) -> None:
    (tmp_path / "films").mkdir()
    film = (samples / "knee_right_normal.dcm").read_bytes()
    for number, name in enumerate(("crash", "greedy", "once", "sound")):
        (tmp_path / "films" / f"{name}.dcm").write_bytes(film + bytes(2 * number))
    rows = by_name(workers_table(tmp_path / "films", out=tmp_path / "out", jobs=1))
    assert (rows["crash.dcm"].status, rows["greedy.dcm"].status) == ("failed", "failed")
    assert "signal 11" in rows["crash.dcm"].reason
    assert "exit status 9" in rows["greedy.dcm"].reason
    # killed by somebody else, the image is read by the next worker; then a copy of it is seen to be one
    assert (rows["once.dcm"].status, rows["sound.dcm"].status) == ("ok", "duplicate")


def test_workers_that_end_at_their_start_are_no_fault_of_the_image(
    samples: Path, tmp_path: Path, workers_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is killed as it reads, the second and third before they have an image."""
    script = tmp_path / "stumbling.py"
    script.write_text(STUMBLING)
    monkeypatch.setattr("kltool.batch.pool.WORKER_COMMAND", (sys.executable, str(script)))
    rows = workers_table(samples / "knee_right_normal.dcm", out=tmp_path / "out", jobs=1)
    assert list(rows.status) == ["ok"]
    assert (tmp_path / "starts").read_text() == "xxxx"


@pytest.mark.usefixtures("trouble")
def test_an_image_that_takes_too_long_is_given_up(tmp_path: Path, workers_table: Table) -> None:
    (tmp_path / "films").mkdir()
    for name in ("endless", "text"):
        (tmp_path / "films" / f"{name}.dcm").write_text("no film")
    rows = by_name(workers_table(tmp_path / "films", out=tmp_path / "out", jobs=1, limit_s=8.0))
    assert (rows["endless.dcm"].status, rows["endless.dcm"].code) == ("failed", "time_limit")
    assert "8 s" in rows["endless.dcm"].reason
    assert rows["text.dcm"].status == "refused"  # the next image is read as ever


def test_workers_that_cannot_start_are_an_installation_error(
    films: Path, tmp_path: Path, workers_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kltool.batch.pool.WORKER_COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(InstallationError, match="exit status 3"):
        workers_table(films, out=tmp_path / "out")


def test_workers_with_other_weights_are_refused(samples: Path) -> None:
    pool = WorkerPool(1, WorkerConfig("kltool-0.0.0 grader-0:00000000", "", Pseudonyms()), 60.0)
    with pytest.raises(InstallationError, match=r"kltool-0\.0\.0 grader-0:00000000"):
        pool.read(Task(ImageSource.of_file(samples / "knee_right_normal.dcm")))
    pool.close()


@pytest.mark.slow
def test_workers_find_relative_paths_wherever_they_stand(
    right_films: Path, tmp_path: Path, workers_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = f"{right_films.name}/knee_right_normal.dcm"
    rows = workers_table(name, out=Path("out"), jobs=1)
    assert (list(rows.path), list(rows.status)) == ([name], ["ok"])


def test_a_packed_member_larger_than_films_are_is_left_to_its_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kltool.batch.local.MOST_CARRIED_BYTES", 1_000)
    for size, carried in ((1_000, True), (1_001, False)):
        with tarfile.open(tmp_path / f"{size}.tgz", "w:gz") as bundle:
            info = tarfile.TarInfo("a.dcm")
            info.size = size
            bundle.addfile(info, BytesIO(bytes(size)))
        (source,) = find_images(tmp_path / f"{size}.tgz")
        location = with_unpacked_bytes(Task(source)).source.location
        assert isinstance(location, Memory) is carried


def test_a_relative_path_is_found_from_anywhere(
    right_films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (source,) = find_images(Path(f"{right_films.name}/knee_right_normal.dcm"))
    monkeypatch.chdir("/")
    assert source.read() == (right_films / "knee_right_normal.dcm").read_bytes()


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


# -- The run's own end ----------------------------------------------------------------------------


def killed(films: Path, out: Path) -> bool:
    """A run is killed once it has recorded an image; false if it was finished before."""
    process = subprocess.Popen(command(films, out, "--jobs", "1"), stderr=subprocess.DEVNULL)
    ledger = out / "ledger.sqlite"
    known = seen(ledger)
    while process.poll() is None and seen(ledger) <= known:
        time.sleep(0.02)
    if process.poll() is not None:
        return False
    process.send_signal(signal.SIGKILL)
    process.wait()
    return True


def test_killed_it_goes_on_to_the_same_table(right_films: Path, tmp_path: Path, table: Table) -> None:
    out = tmp_path / "killed"
    assert killed(right_films, out)
    subprocess.run(command(right_films, out, "--jobs", "1"), check=True, capture_output=True)
    table(right_films, out=tmp_path / "whole")
    assert tables(out) == tables(tmp_path / "whole")
    first, *_ = json.loads((out / "run.json").read_text())["starts"]
    assert first["ended"] is None


@pytest.mark.slow
def test_killed_at_every_image_it_goes_on_to_the_same_table(worked: Worked, tmp_path: Path) -> None:
    out = tmp_path / "killed"
    while killed(worked.films, out):
        pass
    assert subprocess.run(command(worked.films, out), capture_output=True).returncode == 3  # one is no film
    assert tables(out) == tables(worked.out)
    assert len(json.loads((out / "run.json").read_text())["starts"]) > 2


def test_stopped_by_the_user_it_says_how_to_go_on(films: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(command(films, tmp_path / "out"), stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "out" / "ledger.sqlite").exists():  # the run has begun
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "the same command" in said


def test_finished_work_is_not_done_again(
    worked: Worked, tmp_path: Path, workers_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker is started, or it would be missed."""
    shutil.copytree(worked.out, tmp_path / "out")
    monkeypatch.setattr("kltool.batch.pool.WORKER_COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    assert workers_table(worked.films, out=tmp_path / "out").equals(worked.rows)


@pytest.mark.slow
def test_a_full_disk_stops_it_cleanly_and_nothing_is_lost(films: Path, tmp_path: Path, table: Table) -> None:
    out = tmp_path / "out"
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000)); "
    call = (
        f"sys.argv[1:] = {command(films, out, '--jobs', '1')[3:]!r}; from kltool.cli.main import run; run()"
    )
    ended = subprocess.run([sys.executable, "-c", limited + call], capture_output=True, text=True)
    assert ended.returncode == 4, ended.stderr
    assert holds(ended.stderr, "the same command again")
    table(films, out=tmp_path / "whole")
    subprocess.run(command(films, out), check=True, capture_output=True)
    assert tables(out) == tables(tmp_path / "whole")


def test_what_lies_in_the_users_folder_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "queue.py").write_text("raise SystemExit('not to be run')")
    kltool = Path(sys.executable).with_name("kltool")
    (tmp_path / "text.dcm").write_text("not a film")
    done = subprocess.run(
        [kltool, "batch", tmp_path / "text.dcm", "--out", tmp_path / "out", "--jobs", "1"],
        cwd=tmp_path / "here",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr  # one image refused: command and worker have run
