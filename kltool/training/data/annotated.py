"""Knees with points that annotators placed on the margins: the KNEEL annotations on the OAI crops."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kltool.geometry.points import mirror
from kltool.localize.landmarks import placement_of
from kltool.training.data.oai import load_crop
from kltool.typing import Float32, Points
from kltool.values.knee import Placement
from kltool.values.measure import Compartment
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.spacing import Calibration, Spacing

RELIABLE_FIT = 2.5  # shared/data/README.md: registration of the points on the crop is good from here


@dataclass(frozen=True, slots=True)
class AnnotatedKnee:
    """A crop in right-knee orientation and its points.

    grade: its Kellgren-Lawrence label. crop: (224, 224), bone bright, lateral on the left. tibia (9, 2) and
    femur (7, 2): (row, column) pixels, lateral to medial. Widths in mm, that of the tibia too, are the
    annotators', in the detector plane.
    """

    name: str
    grade: int
    crop: Float32
    tibia: Points
    femur: Points
    medial_mm: float
    lateral_mm: float
    tibia_mm: float
    mm_per_px: float
    fit: float

    @property
    def film(self) -> Radiograph:
        """The crop as a film of a right knee with its fitted spacing."""
        spacing = Spacing(self.mm_per_px, self.mm_per_px, Calibration.USER)
        return Radiograph(self.name, self.crop, spacing, Side.RIGHT, SideSource.USER)

    def width_mm(self, compartment: Compartment) -> float:
        """The annotators' minimum joint space."""
        return self.medial_mm if compartment is Compartment.MEDIAL else self.lateral_mm

    @property
    def placement(self) -> Placement:
        """Where the joint lies, from the points."""
        return placement_of(self.tibia, self.femur, mirrored=False)


def load_annotated(data: Path, split: str) -> list[AnnotatedKnee]:
    """The annotated knees of a split. data: the folder that holds landmarks/ and oai_kl/."""
    with (data / "landmarks" / "landmarks.csv").open(encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table) if row["split"] == split]
    return [_knee(row, data) for row in rows]


def without_masks(knees: list[AnnotatedKnee], data: Path) -> list[AnnotatedKnee]:
    """The knees whose joint space nobody segmented: the masks stay for scoring."""
    segmented = {path.stem for path in (data / "joint_space_masks").glob("*.png")}
    return [knee for knee in knees if knee.name not in segmented]


def _knee(row: dict[str, str], data: Path) -> AnnotatedKnee:
    path = data / "oai_kl" / row["split"] / row["kl"] / f"{row['id']}.png"
    crop = load_crop(path)
    tibia, femur = _points(row["tibia_px"]), _points(row["femur_px"])
    if row["id"].endswith("L"):
        tibia, femur = mirror(tibia, crop.shape[1]), mirror(femur, crop.shape[1])
    return AnnotatedKnee(
        row["id"],
        int(row["kl"]),
        crop,
        tibia,
        femur,
        float(row["medial_mjsw_mm"]),
        float(row["lateral_mjsw_mm"]),
        float(row["tibia_width_mm"]),
        float(row["mm_per_px"]),
        float(row["fit_score"]),
    )


def _points(text: str) -> Points:
    """ "x,y x,y ..." to (n, 2) (row, column)."""
    return np.array([[float(value) for value in pair.split(",")][::-1] for pair in text.split()])
