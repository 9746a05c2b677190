"""--sphere as a user meets it: read, compare and batch, and what makes no sense."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest

pytest.importorskip("numba")

from kltool.intake import load
from tests.messages import holds
from tests.schemas import CHANGE, READING, problems
from tests.sphere_films import BESIDE, with_balls

Kltool = Callable[..., Any]
MM = 0.198


@pytest.fixture
def picture(samples: Path, tmp_path: Path) -> Path:
    """A film without tags with a ball of 25 mm, as PNG of 16 bits."""
    pixels = with_balls(load(samples / "knee_right_normal.dcm"), BESIDE).pixels
    grey = (pixels - pixels.min()) / np.ptp(pixels) * 65535
    cv2.imwrite(str(tmp_path / "ball.png"), np.rint(grey).astype(np.uint16))
    return tmp_path / "ball.png"


def test_a_picture_with_a_sphere_has_millimetres(kltool: Kltool, picture: Path) -> None:
    said = kltool("read", picture, "--side", "right", "--sphere", "25", "--json")
    assert said.code == 0
    record = json.loads(said.out)
    assert not problems(READING, record)
    (knee,) = record["knees"]
    assert knee["spacing"]["tier"] == "sphere"
    assert knee["spacing"]["row_mm"] == pytest.approx(MM, rel=0.003)
    assert knee["joint_space"]["medial"]["minimum_mm"] == pytest.approx(4.5, abs=0.15)
    assert record["produced_by"]["settings"]["sphere.diameter_mm"] == 25.0
    assert any(holds(note, "calibration sphere of 25 mm found") for note in record["notes"])


def test_where_none_is_found_the_tags_count_and_a_note_says_so(kltool: Kltool, samples: Path) -> None:
    record = json.loads(kltool("read", samples / "knee_right_normal.dcm", "--sphere", "25", "--json").out)
    assert not problems(READING, record)
    (knee,) = record["knees"]
    assert knee["spacing"]["tier"] == "geometry"
    assert knee["sphere"]["code"] == "no_disc"
    assert any(holds(note, "no calibration sphere", "geometry") for note in record["notes"])


def test_two_films_are_compared_by_their_spheres(
    kltool: Kltool, samples: Path, picture: Path, tmp_path: Path
) -> None:
    other = with_balls(load(samples / "knee_right_normal.dcm"), replace(BESIDE, at_mm=(-4.0, -74.0))).pixels
    grey = (other - other.min()) / np.ptp(other) * 65000 + 100
    cv2.imwrite(str(tmp_path / "later.png"), np.rint(grey).astype(np.uint16))
    options = ("--side", "right", "--sphere", "25", "--json")
    record = json.loads(kltool("compare", picture, tmp_path / "later.png", *options).out)
    assert not problems(CHANGE, record)
    for visit in ("before", "after"):
        assert record[visit]["spacing"]["tier"] == "sphere"
        assert record[visit]["sphere"]["diameter_px"] == pytest.approx(25 / MM, rel=0.003)
    assert record["widths"]["medial_minimum"]["unit"] == "mm"


def test_a_batch_calibrates_by_the_sphere_unless_a_row_states_its_spacing(
    kltool: Kltool, picture: Path, tmp_path: Path
) -> None:
    manifest = tmp_path / "films.csv"
    manifest.write_text(f"path,side,spacing_mm\n{picture.name},right,\n{picture.name},right,0.2\n")
    said = kltool("batch", manifest, "--out", tmp_path / "out", "--jobs", 1, "--sphere", 25)
    assert said.code == 0
    rows = pd.read_csv(tmp_path / "out" / "readings.csv")
    found = rows[rows.status == "ok"]
    assert set(found.calibration) <= {"sphere", "user"}
    by_sphere = found[found.calibration == "sphere"]
    assert len(by_sphere) == 1
    assert by_sphere.spacing_mm.item() == pytest.approx(MM, rel=0.003)
    assert holds(by_sphere.notes.item(), "calibration sphere of 25 mm found")
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["settings"]["sphere.diameter_mm"] == 25.0


@pytest.mark.parametrize(
    "options", [("--sphere", 0), ("--sphere", 250), ("--sphere", 25, "--spacing", 0.2), ("--sphere", "nan")]
)
@pytest.mark.parametrize("command", ["read", "compare"])
def test_what_makes_no_sense_is_code_2(
    command: str, options: tuple[Any, ...], kltool: Kltool, samples: Path
) -> None:
    films = [samples / "case" / "before.dcm", samples / "case" / "after.dcm"]
    said = kltool(command, *films, *options)
    assert said.code == 2
    assert holds(said.words, "sphere", "found", "expected")


def test_a_batch_refuses_nonsense_before_it_writes(kltool: Kltool, picture: Path, tmp_path: Path) -> None:
    assert kltool("batch", picture, "--out", tmp_path / "out", "--sphere", 2).code == 2
    assert not (tmp_path / "out").exists()
