"""Pictures out of distribution, which must not be graded as if they were natural frontal knees."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from skimage import color, data

from kltool.errors import Refusal
from kltool.intake import load
from kltool.reading import read
from kltool.training.data.oai import side_of
from kltool.training.parallel import each
from kltool.typing import Float32
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.spacing import NoSpacing
from kltool.weights import Models

PHOTOGRAPHS: Final = ("astronaut", "camera", "cat", "clock", "coffee", "coins", "horse", "moon", "rocket")
TEXTURES: Final = ("brick", "cell", "grass", "gravel", "immunohistochemistry", "hubble_deep_field", "text")
GRADED: Final = "graded, quality "


def refusals(paths: Sequence[Path], models: Models) -> list[tuple[str, str]]:
    """Each picture that is to be refused, and its outcome."""
    return [(path.name, _outcome(partial(load, path, side=Side.RIGHT), models)) for path in paths]


def photographs_and_textures(models: Models) -> list[tuple[str, str]]:
    """Those that scikit-image brings along, as if they were radiographs, and the outcome of each."""

    def film(name: str) -> Radiograph:
        picture = getattr(data, name)()
        grey = color.rgb2gray(picture[..., :3]) if picture.ndim == 3 else picture
        pixels = np.asarray(grey, np.float32)
        return Radiograph(name, pixels, NoSpacing("none"), Side.RIGHT, SideSource.USER)

    names = PHOTOGRAPHS + TEXTURES
    return [(name, _outcome(partial(film, name), models)) for name in names]


def caught(outcome: str) -> bool:
    """Refused, or flagged as poor."""
    return not outcome.startswith(GRADED) or outcome == f"{GRADED}poor"


def _outcome(made: Callable[[], Radiograph], models: Models) -> str:
    try:
        reading = read(made(), models)
    except Refusal as refusal:
        return f"refused: {refusal.code}"
    if not reading.knees:
        return "refused: " + "; ".join(refused.code for refused in reading.refused)
    grades = [knee.grade for knee in reading.knees]
    absent = [grade.reason for grade in grades if isinstance(grade, NotMeasured)]
    return f"no grade: {absent[0]}" if len(absent) == len(grades) else f"{GRADED}{reading.knees[0].quality}"


def _blurred(pixels: Float32) -> Float32:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.03 * pixels.shape[1]), np.float32)


def _noisy(pixels: Float32) -> Float32:
    noise = np.random.default_rng(0).normal(0, 0.5 * pixels.std(), pixels.shape)
    return (pixels + noise).astype(np.float32)


def _through_the_joint(pixels: Float32) -> Float32:
    """The lower part, from the middle of an OAI crop's joint."""
    return np.ascontiguousarray(pixels[int(0.59 * len(pixels)) :])


def _without_the_medial_half(pixels: Float32) -> Float32:
    """Films are of right knees here."""
    return np.ascontiguousarray(pixels[:, : pixels.shape[1] // 2])


DEGRADATIONS: Final = {
    "blurred by 3% of its width": _blurred,
    "noise of half its contrast": _noisy,
    "cut through the joint": _through_the_joint,
    "without its medial half": _without_the_medial_half,
}


def degraded(paths: Sequence[Path], jobs: int) -> dict[str, list[str]]:
    """The outcome of each knee, by the way in which it was degraded."""
    found = each(_degraded, paths, "degraded knees", jobs)
    return {kind: [outcomes[kind] for outcomes in found] for kind in DEGRADATIONS}


def _degraded(models: Models, path: Path) -> dict[str, str]:
    film = load(path, side=side_of(path))
    pixels = film.pixels if film.side is Side.RIGHT else np.ascontiguousarray(film.pixels[:, ::-1])
    knee = replace(film, side=Side.RIGHT)
    return {
        kind: _outcome(partial(replace, knee, image=change(pixels)), models)
        for kind, change in DEGRADATIONS.items()
    }
