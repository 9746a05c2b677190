"""A bomb of each kind is refused at once, in little memory, and costs a batch one row."""

from pathlib import Path

import pytest
from evaluation.hostile.bombs import KINDS, write_bombs
from evaluation.hostile.memory import MOST_MB, is_film_beside_read, watch

LATE_S = 10.0  # on a machine that does other things; the evaluation has a bar of 2 s


def test_a_bomb_of_each_kind_is_refused_in_little_memory(tmp_path: Path) -> None:
    bombs = watch(write_bombs(tmp_path, 1, seed=2))
    assert [bomb.kind for bomb in bombs] == list(KINDS)
    for bomb in bombs:
        assert bomb.watched.code in ("undecodable", "UsageError"), bomb
        assert bomb.watched.megabytes <= MOST_MB, bomb
        assert bomb.watched.seconds <= LATE_S, bomb


@pytest.mark.slow
def test_a_film_beside_bombs_is_read() -> None:
    assert is_film_beside_read(seed=3)
