"""The truth of a simulated knee depends on its bones and the beam, not on the image."""

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("numba")
pytest.importorskip("musculoskeletal.models")
pytest.importorskip("gias3.fieldwork")

from kltool.simulate import Collimator, Film, KneeScene, KneeTruth, Marker, Osteophytes, simulate_knee
from kltool.simulate import margins as margins_module
from kltool.simulate.bones import pose_knee
from kltool.values.radiograph import Side

FILM = Film(rows=260, columns=240, spacing_mm=0.5)
SCENE = KneeScene(Side.LEFT, medial_gap_mm=4.0, lateral_gap_mm=5.0, seed=5)
POSED = [
    SCENE,
    replace(SCENE, seed=8, rotation_deg=9.0, varus_deg=4.0, medial_gap_mm=1.0, lateral_gap_mm=7.0),
    replace(SCENE, seed=9, rotation_deg=-9.0, beam_tilt_deg=-6.0, flexion_deg=32.0),
]


@cache
def truth_of(scene: KneeScene, film: Film = FILM) -> KneeTruth:
    return simulate_knee(scene, film).truth[0]


def width_at(truth: KneeTruth, x: float) -> float:
    return next(width.mm for width in truth.widths if width.x == x)


def on_axis(truth: KneeTruth, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """x of (n, 2) points."""
    start, end = np.array(truth.x_axis)
    return np.asarray((np.asarray(points) - start) @ (end - start) / ((end - start) @ (end - start)))


# --- plateau margins ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 5, 9, 14])
def test_the_plateau_margins_coincide_for_a_parallel_beam(seed: int) -> None:
    scenes = [replace(SCENE, seed=seed, beam_tilt_deg=tilt) for tilt in (-2.0, 4.0)]
    below, above = (truth_of(scene).medial.inter_margin_offset_mm for scene in scenes)
    assert below < 0.0 < above
    along = -2.0 + 6.0 * below / (below - above)
    medial = truth_of(replace(SCENE, seed=seed, beam_tilt_deg=along)).medial
    assert abs(medial.inter_margin_offset_mm) < 0.05
    assert medial.inter_margin_distance_mm < 1.5


def test_the_plateau_margins_separate_with_tilt_by_the_depth_of_the_plateau_times_its_sine() -> None:
    margin = pose_knee(SCENE).plateau.margin.on(pose_knee(SCENE).tibia.vertices)
    across = (margin[:, 0] - margin[:, 0].min()) / np.ptp(margin[:, 0])
    anterior, posterior = (
        np.interp(np.linspace(0.06, 0.24, 30), across[order], margin[order, 1])
        for order in (np.flatnonzero(half)[np.argsort(across[half])] for half in _halves(margin))
    )
    depth_mm = float((posterior - anterior).mean())
    level = truth_of(SCENE).medial.inter_margin_offset_mm
    for tilt in (-8.0, -3.0, 3.0, 8.0):
        separation = truth_of(replace(SCENE, beam_tilt_deg=tilt)).medial.inter_margin_offset_mm - level
        assert separation == pytest.approx(depth_mm * np.sin(np.radians(tilt)), rel=0.08)


def _halves(margin: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Anterior and posterior part of the closed margin: from medial to lateral anteriorly, then back."""
    turn = int(margin[:, 0].argmax())
    index = np.arange(len(margin))
    return index <= turn, (index >= turn) & (index < len(margin) - 1)


def test_a_beam_from_above_projects_the_posterior_margin_below_the_anterior_one() -> None:
    medial = truth_of(replace(SCENE, beam_tilt_deg=6.0)).medial
    margins = medial.anterior_margin, medial.posterior_margin
    anterior, posterior = (dict(zip(*margin.T[::-1], strict=True)) for margin in margins)
    shared = sorted(anterior.keys() & posterior.keys())[10:-10]
    assert all(posterior[column] > anterior[column] for column in shared)
    assert medial.inter_margin_offset_mm == pytest.approx(medial.inter_margin_distance_mm)


def test_a_hollow_lowers_the_tibial_margin_and_not_the_plateau_margins() -> None:
    flat, hollow = (truth_of(replace(SCENE, hollow_mm=(depth, 0.0))) for depth in (0.0, 2.0))
    assert hollow.medial.minimum_mm == pytest.approx(flat.medial.minimum_mm, abs=0.02)  # as given
    deeper = [_depth_below_plateau_margins_mm(truth) for truth in (flat, hollow)]
    assert 0.8 < deeper[1] - deeper[0] < 2.0


def _depth_below_plateau_margins_mm(truth: KneeTruth) -> float:
    """Mean depth of the medial margin below the mean of the two plateau margins, x = 0.15 to 0.30."""
    rows = []
    for curve in (truth.medial.tibial_margin, truth.medial.anterior_margin, truth.medial.posterior_margin):
        x = on_axis(truth, curve)
        order = np.argsort(x)
        rows.append(np.interp(np.linspace(0.15, 0.30, 20), x[order], curve[order, 0]).mean())
    return float((rows[0] - (rows[1] + rows[2]) / 2) * truth.spacing_mm)


# --- widths ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", POSED)
def test_the_minimum_exceeds_no_width_of_its_range(scene: KneeScene) -> None:
    truth = truth_of(scene)
    medial = [width.mm for width in truth.widths if width.x <= 0.3]
    lateral = [width.mm for width in truth.widths if width.x >= 0.7]
    assert len(medial) == 7
    assert truth.medial.minimum_mm <= min(medial) + 1e-9
    assert truth.lateral.minimum_mm <= min(lateral) + 1e-9


@pytest.mark.parametrize("scene", POSED)
def test_the_area_is_the_mean_width_times_the_length_of_its_range(scene: KneeScene) -> None:
    truth = truth_of(scene)
    femur_mm = float(np.hypot(*np.subtract(*truth.x_axis))) * truth.spacing_mm
    for compartment, whole in ((truth.medial, (0.150, 0.300)), (truth.lateral, (0.700, 0.900))):
        first, last = compartment.area_x
        assert (first, last) == pytest.approx(whole, abs=0.03)
        assert compartment.area_mm2 == pytest.approx(compartment.mean_mm * (last - first) * femur_mm)
    widths = np.array([(width.x, width.mm) for width in truth.widths if width.x <= 0.3])
    expected = np.trapezoid(widths[:, 1], widths[:, 0]) / 0.15
    assert truth.medial.mean_mm == pytest.approx(expected, abs=0.05)


def test_bone_on_bone_is_a_width_of_zero() -> None:
    truth = truth_of(replace(SCENE, medial_gap_mm=0.0, lateral_gap_mm=6.0))
    assert truth.medial.minimum_mm < 0.005
    assert truth.medial.area_mm2 > 0.0


# --- ends -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_the_axis_runs_from_the_medial_to_the_lateral_end_of_the_condyles(side: Side) -> None:
    truth = truth_of(replace(SCENE, side=side, varus_deg=4.0))
    assert on_axis(truth, truth.femoral_ends) == pytest.approx([0.0, 1.0], abs=1e-6)
    assert np.ptp(on_axis(truth, truth.tibial_ends)) * np.hypot(*np.subtract(*truth.x_axis)) == pytest.approx(
        truth.tibial_width_px
    )


def test_osteophytes_leave_the_ends_of_the_condyles() -> None:
    grown = replace(SCENE, osteophytes=Osteophytes(1.0, 1.0, 1.0, 1.0))
    assert truth_of(grown).femoral_ends == truth_of(SCENE).femoral_ends


# --- what the truth does not depend on --------------------------------------------------------------


@pytest.mark.parametrize("scene", POSED)
def test_the_truth_in_millimetres_does_not_depend_on_the_pixels(scene: KneeScene) -> None:
    fine, coarse = (
        truth_of(scene, Film(rows=round(110 / mm), columns=round(100 / mm), spacing_mm=mm, magnification=1.0))
        for mm in (0.1, 0.4)
    )
    assert coarse.medial.minimum_mm == pytest.approx(fine.medial.minimum_mm, abs=0.02)
    assert width_at(coarse, 0.25) == pytest.approx(width_at(fine, 0.25), abs=0.02)
    for name in ("femoral_margin", "tibial_margin"):
        x = on_axis(coarse, getattr(coarse.medial, name))
        true, coarse_curve = (_in_mm(getattr(truth.medial, name), truth) for truth in (fine, coarse))
        coarse_curve = coarse_curve[(x > 0.14) & (x < 0.36)]
        assert np.abs(np.interp(coarse_curve[:, 1], true[:, 1], true[:, 0]) - coarse_curve[:, 0]).max() < 0.02


def _in_mm(curve: npt.NDArray[np.float64], truth: KneeTruth) -> npt.NDArray[np.float64]:
    """(row, column) mm from the medial end of the axis."""
    return np.asarray((curve - np.array(truth.x_axis[0])) * truth.spacing_mm)


@pytest.mark.parametrize("scene", POSED)
def test_the_truth_is_found_finely_enough(scene: KneeScene, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = truth_of(scene)
    monkeypatch.setattr(margins_module, "FINE_MM", 0.05)
    monkeypatch.setattr(margins_module, "PROFILE_STEP_MM", 0.1)
    (finer,) = simulate_knee(scene, FILM).truth
    assert width_at(finer, 0.25) == pytest.approx(width_at(usual, 0.25), abs=0.01)
    assert finer.lateral.mean_mm == pytest.approx(usual.lateral.mean_mm, abs=0.01)
    assert finer.medial.inter_margin_offset_mm == pytest.approx(usual.medial.inter_margin_offset_mm, abs=0.01)


def test_the_truth_does_not_depend_on_exposure_processing_collimator_or_marker() -> None:
    other = replace(
        FILM,
        noise=3.0,
        scatter=0.8,
        blur_mm=0.35,
        window=(2.0, 3.0),
        latitude=1.0,
        bits=8,
        sharpening=2.0,
        toe=1.0,
        collimator=Collimator(half_mm=(40.0, 45.0), turn_deg=2.0),
        marker=Marker("L"),
    )
    assert truth_of(SCENE, other).to_json() == truth_of(SCENE).to_json()


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_a_joint_off_the_middle_of_the_film_takes_its_truth_along(side: Side) -> None:
    scene, steps = replace(SCENE, side=side), np.array([14, -9])
    film = replace(FILM, noise=0.0)
    moved_film = replace(film, joint_at_mm=tuple(steps * film.joint_spacing_mm))
    middle, moved = truth_of(scene, film), truth_of(scene, moved_film)
    assert np.allclose(moved.medial.tibial_margin - middle.medial.tibial_margin, steps)
    assert np.subtract(moved.centre, middle.centre) == pytest.approx(steps)
    assert moved.medial.minimum_mm == middle.medial.minimum_mm
