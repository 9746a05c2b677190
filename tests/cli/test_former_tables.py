"""A table of readings that kltool 0.1.0 wrote is compared with a reader like a present one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

TABLE = Path(__file__).resolve().parents[1] / "tables" / "readings-0.1.0.csv"


def test_a_table_of_version_0_1_0_is_compared_with_a_reader(
    kltool: Callable[..., Any], tmp_path: Path
) -> None:
    paths = ("films/knee_right_normal.dcm", "films/knee_right_severe.dcm", "films/crashes.dcm")
    reader = tmp_path / "reader.csv"
    reader.write_text("path,side,kl\n" + "".join(f"{path},R,1\n" for path in paths))
    ended = kltool("agreement", TABLE, reader, "--out", tmp_path / "out", "--on", "path,side")
    assert ended.code == 0
    assert "2 knees" in ended.words
    assert "status failed, worker_died" in ended.words
