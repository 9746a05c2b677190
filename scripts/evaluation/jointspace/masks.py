"""Traced margins against joint spaces that were segmented manually on `train` crops.

A mask covers the whole space in one piece: both compartments and, over the spines, the notch. Its upper
boundary is the femur's lower edge; its lower boundary runs along the plateau, where its two margins differ
mostly along the lower one. What is compared is each compartment where a minimum is searched, column by
column.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from evaluation.criteria import Criterion, Result
from evaluation.markdown import MarkdownTable, Section, counted
from evaluation.reading import read_one, without_grader
from evaluation.statistics import error_score
from kltool.geometry.joint_axes import joint_axes_of
from kltool.reading import DEFAULT
from kltool.training.data.oai import load_crop, side_of
from kltool.typing import Float64, Mask, Points
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.reading import KneeReading
from kltool.values.spacing import NoSpacing
from kltool.weights import Models

BONES: Final = ("femoral", "tibial")
MEAN_ABSOLUTE: Final = Criterion(most=1.0)


@dataclass(frozen=True, slots=True)
class MarginDistance:
    """One traced margin against the mask. rows: (n,) pixels by column, traced below the mask positive.

    trained_on: whether the finder learned from this knee.
    """

    compartment: Compartment
    bone: str
    rows: Float64
    trained_on: bool


def read_masked(
    data: Path, trained_on: AbstractSet[str], models: Models
) -> list[MarginDistance | NotMeasured]:
    """Four margins of every crop with a mask. trained_on: names of the annotated `train` knees."""
    ungraded = without_grader(models)
    distances = []
    for path in sorted((data / "joint_space_masks").glob("*.png")):
        (crop_path,) = (data / "oai_kl" / "train").glob(f"[0-4]/{path.name}")
        film = Radiograph(path.stem, load_crop(crop_path), NoSpacing("a crop"), Side.RIGHT, SideSource.USER)
        reading = read_one(film, ungraded)
        distances += _distances(reading, _mask(path), path.stem in trained_on)
    return distances


def _mask(path: Path) -> Mask:
    """In right-knee orientation, as the crop is."""
    mask = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)) > 127
    return mask[:, ::-1] if side_of(path) is Side.LEFT else mask


def _distances(
    reading: KneeReading | NotMeasured, mask: Mask, trained_on: bool
) -> list[MarginDistance | NotMeasured]:
    if isinstance(reading, NotMeasured):
        return [reading]
    found: list[MarginDistance | NotMeasured] = []
    top, bottom = boundaries(mask)
    for compartment in Compartment:
        margins = reading.joint_space.of(compartment).margins
        if isinstance(margins, NotMeasured):
            found.append(margins)
            continue
        for bone, margin, boundary in zip(BONES, (margins.femur, margins.tibia), (top, bottom), strict=True):
            rows = row_distances(_measured_part(margin, reading, compartment), boundary)
            found.append(MarginDistance(compartment, bone, rows, trained_on))
    return found


def _measured_part(margin: Points, reading: KneeReading, compartment: Compartment) -> Points:
    """The part of a margin between the x in which a minimum is searched."""
    x, _ = joint_axes_of(reading.joint_space.axis, reading.knee.scale).to_axes(margin)
    low, high = DEFAULT.widths.range_of(compartment)
    return margin[(x >= low) & (x <= high)]


def boundaries(mask: Mask) -> tuple[Float64, Float64]:
    """(columns,) rows of a mask's upper and lower boundary, between pixels; not a number beside the mask."""
    there = mask.any(axis=0)
    top = np.where(there, mask.argmax(axis=0) - 0.5, np.nan)
    bottom = np.where(there, len(mask) - 0.5 - mask[::-1].argmax(axis=0), np.nan)
    return top, bottom


def row_distances(margin: Points, boundary: Float64) -> Float64:
    """How far a traced margin (n, 2) lies below a boundary (columns,), in each column that both have."""
    order = np.argsort(margin[:, 1], kind="stable")
    rows, columns = margin[order].T
    at = np.arange(max(int(np.ceil(columns[0])), 0), min(int(columns[-1]) + 1, len(boundary)))
    distances = np.interp(at, columns, rows) - boundary[at]
    return np.asarray(distances[np.isfinite(distances)])


def mask_section(distances: Sequence[MarginDistance | NotMeasured]) -> Section:
    traced = [d for d in distances if isinstance(d, MarginDistance) and len(d.rows)]
    absent = [d.reason for d in distances if isinstance(d, NotMeasured)]
    text = (
        "Manual segmentations of 84 `train` crops of 224 x 224 pixels (about 0.46 mm). A mask covers the "
        "whole space in one piece: both compartments, out to the margins, and the notch above the spines. "
        "Its upper boundary follows the condyles' lower edge, its lower boundary the plateau; where the "
        "plateau's two margins differ, mostly the lower one, below the plate's upper edge that is traced "
        "here: a negative tibial offset is the difference of the definitions. Compared is the row of each "
        "margin with the mask's boundary in every column in which a minimum is searched (not on the "
        "flanks of spines and condyles, where no width is measured); each mask and margin counts the "
        "same.\n\n"
        "The margin and the landmark network are trained without these knees (`annotated.without_masks`). "
        "The finder learned from the few of them that KNEEL annotates, and the classifier (`aspect`) from "
        "the crops of all; neither saw a mask. The grader does not enter."
    )
    results = [_result("all margins", traced)]
    results += [_result(f"{bone} margins", [d for d in traced if d.bone == bone]) for bone in BONES]
    columns = (
        *("knees", "margin", "masks", "mean absolute, px", "95th percentile of masks, px", "offset, px"),
        "mean absolute without the offset, px",
    )
    groups = {"all": traced, "seen in training by the finder": [d for d in traced if d.trained_on]}
    rows = [
        _row(who, compartment, bone, chosen)
        for who, of_whom in groups.items()
        for compartment in Compartment
        for bone in BONES
        if (chosen := [d.rows for d in of_whom if d.compartment is compartment and d.bone == bone])
    ]
    return Section(
        "Against manual segmentation", text, results, (MarkdownTable(columns, rows), counted(absent))
    )


def _result(what: str, traced: Sequence[MarginDistance]) -> Result:
    mean = float(np.mean([np.abs(d.rows).mean() for d in traced]))
    return Result(f"{what}, mean absolute distance", mean, "px", MEAN_ABSOLUTE, ".2f")


def _row(who: str, compartment: Compartment, bone: str, rows: list[Float64]) -> tuple[str, ...]:
    score = error_score(np.array([np.abs(of_mask).mean() for of_mask in rows]))
    offset = float(np.mean([of_mask.mean() for of_mask in rows]))
    left = float(np.mean([np.abs(of_mask - offset).mean() for of_mask in rows]))
    return (
        who,
        f"{compartment} {bone}",
        str(score.count),
        f"{score.mean_absolute:.2f}",
        f"{score.p95:.2f}",
        f"{offset:+.2f}",
        f"{left:.2f}",
    )
