"""Simulated patches of joints in the style of real ones: spectrum, grain, tones and local contrast.

A style is what does not say where the margins lie. The spectrum of a patch is moved towards that of a real
joint in every direction alike, ring by ring of the Fourier plane, so that no edge of the real joint comes
with it; grain is noise with the spectrum of real trabeculae and of real noise, and random phases. Amplitude
mixing: Xu et al., A Fourier-based framework for domain generalization, CVPR 2021; here without directions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from kltool.geometry.joint_frame import COLUMNS, ROWS
from kltool.jointspace.joint_patch import sample_patch
from kltool.localize.normalise import standardize
from kltool.training.data.joints import Joint
from kltool.training.sampling import Random
from kltool.typing import Float32, Float64

RINGS: Final = 48
LEVELS: Final = 33  # of the histogram
BONE_ROWS: Final = 64  # from the top of the patch: femur, above the joint
GAINS: Final = (0.25, 4.0)  # of an amplitude, at most
MOST: Final = (1.0, 1.0, 0.5)  # of the share of spectrum, grain and tones
GRAIN_FROM: Final = 0.08  # cycles a patch pixel: finer than bones' outlines


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """Of one real joint. amplitudes: (RINGS,) means of the Fourier plane's rings. tones: (LEVELS,) quantiles.

    grain: (ROWS, COLUMNS) amplitudes of the Fourier plane of bone, finer than outlines, for unit variance.
    grain_sd: of the grain, in standard deviations of the patch.
    """

    amplitudes: Float64
    tones: Float64
    grain: Float64
    grain_sd: float


def style_of(joint: Joint) -> Style:
    patch = sample_patch(joint.film.astype(np.float32), joint.frame)
    return Style(
        _rings(np.abs(np.fft.fft2(patch))),
        np.quantile(patch, np.linspace(0, 1, LEVELS)),
        *_grain(patch),
    )


def styles_of(joints: Sequence[Joint]) -> list[Style]:
    return [style_of(joint) for joint in joints]


def styled(patch: Float32, style: Style, random: Random) -> Float32:
    """The patch, standardized, moved towards a style by a random share of each part."""
    spectrum, grain, tones = random.uniform(0.0, MOST)
    picture = _with_spectrum(patch, style, spectrum)
    picture = picture + grain * style.grain_sd * _noise(style.grain, random)
    picture = _with_tones(picture, style, tones)
    return standardize(np.asarray(picture, np.float32))


def _with_spectrum(patch: Float32, style: Style, share: float) -> Float64:
    plane = np.fft.fft2(patch)
    gains = (style.amplitudes / np.maximum(_rings(np.abs(plane)), 1e-6)) ** share
    gain = np.interp(_FREQUENCY, _RING_CENTRES, np.clip(gains, *GAINS))
    gain[0, 0] = 1.0
    return np.asarray(np.fft.ifft2(plane * gain).real)


def _with_tones(picture: Float64, style: Style, share: float) -> Float64:
    places = np.linspace(0, 1, LEVELS)
    own = np.quantile(picture, places)
    own = own + np.arange(LEVELS) * 1e-6  # rising where many pixels are of one tone
    return np.asarray(np.interp(picture, own, own + share * (style.tones - own)))


def _grain(patch: Float32) -> tuple[Float64, float]:
    bone = patch[:BONE_ROWS]
    smooth = cv2.GaussianBlur(bone, (0, 0), 1 / (2 * np.pi * GRAIN_FROM))
    fine = (bone - smooth) * np.outer(np.hanning(BONE_ROWS), np.hanning(COLUMNS))
    amplitude = np.abs(np.fft.fft2(fine, (ROWS, COLUMNS)))
    sd = float((bone - smooth).std())
    noise_sd = float(np.sqrt((amplitude**2).sum()) / amplitude.size)
    return amplitude / max(noise_sd, 1e-9), sd


def _noise(amplitude: Float64, random: Random) -> Float64:
    """Of these amplitudes and of random phases."""
    phases = np.fft.fft2(random.normal(0.0, 1.0, amplitude.shape))
    return np.asarray(np.fft.ifft2(amplitude * phases / np.maximum(np.abs(phases), 1e-9)).real)


def _rings(amplitudes: Float64) -> Float64:
    sums = np.bincount(_RING.ravel(), amplitudes.ravel(), RINGS)
    return np.asarray(sums / np.bincount(_RING.ravel(), minlength=RINGS))


_FREQUENCY: Final[Float64] = np.hypot(np.fft.fftfreq(ROWS)[:, None], np.fft.fftfreq(COLUMNS)[None])
_EDGES: Final[Float64] = np.linspace(0, float(_FREQUENCY.max()) + 1e-9, RINGS + 1)
_RING: Final = np.clip(np.digitize(_FREQUENCY, _EDGES) - 1, 0, RINGS - 1)
_RING_CENTRES: Final[Float64] = (_EDGES[1:] + _EDGES[:-1]) / 2
