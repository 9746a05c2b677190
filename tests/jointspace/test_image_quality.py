"""Known blur, noise and clipping of a phantom are measured correctly."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import ndtr

from kltool.jointspace import ErrorSettings, WidthSettings, measure_joint_space
from kltool.values.joint_space import Positioning, TracedJoint
from kltool.values.length import NotMeasured
from kltool.values.spacing import Calibration, Spacing
from tests.jointspace.simulated import NO_PLATEAU, SIGN, TIBIA_MM, Phantom, flat

Film = npt.NDArray[np.float32]
PHANTOM = Phantom()
ROWS, COLUMNS = 350, 400
FEMUR_ROW, TIBIA_ROW = 70.0 / 0.4, 75.0 / 0.4


def film(blur_px: float = 1.0, noise: float = 5.0, off_px: float = 0.0, seed: int = 0) -> Film:
    """Bone of 800 down to the femoral margin, a joint space of 400 of 5 mm, bone again."""
    row = np.mgrid[:ROWS, :COLUMNS][0].astype(float)
    space = ndtr((row - FEMUR_ROW - off_px) / blur_px) - ndtr((row - TIBIA_ROW) / blur_px)
    random = np.random.default_rng(seed)
    return np.asarray(800.0 - 400.0 * space + random.normal(0.0, noise, row.shape), np.float32)


def positioning(pixels: Film) -> Positioning:
    margins = [PHANTOM.margins(c, flat(0.0), flat(5.0)) for c in SIGN]
    traced = TracedJoint(*margins, NO_PLATEAU)
    return measure_joint_space(PHANTOM.knee(pixels), traced, WidthSettings(), ErrorSettings()).positioning


@pytest.mark.parametrize("blur_px", [0.8, 1.5, 2.5])
def test_the_width_of_the_edge_is_its_rise_from_10_to_90_per_cent(blur_px: float) -> None:
    found = positioning(film(blur_px)).edge_width_percent
    assert found == pytest.approx(100 * 2.563 * blur_px * 0.4 / TIBIA_MM, rel=0.08, abs=0.15)


def test_an_edge_wider_than_its_profile_is_measured_as_wide() -> None:
    found = positioning(film(4.0)).edge_width_percent
    assert isinstance(found, float)
    assert found > 100 * 2.563 * 4.0 * 0.4 / TIBIA_MM


def test_an_edge_beside_the_traced_margin_is_as_wide_as_it_is() -> None:
    found = positioning(film(1.5, off_px=2.0)).edge_width_percent
    assert found == pytest.approx(100 * 2.563 * 1.5 * 0.4 / TIBIA_MM, rel=0.08)


@pytest.mark.parametrize("noise", [5.0, 20.0, 50.0])
def test_contrast_over_noise_is_the_step_over_the_noise_put_in(noise: float) -> None:
    found = positioning(film(noise=noise)).contrast_to_noise
    assert found == pytest.approx(400.0 / noise, rel=0.1)


def test_a_film_without_noise_has_no_ratio() -> None:
    assert positioning(film(noise=0.0)).contrast_to_noise == NotMeasured("the film shows no noise")


def test_the_scale_of_the_film_does_not_matter() -> None:
    one, other = positioning(film()), positioning(film() * np.float32(0.01) - np.float32(3.0))
    assert other.edge_width_percent == pytest.approx(one.edge_width_percent, rel=1e-3)
    assert other.contrast_to_noise == pytest.approx(one.contrast_to_noise, rel=1e-3)
    assert other.clipped == pytest.approx(one.clipped, abs=1e-3)


def test_saturated_bone_counts_as_clipped() -> None:
    plain = np.minimum(film(noise=2.0), np.float32(780.0))
    assert positioning(film(noise=2.0)).clipped < 0.001
    assert positioning(plain).clipped == pytest.approx(0.73, abs=0.02)  # all but the space and its soft edges


def test_without_a_femoral_margin_there_is_no_edge_to_measure() -> None:
    traced = TracedJoint(NO_PLATEAU, NO_PLATEAU, NO_PLATEAU)
    at = measure_joint_space(PHANTOM.knee(film()), traced, WidthSettings(), ErrorSettings()).positioning
    absent = NotMeasured("no femoral margin was found")
    assert (at.edge_width_percent, at.contrast_to_noise) == (absent, absent)


def test_a_finer_detector_with_the_same_dose_is_not_noisier() -> None:
    """Pixels of 0.1 mm, each with four times the noise of one of 0.4 mm."""
    phantom = Phantom(spacing=Spacing(0.1, 0.1, Calibration.GEOMETRY))
    fine = cv2.resize(film(noise=0.0), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    noisy = fine + np.random.default_rng(1).normal(0.0, 80.0, fine.shape)
    margins = [phantom.margins(c, flat(0.0), flat(5.0)) for c in SIGN]
    knee = phantom.knee(np.asarray(noisy, np.float32))
    found = measure_joint_space(
        knee, TracedJoint(*margins, NO_PLATEAU), WidthSettings(), ErrorSettings()
    ).positioning
    assert found.contrast_to_noise == pytest.approx(400.0 / 20.0, rel=0.2)
    assert found.edge_width_percent == pytest.approx(positioning(film()).edge_width_percent, rel=0.2)
