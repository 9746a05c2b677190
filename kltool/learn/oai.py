"""The graded crops of the Osteoarthritis Initiative, as canonical crops of one hand."""

from pathlib import Path

import cv2
import numpy as np

from kltool.values.image import Float32
from kltool.localize.canonical import turned


def load_crops(folder: Path) -> tuple[list[Float32], list[int]]:
    """All crops of a split and their KL grades, in the order of their names.

    folder: holds 0/ to 4/, each with ID.png, where ID ends in the side.
    """
    paths = sorted(folder.glob("[0-4]/*.png"), key=lambda path: path.name)
    return [load_crop(path) for path in paths], [int(path.parent.name) for path in paths]


def load_crop(path: Path) -> Float32:
    """(224, 224), bone bright, lateral on the left; the side is the last letter of the name."""
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert image is not None and image.ndim == 2, path
    pixels = image.astype(np.float32)
    h, w = pixels.shape
    centre = float(np.median(pixels[h // 4 : 3 * h // 4, w // 4 : 3 * w // 4]))
    m = max(2, h // 28)
    edge = float(np.median(np.r_[pixels[:, :m].ravel(), pixels[:, -m:].ravel()]))
    if centre < edge:
        pixels = pixels.min() + pixels.max() - pixels
    return turned(pixels, mirrored=path.stem.endswith("L"))
