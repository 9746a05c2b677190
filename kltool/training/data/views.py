"""Variants of the grader's view: as other hospitals, consoles and framings would show the knee."""

from dataclasses import replace

import cv2
import numpy as np

from kltool.geometry.window import CropWindow
from kltool.grading.view import VIEW, grader_view
from kltool.training.data.augment import processed
from kltool.training.data.graded import GradedKnee
from kltool.training.sampling import Random
from kltool.typing import Float32
from kltool.values.knee import Placement


def scaled(share: float) -> CropWindow:
    """The grader's window at another resolution."""
    row, column = ((place + 0.5) * share - 0.5 for place in VIEW.joint)
    return CropWindow(
        round(VIEW.rows * share), round(VIEW.columns * share), VIEW.tibia * share, (row, column)
    )


def plain(knee: GradedKnee, window: CropWindow = VIEW) -> Float32:
    """The view without augmentation, as in reading."""
    return grader_view(knee.film.astype(np.float32), knee.placement, window)


def variant(knee: GradedKnee, window: CropWindow, random: Random) -> tuple[Float32, Float32]:
    """One random variant, standardized, and the knee's widths; in half of them both are mirrored."""
    film = downsampled(toned(knee.film.astype(np.float32), random), random)
    film = collimated(processed(film, random), knee.placement, random)
    picture = grader_view(film, _reframed(knee.placement, random), window)
    if random.random() < 0.2:
        picture = _covered(picture, random)
    if random.random() < 0.5:
        return np.ascontiguousarray(picture[:, ::-1]), np.roll(knee.widths, 2)
    return picture, knee.widths


def toned(film: Float32, random: Random) -> Float32:
    """Another characteristic curve, and now and then contrast evened out over the picture."""
    unit: Float32 = film / np.float32(255)
    if random.random() < 0.5:
        knots = np.sort(np.concatenate([[0.0], random.uniform(0.0, 1.0, 3), [1.0]]))
        curve = 0.5 * np.linspace(0, 1, 5) + 0.5 * knots
        unit = np.interp(unit, np.linspace(0, 1, 5), curve).astype(np.float32)
    if random.random() < 0.2:
        wide = cv2.GaussianBlur(unit, (0, 0), float(random.uniform(12.0, 40.0)))
        unit = np.asarray(unit - np.float32(random.uniform(0.3, 0.9)) * wide, np.float32)
    return unit


def downsampled(film: Float32, random: Random) -> Float32:
    """Seen through fewer pixels, in a third."""
    if random.random() > 0.33:
        return film
    rows, columns = film.shape
    share = 1 / float(np.exp(random.uniform(0.0, np.log(2.0))))
    small = cv2.resize(film, (round(columns * share), round(rows * share)), interpolation=cv2.INTER_AREA)
    kind = (cv2.INTER_LINEAR, cv2.INTER_CUBIC)[random.integers(2)]
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=kind), np.float32)


def collimated(film: Float32, at: Placement, random: Random) -> Float32:
    """The film cut off close to the joint, in a third: its edge repeated, black, or white."""
    if random.random() > 0.33:
        return film
    row, column = at.centre
    reach = at.tibial_width_px * random.uniform([0.2, 0.2, 0.5, 0.5], [0.5, 0.5, 0.8, 0.8])
    rows, columns = film.shape
    top, left = int(max(row - reach[0], 0)), int(max(column - reach[2], 0))
    bottom, right = int(min(row + reach[1], rows)), int(min(column + reach[3], columns))
    sides = (top, rows - bottom, left, columns - right)
    part = film[top:bottom, left:right]
    kind = random.random()
    if kind < 0.5:
        return np.asarray(cv2.copyMakeBorder(part, *sides, cv2.BORDER_REPLICATE), np.float32)
    value = float(film.min() if kind < 0.8 else film.max())
    return np.asarray(cv2.copyMakeBorder(part, *sides, cv2.BORDER_CONSTANT, value=value), np.float32)


def _reframed(at: Placement, random: Random) -> Placement:
    """Farther off than reading places the knee, so that the grade does not depend on it."""
    row, column = at.centre + random.normal(0.0, 0.025, 2) * at.tibial_width_px
    return replace(
        at,
        centre=(float(row), float(column)),
        tibial_width_px=at.tibial_width_px * float(np.exp(random.normal(0.0, 0.06))),
        tilt_rad=at.tilt_rad + float(random.normal(0.0, np.deg2rad(4.0))),
    )


def _covered(picture: Float32, random: Random) -> Float32:
    """A small part hidden, as by a marker."""
    rows, columns = picture.shape
    height, width = (int(side * random.uniform(0.08, 0.25)) for side in (rows, columns))
    top, left = int(random.integers(rows - height)), int(random.integers(columns - width))
    covered = picture.copy()
    covered[top : top + height, left : left + width] = random.uniform(-2.0, 2.0)
    return covered
