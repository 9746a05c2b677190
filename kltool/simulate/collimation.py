"""The side marker, a calibration ball and the collimator's edges on a film.

All are added to the displayed image after processing: markers are not mirrored with the leg, metal is
brighter than the window shows, and processing ignores the unexposed border.
"""

import cv2
import numpy as np

from kltool.simulate.ball import add_ball
from kltool.simulate.scene import Collimator, Film, Marker, Pixels
from kltool.typing import Float64

FINE = 4  # supersampling of the letter, so that its edge is smooth
CANVAS = 2.4  # height of the canvas over that of the letter, with room for rotation and frame
STROKE = 0.16  # of the height of the letter; docs/choices-simulate.md#marker


def add_marker_and_collimator(pixels: Pixels, film: Film) -> Pixels:
    """The image with the film's ball, marker and collimator."""
    if film.marker is None and film.ball is None and film.collimator is None:
        return pixels
    white = 2**film.bits - 1
    grey = pixels / white
    if film.ball is not None:
        add_ball(grey, film.ball, film)
    if film.marker is not None:
        _add_marker(grey, film.marker, film)
    if film.collimator is not None:
        exposed = _exposed_share(film.collimator, film)
        grey = film.collimator.white + exposed * (grey - film.collimator.white)
    return np.asarray(np.rint(np.clip(grey, 0.0, 1.0) * white), np.uint16)


def _exposed_share(collimator: Collimator, film: Film) -> Float64:
    """(rows, columns) exposed share: 1 inside the rectangle, 0 outside, smooth across its edge."""
    mm, turn = film.joint_spacing_mm, np.radians(collimator.turn_deg)
    down = (np.arange(film.rows)[:, None] - (film.rows - 1) / 2) * mm - collimator.centre_mm[0]
    right = (np.arange(film.columns)[None, :] - (film.columns - 1) / 2) * mm - collimator.centre_mm[1]
    along_height = np.cos(turn) * down - np.sin(turn) * right
    along_width = np.sin(turn) * down + np.cos(turn) * right
    outside_mm = np.maximum(
        np.abs(along_height) - collimator.half_mm[0], np.abs(along_width) - collimator.half_mm[1]
    )
    light = np.clip(0.5 - outside_mm / collimator.penumbra_mm, 0.0, 1.0)
    return np.asarray(light**2 * (3.0 - 2.0 * light))


def _add_marker(grey: Float64, marker: Marker, film: Film) -> None:
    """Brighten the image under the letter, which is cropped at the edge of the film."""
    letter = marker.brightness * _letter_mask(marker, marker.height_mm / film.joint_spacing_mm)
    middle = [
        (length - 1) / 2 + mm / film.joint_spacing_mm
        for length, mm in zip(grey.shape, marker.at_mm, strict=True)
    ]
    starts = [round(place - size / 2) for place, size in zip(middle, letter.shape, strict=True)]
    on_film, on_letter = zip(
        *(
            _overlap(start, size, length)
            for start, size, length in zip(starts, letter.shape, grey.shape, strict=True)
        ),
        strict=True,
    )
    share = letter[on_letter]
    grey[on_film] += share * (1.0 - grey[on_film])


def _overlap(start: int, size: int, length: int) -> tuple[slice, slice]:
    """The overlap of an interval of `size` at `start` with a film of `length`, as slices of both."""
    first, last = max(start, 0), max(min(start + size, length), max(start, 0))
    return slice(first, last), slice(first - start, last - start)


def _letter_mask(marker: Marker, height_px: float) -> Float64:
    """(n, n) 0 to 1, the letter in the middle of a square."""
    side = round(height_px * CANVAS)
    canvas = np.zeros((side * FINE, side * FINE), np.uint8)
    height, stroke = round(height_px * FINE), max(1, round(height_px * FINE * STROKE))
    scale = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_DUPLEX, height, stroke)
    (wide, high), _ = cv2.getTextSize(marker.letter, cv2.FONT_HERSHEY_DUPLEX, scale, stroke)
    middle = side * FINE // 2
    cv2.putText(
        canvas,
        marker.letter,
        (middle - wide // 2, middle + high // 2),
        cv2.FONT_HERSHEY_DUPLEX,
        scale,
        255,
        stroke,
    )
    if marker.framed:
        cv2.circle(canvas, (middle, middle), round(height * 1.0), 255, max(1, stroke // 2))
    if marker.mirrored:
        canvas = np.ascontiguousarray(canvas[:, ::-1])
    turn = cv2.getRotationMatrix2D((middle, middle), -marker.turn_deg, 1.0)
    turned = cv2.warpAffine(canvas, turn, canvas.shape[::-1])
    return np.asarray(cv2.resize(turned, (side, side), interpolation=cv2.INTER_AREA) / 255.0)
