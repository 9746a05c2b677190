"""The graded crops of the Osteoarthritis Initiative: FOLDER/0 to 4/IDs.png, where s is the side."""

from pathlib import Path
from typing import Final

import numpy as np

from kltool.intake import load
from kltool.typing import Float32
from kltool.values.knee import right_knee_orientation
from kltool.values.radiograph import Side

# Crops of `train` that show screws, plates, staples, a nail or a rod, found by looking; docs/choices.md#metal
WITH_METAL: Final = (
    *("9008322L", "9070442L", "9082901L", "9289216L", "9454100L", "9645958L"),
    *("9715626L", "9718881R", "9857800L", "9877295L", "9930679R"),
)


def crops(folder: Path, count: int | None = None) -> list[Path]:
    """All crops of a split in the order of their names, or so many of them spread evenly over these."""
    paths = sorted(folder.glob("[0-4]/*.png"), key=lambda path: path.name)
    if count is None:
        return paths
    chosen = np.linspace(0, len(paths) - 1, min(count, len(paths))).round().astype(int)
    return [paths[index] for index in chosen]


def load_crop(path: Path) -> Float32:
    """(224, 224), bone bright, in right-knee orientation; through the same intake as reading."""
    side = side_of(path)
    return np.ascontiguousarray(
        right_knee_orientation(load(path, side=side).pixels, mirrored=side is Side.LEFT)
    )


def side_of(path: Path) -> Side:
    """The side that the last letter of an OAI file name gives."""
    return Side.LEFT if path.stem.endswith("L") else Side.RIGHT


def participant_of(name: str) -> str:
    """Whose knee it is: its name without the side."""
    return name[:-1]


def grade_of(path: Path) -> int:
    """The Kellgren-Lawrence label, by which the crops lie in folders."""
    return int(path.parent.name)


def seed_of(path: Path) -> tuple[int, int]:
    """Of random numbers for one crop: its participant and side, so that they depend on no other crop."""
    return int(participant_of(path.stem)), int(side_of(path) is Side.LEFT)


def shows_metal(name: str) -> bool:
    """Whether a participant of `train` has real metal at a knee; such crops judge and never teach.

    name: of the crop's file, without its ending.
    """
    return participant_of(name) in {participant_of(crop) for crop in WITH_METAL}
