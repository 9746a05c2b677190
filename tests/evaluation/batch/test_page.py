"""The pages of the batch report what its runs showed."""

from pathlib import Path

import pytest

pytest.importorskip("gias3", reason="the extra 'simulate' is not installed")

from evaluation.batch.ledger import LedgerMeasurement
from evaluation.batch.ledger import write as write_ledger
from evaluation.batch.page import BatchMeasurements, ImageCounts, write
from evaluation.batch.runs import Run
from evaluation.batch.stages import STAGES, Stages


def steady(images: int, seconds: float, growth: float = 0.0) -> Run:
    samples = [{1: 300.0 * (1 + growth * number / 99), 2: 90.0} for number in range(100)]
    return Run(images, seconds, tuple(samples), ("a", "b"))


def measured(**other: object) -> BatchMeasurements:
    stages = dict.fromkeys(STAGES, 10.0)
    shown = {
        "rates": {"crops": {1: steady(100, 10.0), 2: steady(100, 5.5)}},
        "stages": {"crops": Stages(60, stages, 25.0, 50.0)},
        "growing": {100: steady(100, 12.0), 1_000: steady(1_000, 102.0), 10_000: steady(10_000, 1_002.0)},
        "kills": [1.0] * 20,
        "images_after_kills": (1_000, 1_000),
        "same_after_kills": True,
        "same_on_cluster": True,
    }
    return BatchMeasurements(**(shown | other))  # type: ignore[arg-type]


def test_growth_is_that_of_the_process_that_grew_most() -> None:
    assert steady(10, 1.0).growth == pytest.approx(0.0)
    assert steady(10, 1.0, growth=1.0).growth == pytest.approx(1.95 / 1.146 - 1, abs=0.01)
    assert steady(10, 1.0).peak_mb == 300.0


def test_the_page_has_every_criterion_and_meets_them(tmp_path: Path) -> None:
    text = write(measured(), ImageCounts(), tmp_path).read_text()
    assert "missed" not in text
    for figure in ("0.91", "1.43 times", "0.0 %", "300 MB", "1.00 times"):
        assert figure in text, figure
    assert (tmp_path / "batch" / "growth.svg").exists()


@pytest.mark.parametrize(
    "worse",
    [
        {"rates": {"crops": {1: steady(100, 10.0), 2: steady(100, 7.0)}}},
        {"growing": {100: steady(100, 12.0), 1_000: steady(1_000, 102.0), 10_000: steady(10_000, 1_402.0)}},
        {"growing": {100: steady(100, 12.0, growth=0.5), 300: steady(300, 32.0, growth=0.5)}},
        {"kills": [1.0] * 3},
        {"images_after_kills": (999, 1_000)},
        {"same_after_kills": False},
        {"same_on_cluster": False},
    ],
)
def test_a_criterion_that_is_missed_is_reported(tmp_path: Path, worse: dict[str, object]) -> None:
    assert "missed" in write(measured(**worse), ImageCounts(), tmp_path).read_text()


def test_the_page_of_the_ledger_is_an_image_each(tmp_path: Path) -> None:
    found = LedgerMeasurement(
        1_000, {"list": 0.01, "record": 0.2, "tables": 0.3}, {"ledger.sqlite": 2_600_000}, 450.0
    )
    text = write_ledger([found], tmp_path).read_text()
    assert "| 1,000 | 10 | 200 | 300 |" in text
    assert "| 1,000 | 2600 | 450 |" in text
