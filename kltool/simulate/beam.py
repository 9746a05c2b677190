"""Attenuation of the beam along every ray, and its imaging by detector and processing.

Linear attenuation: NIST XCOM / NISTIR 5632 at 50 keV, near the mean of a filtered 70 kV beam.
"""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from kltool.simulate.bones import Bone, KneeBones
from kltool.simulate.rays import Camera, path_length
from kltool.simulate.scene import Film, KneeScene
from kltool.simulate.struts import Struts
from kltool.simulate.tissue import leg_surfaces, trabeculae
from kltool.typing import Float64

MUSCLE_MM = 0.0238  # docs/choices-simulate.md#attenuation
FAT_MM = 0.0202  # docs/choices-simulate.md#attenuation
CORTEX_MM = 0.0814  # docs/choices-simulate.md#attenuation
SPONGIOSA_MM = 0.0365  # docs/choices-simulate.md#attenuation
SCLEROTIC_MM = 0.016  # docs/choices-simulate.md#sclerosis
SHAFT_SPONGIOSA = 0.15  # docs/choices-simulate.md#attenuation
TEXTURE_MM = 1.2  # docs/choices-simulate.md#trabeculae
SCAR_HEIGHTS_MM = (31.0, -24.0)  # docs/choices-simulate.md#growth-plates
SCAR_WIDTH_MM = 0.6  # docs/choices-simulate.md#growth-plates
SCAR_SHARE = 0.02  # docs/choices-simulate.md#growth-plates
QUANTA_MM2 = 7.0e5  # docs/choices-simulate.md#noise
SCATTER_WIDTH_MM = 25.0  # docs/choices-simulate.md#scatter
EQUALIZATION_WIDTH_MM = 11.0  # docs/choices-simulate.md#processing


def attenuation(
    scene: KneeScene, bones: KneeBones, camera: Camera, offset_mm: float, struts: Struts | None = None
) -> Float64:
    """(rows, columns) line integral of a left leg whose knee lies `offset_mm` right of the middle.

    struts: trabeculae that move with their bone; without them the texture is fixed to the film.
    """
    shift = np.array([offset_mm, 0.0, 0.0])
    skin, muscle, faces = leg_surfaces(scene)
    inside_skin, inside_muscle = (path_length(surface + shift, faces, camera) for surface in (skin, muscle))
    total = FAT_MM * inside_skin + (MUSCLE_MM - FAT_MM) * inside_muscle
    texture = trabeculae(camera, scene.seed, scene.coarseness)
    for part, bone in enumerate((bones.femur, bones.tibia, bones.fibula, bones.patella)):
        own_texture = (
            np.roll(texture, (97 * part, 61 * part), (0, 1))
            if struts is None
            else struts.project(part, bone.vertices, camera)
        )
        total += _bone_excess(bone, own_texture, scene, camera)
    for bone, height_mm in zip((bones.femur, bones.tibia), SCAR_HEIGHTS_MM, strict=True):
        total += (CORTEX_MM - MUSCLE_MM) * _scar_path(bone, height_mm, texture, scene, camera)
    return np.asarray(total)


def _bone_excess(bone: Bone, texture: Float64, scene: KneeScene, camera: Camera) -> Float64:
    """Line integral of one bone in excess of the muscle that it displaces: cortex, sclerosis, spongiosa."""
    whole = path_length(bone.vertices, bone.faces, camera)
    within = path_length(bone.surface_within(), bone.faces, camera)
    wall = np.maximum(whole - within, 0.0)
    struts = scene.texture * TEXTURE_MM * np.sqrt(np.maximum(within, 0.0)) * texture
    density = scene.bone_density * _spongiosa_share(camera)[:, None]
    spongiosa = (SPONGIOSA_MM - MUSCLE_MM) * density * (within + struts)
    sclerosis = SCLEROTIC_MM * _sclerotic_path(bone, within, camera)
    return np.asarray((CORTEX_MM - MUSCLE_MM) * wall + spongiosa + sclerosis)


def _scar_path(bone: Bone, height_mm: float, texture: Float64, scene: KneeScene, camera: Camera) -> Float64:
    """mm of dense bone in the closed growth plate: a faint irregular line across the bone."""
    middle_row, middle_column = camera.middle
    height = (middle_row - np.arange(camera.rows)[:, None]) * camera.pixel_mm
    across = (np.arange(camera.columns)[None, :] - middle_column) * camera.pixel_mm
    wave = np.random.default_rng((scene.seed, 5)).uniform(0.0, 2.0 * np.pi, 2)
    bend = 1.5 * np.sin(across / 9.0 + wave[0]) + 1.0 * np.sin(across / 4.5 + wave[1])
    line = height_mm + bend + np.tan(np.radians(scene.varus_deg)) * across
    share = np.exp(-0.5 * ((height - line) / SCAR_WIDTH_MM) ** 2) * (1.0 + 0.3 * texture)
    return np.asarray(SCAR_SHARE * share * path_length(bone.surface_within(), bone.faces, camera))


