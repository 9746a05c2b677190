"""From tables to a site's calibration: what it is worth, and what is told of tables that limit it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kltool.agreement import Resampling, ratings_of
from kltool.agreement.ratings import Source
from kltool.errors import UsageError
from kltool.report.html.site import site_page
from kltool.report.site_text import gain_sentence, main_sentence, promise_sentence
from kltool.sites import (
    CalibrationOptions,
    Grader,
    SiteCalibration,
    calibrated_site,
    require_one_grade_each,
    require_read_by,
)
from kltool.sites import calibrate as calibrate_module
from kltool.sites.curve import CurvePoint
from kltool.tables.read import read_table
from kltool.values.length import NotMeasured
from kltool.weights import entry_of
from tests.agreement.simulated import write_csv
from tests.messages import holds
from tests.sites.simulated import CUT_POINTS, STRICT, graded, machine, site, site_table

NOW = "2026-01-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def grader() -> Grader:
    return Grader(entry_of("grader"), np.array([0.31, 0.12, 0.17, 0.17, 0.37]))


@pytest.fixture(autouse=True)
def short_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [CurvePoint(20, 0.7, 0.6, 0.8), CurvePoint(54, 0.8, 0.7, 0.9)]
    monkeypatch.setattr(calibrate_module, "learning_curve", lambda films: iter(points))


def calibrated(tables: Sequence[Path], grader: Grader, reader: str = "mean") -> SiteCalibration:
    options = CalibrationOptions(NOW, reader, Resampling(100))
    return calibrated_site(ratings_of(tables), grader, options)


def test_a_strict_reader_is_agreed_with_better_and_the_page_says_so(tmp_path: Path, grader: Grader) -> None:
    films = site(80, (1.3, 2.3, 3.3, 4.3), knees_of_one=2)
    found = calibrated([site_table(tmp_path / "site.csv", films)], grader)
    before, after = (one.estimate("kappa_quadratic").value for one in (found.before, found.after))
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after > before
    assert (found.file.settings.films, found.file.participants) == (80, 40)
    assert found.file.by_grade == tuple(np.bincount(films.grades, minlength=5))
    assert holds(main_sentence(found), "With 80 films: kappa 0.", "before 0.")
    page = site_page(found, "ff" * 32)
    assert holds(page, main_sentence(found), "not a medical device", "ff" * 32, "80 films")
    assert page.count("<img") == page.count('src="data:image/svg+xml') == 5


def test_sets_are_stated_with_intervals_and_what_is_promised_with_its_spread(
    tmp_path: Path, grader: Grader
) -> None:
    found = calibrated([site_table(tmp_path / "site.csv", site(60, STRICT))], grader)
    covered = found.after.sets_covered
    assert covered.value == found.after.sets[-1].covered
    assert not isinstance(covered.interval, NotMeasured)
    assert covered.interval[0] < covered.value < covered.interval[1]
    assert holds(
        promise_sentence(found), "nine in ten sets", "60 participants", "within 7 (5) percentage points"
    )
    assert "by given" not in site_page(found, "")


def test_the_same_tables_at_the_same_time_give_the_same_bytes(tmp_path: Path, grader: Grader) -> None:
    table = site_table(tmp_path / "site.csv", site(40, STRICT))
    one, two = (calibrated([table], grader) for _ in range(2))
    assert one.file.text() == two.file.text()
    assert site_page(one, "") == site_page(two, "")


@pytest.mark.parametrize("subjects", [True, False])
def test_the_order_of_the_rows_changes_nothing(subjects: bool, tmp_path: Path, grader: Grader) -> None:
    films = site(50, STRICT, knees_of_one=2 if subjects else 1)
    table = site_table(tmp_path / "site.csv", films, subjects=subjects)
    one = calibrated([table], grader)
    heading, *rows = table.read_text().splitlines()
    shuffled = np.random.default_rng(2).permutation(rows).tolist()
    table.write_text("\n".join([heading, *shuffled]))
    other = calibrated([table], grader)
    assert one.file.settings == other.file.settings
    assert main_sentence(one) == main_sentence(other)
    assert one.gain == other.gain


def test_knees_of_few_persons_are_refused(tmp_path: Path, grader: Grader) -> None:
    for knees_of_one, persons in ((60, 1), (4, 15)):
        with pytest.raises(UsageError) as refused:
            calibrated([site_table(tmp_path / "site.csv", site(60, knees_of_one=knees_of_one))], grader)
        assert holds(str(refused.value), f"60 films of {persons} participants", "at least 20 participants")


def test_a_gain_is_told_with_its_interval_and_none_is_warned_of(tmp_path: Path, grader: Grader) -> None:
    def found(count: int, cut_points: tuple[float, ...]) -> SiteCalibration:
        return calibrated([site_table(tmp_path / "site.csv", site(count, cut_points))], grader)

    strict, usual = found(250, (1.3, 2.3, 3.3, 4.3)), found(40, CUT_POINTS)
    assert not isinstance(strict.gain.interval, NotMeasured)
    assert strict.gain.interval[0] > 0
    before, after = (one.estimate("kappa_quadratic").value for one in (strict.before, strict.after))
    assert isinstance(before, float)
    assert strict.gain.value == pytest.approx(after - before)
    assert holds(gain_sentence(strict), "Kappa changes by +0.", "95% CI +0.")
    told = ("kappa does not rise", "the rise of kappa may be by chance")
    assert not any(warning.startswith(told) for warning in strict.warnings)
    assert any(warning.startswith(told) for warning in usual.warnings)


def test_a_knee_with_two_rows_and_a_column_reader_are_refused(tmp_path: Path) -> None:
    def told(heading: str, cells: list[tuple[str, str]]) -> str:
        file = site_table(tmp_path / "site.csv", site(4))
        first, *rows = file.read_text().splitlines()
        lines = [f"{first},input_sha256,{heading}"]
        lines += [f"{row},{','.join(cell)}" for row, cell in zip(rows, cells, strict=True)]
        file.write_text("\n".join(lines))
        with pytest.raises(UsageError) as refused:
            require_one_grade_each([read_table(file)])
        return str(refused.value)

    films = [("aa", "tag"), ("bb", "tag"), ("aa", "tag"), ("cc", "tag")]
    assert holds(told("side_source", films), "site.csv, line 4", "same knee", "site.csv, line 2")
    both = [("aa", "tag"), ("aa", "tag"), ("bb", "tag"), ("cc", "tag")]
    assert holds(told("side_source", both), "site.csv, line 3", "both knees", "side")
    assert holds(told("reader", both), "a column reader")


def test_both_knees_of_a_film_by_their_sides_are_two_grades(tmp_path: Path) -> None:
    file = site_table(tmp_path / "site.csv", site(4))
    first, *rows = file.read_text().splitlines()
    shas = ("aa", "aa", "bb", "bb")
    lines = [
        f"{first},input_sha256,side_source",
        *(f"{row},{sha},user" for row, sha in zip(rows, shas, strict=True)),
    ]
    file.write_text("\n".join(lines))
    require_one_grade_each([read_table(file)])


def test_tables_of_one_name_are_both_recorded() -> None:
    sources = [Source("a.csv", "11", 1), Source("b.csv", "22", 1), Source("a.csv", "33", 1)]
    assert calibrate_module._hashes(sources) == {"a.csv": "11", "b.csv": "22", "a.csv (2)": "33"}


def test_two_readers_are_compared_and_their_mean_counts(tmp_path: Path, grader: Grader) -> None:
    severity, probabilities = machine(60, np.random.default_rng(3))
    films = replace(site(60), probabilities=probabilities, grades=graded(severity, CUT_POINTS))
    machine_table = site_table(tmp_path / "kltool.csv", films)
    text = machine_table.read_text().replace("given_kl", "other")
    machine_table.write_text(text)
    random = np.random.default_rng(4)
    readers = [graded(severity, CUT_POINTS), random.permutation(films.grades)]
    rows = [
        [f"S{knee}", "right" if knee % 2 else "left", name, grades[knee]]
        for name, grades in zip("AB", readers, strict=True)
        for knee in range(60)
    ]
    table = write_csv(tmp_path / "readers.csv", ["subject", "side", "reader", "kl"], rows)
    one = calibrated([machine_table, table], grader, "A")
    assert one.file.readers == ("A",)
    (pair,) = one.graded.pairs
    assert (pair.first, pair.second) == ("A", "B")
    assert any(holds(warning, "A and B", "below 0.6", "--reader") for warning in one.warnings)
    both = calibrated([machine_table, table], grader)
    assert both.file.readers == ("A", "B")
    order = np.argsort([f"S{knee}" for knee in range(60)])  # knees are matched in the order of their keys
    means = np.rint((readers[0] + readers[1]) / 2).astype(int)
    assert sorted(both.graded.films.grades.tolist()) == sorted(means[order].tolist())
    with pytest.raises(UsageError) as refused:
        calibrated([machine_table, table], grader, "C")
    assert holds(str(refused.value), "--reader 'C'", "A, B")


def test_grades_of_other_films_are_refused(tmp_path: Path, grader: Grader) -> None:
    films = site(60)
    random = np.random.default_rng(11)
    shuffled = replace(films, grades=random.permutation(films.grades))
    with pytest.raises(UsageError) as refused:
        calibrated([site_table(tmp_path / "site.csv", shuffled)], grader)
    assert holds(str(refused.value), "no better than chance", "do not belong together")


@pytest.mark.parametrize(
    ("count", "grade", "facts"), [(19, None, ("19 found", "20")), (30, 2, ("30 films", "KL 2"))]
)
def test_too_few_films_and_films_of_one_grade_are_refused(
    count: int, grade: int | None, facts: tuple[str, ...], tmp_path: Path, grader: Grader
) -> None:
    films = site(count)
    if grade is not None:
        films = replace(films, grades=np.full(count, grade))
    with pytest.raises(UsageError) as refused:
        calibrated([site_table(tmp_path / "site.csv", films)], grader)
    assert holds(str(refused.value), *facts)


def test_few_films_of_a_grade_are_told(tmp_path: Path, grader: Grader) -> None:
    films = site(80)
    films = films.take(films.grades < 4)
    found = calibrated([site_table(tmp_path / "site.csv", films)], grader)
    assert any(holds(warning, "fewer than 5", "KL 4: 0") for warning in found.warnings)


def test_films_without_participants_are_said_to_be_films(tmp_path: Path, grader: Grader) -> None:
    table = site_table(tmp_path / "site.csv", site(40), subjects=False)
    page = site_page(calibrated([table], grader), "")
    assert holds(page, "Cross-fitted over films", "40 of 40 have no participant")


def test_readings_of_another_grader_or_of_a_site_are_refused(tmp_path: Path, grader: Grader) -> None:
    own = f"kltool-0.2.0 finder-1:00000000 grader-1:{grader.entry.sha256[:8]}"
    told = list(require_read_by([read_table(site_table(tmp_path / "own.csv", site(3), own))], grader))
    assert told == []
    for name, model, fact in (
        ("other", "kltool-0.1.0 grader-0:00000000", "grader-0 00000000"),
        ("site", f"{own} site:11111111", "site 11111111"),
    ):
        table = read_table(site_table(tmp_path / f"{name}.csv", site(3), model))
        with pytest.raises(UsageError) as refused:
            list(require_read_by([table], grader))
        assert holds(str(refused.value), f"{name}.csv, line 2", fact)
    (remark,) = require_read_by([read_table(site_table(tmp_path / "none.csv", site(3)))], grader)
    assert holds(remark, "none.csv", "model")
