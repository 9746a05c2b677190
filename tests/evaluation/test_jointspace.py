"""The scores of the joint space are those of an independent calculation, and compare like with like."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from evaluation.masks import boundaries, rows_apart
from evaluation.oai import MM_PER_PERCENT, Narrowest, ValKnee, minima, of_grade, sds_mm
from evaluation.page import Bar, Result, Section, Table, counted, page
from evaluation.reading import read_one, without_grader
from evaluation.repeats import perturbed, repeated_widths, spread
from evaluation.statistics import agreement, area_under_curve, bootstrap_95, coverage, error_score, thirds
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from kltool.intake import load
from kltool.reading import read
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import KneeReading
from kltool.values.spacing import NoSpacing
from kltool.weights import Models

SCORED = st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=4, max_size=60)


def test_errors_known_by_hand_have_their_bias_mean_and_percentile() -> None:
    score = error_score(np.array([-1.0, 0.0, 0.5, 1.5]))
    assert score.count == 4
    assert score.bias == pytest.approx(0.25)
    assert score.mean_absolute == pytest.approx(0.75)
    assert score.p95 == pytest.approx(1.0 + 0.85 * 0.5)  # the 2.85th of 0, 0.5, 1.0, 1.5


def test_a_constant_offset_is_bias_and_leaves_no_spread() -> None:
    reference = np.array([1.0, 2.0, 4.0, 5.5])
    found = agreement(reference - 0.7, reference, np.array(["a", "b", "c", "d"]))
    assert found.offset == pytest.approx(-0.7)
    assert found.bias == pytest.approx(-0.7)
    assert found.sd == pytest.approx(0.0, abs=1e-12)
    assert found.limits == pytest.approx((-0.7, -0.7))
    assert found.correlation == pytest.approx(1.0)


def test_limits_of_agreement_hold_95_per_cent_of_normal_differences() -> None:
    random = np.random.default_rng(2)
    reference = random.uniform(1, 6, 4000)
    measured = reference + random.normal(0.3, 0.5, 4000)
    found = agreement(measured, reference, np.arange(4000).astype(str))
    low, high = found.limits
    assert np.isclose(np.mean((measured - reference > low) & (measured - reference < high)), 0.95, atol=0.01)
    assert found.correlation == pytest.approx(np.corrcoef(measured, reference)[0, 1])
    assert found.correlation_95[0] < found.correlation < found.correlation_95[1]


def test_the_bootstrap_of_a_mean_is_as_wide_as_its_standard_error_says() -> None:
    values = np.random.default_rng(3).normal(0, 1, 400)
    low, high = bootstrap_95(lambda drawn: float(values[drawn].mean()), np.arange(400).astype(str))
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_two_knees_of_one_person_count_as_one_in_the_bootstrap() -> None:
    values = np.random.default_rng(3).normal(0, 1, 400)
    twice, people = np.repeat(values, 2), np.repeat(np.arange(400).astype(str), 2)
    once = bootstrap_95(lambda drawn: float(values[drawn].mean()), np.arange(400).astype(str))
    assert bootstrap_95(lambda drawn: float(twice[drawn].mean()), people) == pytest.approx(once)


def test_honest_deviations_cover_95_per_cent_and_halved_ones_two_thirds() -> None:
    random = np.random.default_rng(4)
    sds = random.uniform(0.1, 0.5, 20000)
    errors = random.normal(0, sds)
    assert coverage(errors, sds) == pytest.approx(0.95, abs=0.005)
    assert coverage(errors, sds / 2) == pytest.approx(0.673, abs=0.01)


@given(SCORED)
def test_the_area_under_the_curve_is_that_of_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    scores, positive = np.array([s for s, _ in pairs]), np.array([p for _, p in pairs])
    if positive.all() or not positive.any():
        assert np.isnan(area_under_curve(scores, positive))
    else:
        assert area_under_curve(scores, positive) == pytest.approx(roc_auc_score(positive, scores))


def test_thirds_hold_as_many_each() -> None:
    values = np.random.default_rng(5).normal(size=300)
    assert [int(((values >= low) & (values <= high)).sum()) for low, high in thirds(values)] == [100] * 3


@pytest.mark.parametrize(
    ("bar", "value", "verdict"),
    [
        (Bar(-0.05, 0.05), -0.05, "met"),
        (Bar(-0.05, 0.05), 0.08, "missed by 0.03"),
        (Bar(-0.05, 0.05), -0.25, "missed by 0.2"),
        (Bar(most=0.10), 0.1, "met"),
        (Bar(most=0.10), 0.1004, "missed by 0.0004"),
        (Bar(least=0.93), 0.90, "missed by 0.03"),
        (Bar(93.0, 97.0), 98.5, "missed by 1.5"),
        (Bar(most=1.0), float("nan"), "missed: no figure"),
    ],
)
def test_a_figure_meets_its_bar_or_says_by_how_much_not(bar: Bar, value: float, verdict: str) -> None:
    assert bar.verdict(value) == verdict


def test_the_page_begins_with_every_figure_that_has_a_bar() -> None:
    first = Section("One", "Text.", (Result("error", 0.2, "mm", Bar(most=0.1)),))
    second = Section("Two", "Text.", (), (Table(("a|b", "c"), [(1, 2)], "Some:"),), (("It", "it.svg"),))
    lines = page("Title", "Opening.", [first, second]).splitlines()
    assert "| 1 | error | 0.200 mm | ≤ 0.1 mm | **missed by 0.1** |" in lines[: lines.index("## 1. One")]
    assert lines[lines.index("Some:") + 2 :][:3] == ["| a\\|b | c |", "|---|---|", "| 1 | 2 |"]
    assert lines[-1] == "![It](it.svg)"


def test_reasons_that_differ_in_a_length_only_are_counted_together() -> None:
    table = counted(["the margins cross by 1.5 mm", "no clear edge", "the margins cross by 0.8 mm"])
    assert list(table.rows) == [("the margins cross by some mm", 2), ("no clear edge", 1)]


def test_a_margin_on_the_edge_of_a_mask_lies_on_its_boundary() -> None:
    mask = np.zeros((40, 30), bool)
    mask[10:15, 5:25] = True  # the boundary runs between rows 9 and 10, and between 14 and 15
    top, bottom = boundaries(mask)
    columns = np.linspace(2.0, 27.0, 40)
    femur, tibia = (np.column_stack([np.full(40, row), columns]) for row in (9.5, 16.0))
    assert np.allclose(rows_apart(femur, top), 0.0)
    assert np.allclose(rows_apart(tibia, bottom), 1.5)  # traced 1.5 px below the mask
    assert len(rows_apart(femur, top)) == 20  # the columns of the mask, not those of the margin


def test_a_sloping_margin_is_compared_in_each_column() -> None:
    row, column = np.mgrid[:60, :50]
    mask = (row >= 10 + column // 2) & (row < 20 + column // 2)
    top, _ = boundaries(mask)
    margin = np.array([[9.25, 0.0], [9.25 + 24.5, 49.0]])[::-1]
    assert np.abs(rows_apart(margin, top)).max() <= 0.25


def knee(grade: int, medial: float | NotMeasured, lateral: float | NotMeasured, sd: float = 0.1) -> ValKnee:
    of_both = {Compartment.MEDIAL: medial, Compartment.LATERAL: lateral}
    return ValKnee("p", grade, of_both, dict.fromkeys(Compartment, sd), dict.fromkeys(Compartment, 20))


def test_the_narrower_compartment_needs_both_and_the_medial_one_only_itself() -> None:
    absent = NotMeasured("no clear edge")
    knees = [knee(1, 5.0, 6.0), knee(3, 4.0, 1.0), knee(4, absent, 2.0), knee(3, 2.0, absent)]
    medial: Narrowest = minima(knees, (Compartment.MEDIAL,))
    assert of_grade(medial, 3).tolist() == [4.0, 2.0]
    assert of_grade(medial, 4).tolist() == []
    assert minima(knees, tuple(Compartment)).percent.tolist() == [5.0, 1.0]


def test_a_deviation_in_per_cent_is_given_in_millimetres_of_a_76_mm_tibia() -> None:
    assert MM_PER_PERCENT == 0.76
    assert sds_mm([knee(1, 5.0, 6.0, sd=0.5)], Compartment.MEDIAL).tolist() == [0.38]


def test_a_spread_needs_more_than_half_of_the_films() -> None:
    assert spread([1.0, 2.0, 3.0], repeats=5) == pytest.approx(1.0)
    assert isinstance(spread([1.0, 2.0], repeats=4), NotMeasured)


def test_the_same_seed_perturbs_alike_and_another_does_not(samples: Path) -> None:
    film = load(samples / "knee_right_normal.dcm")
    first, again, other = (perturbed(film, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.pixels, again.pixels)
    assert not np.array_equal(first.pixels, other.pixels)
    assert isinstance(first.spacing, NoSpacing)  # the scale is no longer known


def test_perturbed_films_of_one_knee_read_almost_alike(samples: Path, models: Models) -> None:
    film = load(samples / "knee_right_normal.dcm")
    widths = repeated_widths(film, without_grader(models), (1,), repeats=4)
    assert widths == repeated_widths(film, without_grader(models), (1,), repeats=4)
    reading = read_one(film, models)
    assert isinstance(reading, KneeReading)
    for compartment, found in widths.items():
        minimum = reading.joint_space.of(compartment).minimum
        assert not isinstance(minimum, NotMeasured)
        assert len(found) == 4
        assert np.abs(np.array(found) - minimum.percent).max() < 1.0  # 0.76 mm of a 76 mm tibia


def test_widths_do_not_depend_on_the_grader(samples: Path, models: Models) -> None:
    film = load(samples / "knee_right_normal.dcm")
    with_grade, without = (read(film, m).knees[0] for m in (models, without_grader(models)))
    assert without.grade != with_grade.grade
    for compartment in Compartment:
        assert without.joint_space.of(compartment).minimum == with_grade.joint_space.of(compartment).minimum


def test_a_film_that_is_refused_says_why(samples: Path, models: Models) -> None:
    film = load(samples / "knee_right_normal.dcm")
    black = replace(film, pixels=np.zeros_like(film.pixels))
    assert read_one(black, models) == NotMeasured("refused: no_knee")


def test_a_coarse_crop_shows_the_joint_where_it_says_at_046_mm() -> None:
    pytest.importorskip("gias3.fieldwork", reason="needs the extra 'simulate'")
    from kltool.training.simulated import coarse_crop

    spacing_mm, joint, beside = 0.115, (600.0, 520.0), (600.0, 820.0)  # 300 px are 34.5 mm, 75 px of the crop
    row, column = np.mgrid[:1200, :1000].astype(np.float32)
    spots = [np.exp(-((row - r) ** 2 + (column - c) ** 2) / 200) for r, c in (joint, beside)]
    crop, centre = coarse_crop(np.maximum(*spots).astype(np.float32), joint, spacing_mm, seed=7)
    assert crop.shape == (224, 224)
    assert set(np.unique(crop)) <= set(range(256))
    for expected in (centre, centre + np.array([0.0, 75.0])):
        at = np.indices(crop.shape)
        near = np.where(np.hypot(*(at - expected[:, None, None])) < 20, crop, 0)
        found = (at * near).sum((1, 2)) / near.sum()
        assert np.allclose(found, expected, atol=0.1)


def test_the_same_figures_draw_the_same_file(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra 'dev'")
    from evaluation.plots import bland_altman

    true = np.array([1.0, 2.0, 3.0, 4.0])
    for name in ("a.svg", "b.svg"):
        bland_altman(true + 0.1 * true**2, true, "title", tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
