"""A simulated knee shows its scene, and its truth states it."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("musculoskeletal.models")
pytest.importorskip("gias3.fieldwork")

from kltool.errors import UsageError
from kltool.simulate import Film, KneeScene, Osteophytes, Sclerosis, simulate_bilateral, simulate_knee
from kltool.values.radiograph import Side

FILM = Film(rows=400, columns=380, spacing_mm=0.3)
SCENE = KneeScene(Side.LEFT, medial_gap_mm=4.0, lateral_gap_mm=5.0, seed=5)
simulated = cache(simulate_knee)  # for tests that share a film


@pytest.mark.parametrize(
    ("medial", "lateral", "seed", "rotation", "varus"),
    [(4.5, 5.5, 1, 0.0, 0.0), (1.2, 7.0, 2, 5.0, 3.0), (0.0, 6.0, 3, -5.0, 4.0), (5.0, 0.8, 4, 3.0, -4.0)],
)
def test_the_joint_spaces_have_the_widths_of_the_scene(
    medial: float, lateral: float, seed: int, rotation: float, varus: float
) -> None:
    scene = KneeScene(
        medial_gap_mm=medial, lateral_gap_mm=lateral, seed=seed, rotation_deg=rotation, varus_deg=varus
    )
    truth = simulated(scene, FILM).truth[0]
    assert truth.medial.minimum_mm == pytest.approx(medial, abs=0.02)
    assert truth.lateral.minimum_mm == pytest.approx(lateral, abs=0.02)


def test_a_wider_gap_is_wider_by_as_much_everywhere_in_the_truth() -> None:
    narrow = simulated(SCENE, FILM).truth[0]
    wide = simulated(replace(SCENE, medial_gap_mm=5.5, lateral_gap_mm=6.5), FILM).truth[0]
    assert wide.medial.minimum_mm - narrow.medial.minimum_mm == pytest.approx(1.5, abs=0.03)
    before = {width.x: width.mm for width in narrow.widths}
    widened = [width.mm - before[width.x] for width in wide.widths if width.x in before]
    assert len(widened) >= 10
    assert np.allclose(widened, 1.5, atol=0.25)


def test_the_other_side_is_the_mirror_image() -> None:
    left, right = simulated(SCENE, FILM), simulated(replace(SCENE, side=Side.RIGHT), FILM)
    assert np.array_equal(right.pixels, left.pixels[:, ::-1])
    turned = FILM.columns - 1 - right.truth[0].medial.tibial_margin[:, 1]
    assert np.array_equal(turned, left.truth[0].medial.tibial_margin[:, 1])
    assert right.truth[0].medial.minimum_mm == left.truth[0].medial.minimum_mm


def test_the_medial_side_of_a_right_knee_lies_on_the_right_of_the_picture() -> None:
    truth = simulated(replace(SCENE, side=Side.RIGHT), FILM).truth[0]
    assert truth.medial.femoral_margin[:, 1].mean() > truth.lateral.femoral_margin[:, 1].mean()
    assert truth.x_axis[0][1] > truth.x_axis[1][1]


def test_the_same_seed_gives_the_same_bits_and_another_one_another_knee() -> None:
    first, again = simulated(SCENE, FILM), simulate_knee(SCENE, FILM)
    other = simulated(replace(SCENE, seed=6), FILM)
    assert np.array_equal(first.pixels, again.pixels)
    assert first.truth[0].to_json() == again.truth[0].to_json()
    assert not np.array_equal(first.pixels, other.pixels)


def test_another_exposure_differs_in_the_noise_only() -> None:
    first, second = simulated(SCENE, FILM), simulated(SCENE, replace(FILM, seed=1))
    difference = second.pixels.astype(float) - first.pixels
    assert difference.std() > 1.0
    assert abs(difference.mean()) < 0.5
    assert first.truth[0].to_json() == second.truth[0].to_json()


def test_magnification_scales_pixels_not_millimetres() -> None:
    near = simulated(SCENE, FILM).truth[0]
    far = simulated(SCENE, replace(FILM, magnification=FILM.magnification * 1.1)).truth[0]
    assert far.tibial_width_px / near.tibial_width_px == pytest.approx(1.1, rel=0.01)
    assert far.medial.minimum_mm == pytest.approx(near.medial.minimum_mm, abs=0.03)
    above, below = (np.array(far.medial.narrowest[k]) for k in (0, 1))
    assert np.hypot(*(above - below)) * far.spacing_mm == pytest.approx(far.medial.minimum_mm, abs=1e-6)
    assert far.spacing_mm == pytest.approx(FILM.spacing_mm / (FILM.magnification * 1.1))


def test_the_joint_space_is_darker_than_the_bone_on_either_side_of_its_margins() -> None:
    shown = simulated(SCENE, replace(FILM, noise=0.0))
    medial = shown.truth[0].medial
    for margin, into_bone in ((medial.femoral_margin, -1), (medial.tibial_margin, 1)):
        rows, columns = np.rint(margin[10:-10]).astype(int).T
        bone = shown.pixels[rows + 5 * into_bone, columns].astype(float)
        space = shown.pixels[rows - 5 * into_bone, columns].astype(float)
        assert (bone > space).mean() > 0.95


def test_the_tibial_margin_is_where_the_picture_brightens() -> None:
    film = replace(FILM, noise=0.0, spacing_mm=0.2, rows=600, columns=560)
    shown = simulated(replace(SCENE, medial_gap_mm=5.0), film)
    margin = shown.truth[0].medial.tibial_margin[20:-20]
    window = np.arange(-8, 9)
    rows, columns = np.rint(margin).astype(int).T
    profiles = shown.pixels[rows[:, None] + window, columns[:, None]].astype(float)
    edge = np.diff(profiles, axis=1).argmax(axis=1) + window[0] + 0.5 + rows - margin[:, 0]
    assert abs(np.median(edge)) * film.joint_spacing_mm < 0.3


def test_sclerosis_brightens_the_bone_under_the_medial_plateau() -> None:
    quiet = replace(FILM, noise=0.0)
    healthy = simulated(SCENE, quiet)
    sclerotic = simulated(replace(SCENE, sclerosis=Sclerosis(medial=1.0)), quiet)
    rows, columns = np.rint(healthy.truth[0].medial.tibial_margin).astype(int).T
    brighter = sclerotic.pixels[rows + 8, columns].astype(float) - healthy.pixels[rows + 8, columns]
    assert np.median(brighter) > 20.0


def test_osteophytes_widen_the_bone_and_leave_the_axis() -> None:
    plain = simulated(SCENE, FILM).truth[0]
    grown = simulated(replace(SCENE, osteophytes=Osteophytes(1.0, 1.0, 1.0, 1.0)), FILM).truth[0]
    assert (grown.tibial_width_px - plain.tibial_width_px) * FILM.joint_spacing_mm > 5.0
    assert grown.x_axis == plain.x_axis


def test_both_knees_lie_on_one_film_as_displayed() -> None:
    film = Film(rows=300, columns=640, spacing_mm=0.6)
    right = KneeScene(Side.RIGHT, medial_gap_mm=2.0, lateral_gap_mm=6.0, seed=1)
    left = KneeScene(Side.LEFT, medial_gap_mm=4.0, lateral_gap_mm=5.0, seed=1)
    shown = simulate_bilateral(right, left, film)
    first, second = shown.truth
    assert (first.side, second.side) == (Side.RIGHT, Side.LEFT)
    assert first.centre[1] < film.columns / 2 < second.centre[1]
    assert first.medial.minimum_mm == pytest.approx(2.0, abs=0.02)
    assert second.medial.minimum_mm == pytest.approx(4.0, abs=0.02)
    assert (second.centre[1] - first.centre[1]) * film.joint_spacing_mm == pytest.approx(190.0, abs=15.0)


def test_sides_out_of_order_are_refused() -> None:
    with pytest.raises(UsageError, match="right and then left"):
        simulate_bilateral(KneeScene(Side.LEFT), KneeScene(Side.RIGHT))


@pytest.mark.parametrize("wrong", [{"medial_gap_mm": -1.0}, {"flexion_deg": float("nan")}, {"shape": (9.0,)}])
def test_an_impossible_scene_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        KneeScene(**wrong)  # type: ignore[arg-type]


def test_impossible_osteophytes_and_films_are_refused() -> None:
    with pytest.raises(UsageError, match="medial_tibial"):
        Osteophytes(medial_tibial=1.5)
    with pytest.raises(UsageError, match="magnification"):
        Film(magnification=0.5)


def test_the_truth_is_plain_json() -> None:
    truth = simulated(SCENE, FILM).truth[0].to_json()
    assert json.loads(json.dumps(truth)) == truth
    assert truth["side"] == "left"
    assert truth["scene"]["medial_gap_mm"] == 4.0