def _sclerotic_path(bone: Bone, within: Float64, camera: Camera) -> Float64:
    """mm of sclerotic bone on every ray, decreasing with depth: the mean over nested layers."""
    if not bone.sclerosis_mm.any():
        return np.zeros_like(within)
    layers = [path_length(bone.surface_within(share), bone.faces, camera) for share in (0.25, 0.5, 0.75, 1.0)]
    return np.asarray(np.maximum(within - sum(layers) / len(layers), 0.0))


def _spongiosa_share(camera: Camera) -> Float64:
    """(rows,) share of spongiosa: 1 at the joint, SHAFT_SPONGIOSA in the shafts."""
    distance = np.abs(np.arange(camera.rows) - camera.middle[0]) * camera.pixel_mm
    fraction = np.clip((distance - 15.0) / 85.0, 0.0, 1.0)
    return np.asarray(1.0 - (1.0 - SHAFT_SPONGIOSA) * fraction**2 * (3.0 - 2.0 * fraction))


def expose(line_integral: Float64, film: Film) -> npt.NDArray[np.uint16]:
    """The image for presentation: transmission, blur, scatter, quantum noise, logarithm, processing."""
    transmitted = np.exp(-line_integral)
    if film.blur_mm > 0:
        transmitted = gaussian_filter(transmitted, film.blur_mm / film.spacing_mm, truncate=4.0)
    arrived = _with_quanta(_with_scatter(transmitted, film), film)
    return _processed(-np.log(np.maximum(arrived, 1e-6)), film)


def _with_scatter(transmitted: Float64, film: Film) -> Float64:
    """Primary radiation with scatter, a widely blurred share of it."""
    if film.scatter == 0:
        return transmitted
    wide = _wide_blur(transmitted, SCATTER_WIDTH_MM / film.spacing_mm)
    return np.asarray((transmitted + film.scatter * wide) / (1.0 + film.scatter))


def _with_quanta(arrived: Float64, film: Film) -> Float64:
    """With quantum noise: Gaussian, with the variance of the photon counts."""
    if film.noise == 0:
        return arrived
    quanta = QUANTA_MM2 * film.spacing_mm**2
    normal = np.random.default_rng((film.seed, 4)).standard_normal(arrived.shape)
    return np.asarray(arrived + film.noise * np.sqrt(arrived / quanta) * normal)


def _processed(logarithm: Float64, film: Film) -> npt.NDArray[np.uint16]:
    """Low frequencies reduced (equalization) and the window mapped to the bits."""
    black, white = film.window
    wide = _wide_blur(logarithm, EQUALIZATION_WIDTH_MM / film.spacing_mm)
    shown = _sharpened(logarithm, film) - (1.0 - film.latitude) * (wide - (black + white) / 2)
    grey = np.clip((shown - black) / (white - black), 0.0, 1.0)
    if film.toe > 0:
        grey = grey + film.toe * (grey**2 * (3.0 - 2.0 * grey) - grey)
    return np.asarray(np.rint(grey * (2**film.bits - 1)), np.uint16)


def _sharpened(logarithm: Float64, film: Film) -> Float64:
    """Edge enhancement by an unsharp mask."""
    if film.sharpening == 0:
        return logarithm
    smooth = gaussian_filter(logarithm, film.sharpening_mm / film.spacing_mm, truncate=3.0)
    return np.asarray(logarithm + film.sharpening * (logarithm - smooth))


def _wide_blur(image: Float64, sigma_px: float) -> Float64:
    """Gaussian blur of many pixels, computed on block means and interpolated back."""
    block = max(1, int(sigma_px / 5.0))
    padded = np.pad(image, [(0, -length % block) for length in image.shape], mode="edge")
    small = padded.reshape(padded.shape[0] // block, block, -1, block).mean(axis=(1, 3))
    small = gaussian_filter(small, sigma_px / block, mode="nearest", truncate=3.0)
    for axis in (0, 1):
        small = _upsampled(small, block, image.shape[axis], axis)
    return np.asarray(small)


def _upsampled(small: Float64, block: int, length: int, axis: int) -> Float64:
    """Linear interpolation along one axis from block centres to pixel centres."""
    place = np.clip((np.arange(length) + 0.5) / block - 0.5, 0.0, small.shape[axis] - 1.0)
    below = np.minimum(place.astype(int), max(small.shape[axis] - 2, 0))
    above = np.minimum(below + 1, small.shape[axis] - 1)
    share = (place - below)[:, None] if axis == 0 else (place - below)[None, :]
    return np.asarray(small.take(below, axis) * (1.0 - share) + small.take(above, axis) * share)
