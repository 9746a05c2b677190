"""A batch that is killed loses nothing and reads nothing twice; a loss would be found."""

from pathlib import Path

import pytest
from evaluation.hostile import kills
from evaluation.hostile.killed import Batch, wrong_since


def test_what_was_lost_read_twice_or_left_incomplete_is_found(tmp_path: Path) -> None:
    whole = Batch(tmp_path, {"readings.csv": b"a\n1\n", "readings.parquet": b"PAR1"}, 1.0, 1.0)
    assert list(wrong_since({"a": "1", "b": "2"}, {"a": "1", "b": "2", "c": "3"})) == []
    assert list(wrong_since({"a": "1", "b": "2"}, {"a": "3"})) == ["1 outcomes lost", "1 images read twice"]
    (tmp_path / "readings.csv").write_bytes(b"a\n1\n")
    assert list(whole.wrong_in_between(tmp_path)) == []
    assert list(whole.wrong_at_end(tmp_path)) == ["another readings.parquet than an undisturbed run"]
    (tmp_path / "readings.csv").write_bytes(b"a\n")
    (tmp_path / ".readings.csv.unfinished").write_bytes(b"a")
    assert list(whole.wrong_in_between(tmp_path)) == ["an incomplete readings.csv"]
    assert ".readings.csv.unfinished left" in list(whole.wrong_at_end(tmp_path))


@pytest.mark.slow
def test_killed_as_it_reads_as_it_writes_and_in_its_workers_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    attack = kills.attack_kills(points=4, workers=2, seed=2)
    assert attack.is_held, attack.found
    assert "4 kills of runs and 2 of workers" in attack.found
