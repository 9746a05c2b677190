"""The margin network on one joint: four curves on the film, each point with its standard deviation.

The network is applied to several slightly different framings of the joint; its curves are mapped to one frame
and averaged (test-time augmentation). Their variance between framings adds to that given by the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.geometry.joint_frame import COLUMNS, WIDTH, JointFrame
from kltool.jointspace.joint_patch import sample_patch
from kltool.typing import Float32, Float64
from kltool.weights import Network

FRAMINGS: Final = (  # down, across (tibial widths), scale, rotation (rad); docs/choices.md#framings
    (0.003, 0.012, 1.02, 0.012),
    (-0.004, -0.012, 0.985, -0.012),
    (0.0055, -0.005, 1.005, -0.020),
    (-0.0045, 0.005, 0.99, 0.020),
)
TARGET_SPREAD: Final = 1.2  # rows, of a known margin in the training targets; docs/choices.md#margins


@dataclass(frozen=True, slots=True)
class MarginCurves:
    """Four curves over the same columns of one frame, lateral to medial.

    at: (4, n, 2) (row, column) film pixels: femoral margin, tibial margin, upper and lower margin of the
    plateaus. sd: (4, n) film pixels, along the rows of the frame. position: (n,) along the plateau, in tibial
    widths from its middle.
    """

    at: Float64
    sd: Float64
    position: Float64


@dataclass(frozen=True, slots=True)
class RegisteredView:
    """Another film of the same knee, registered: frame and other_frame show the same anatomy."""

    frame: JointFrame
    other: Float32
    other_frame: JointFrame


@dataclass(frozen=True, slots=True)
class _FrameCurves:
    """rows: (n, 4, k) in one frame, from n framings. variance: (4, k) mean of the network's, film pixels²."""

    rows: Float64
    variance: Float64


def trace_curves(film: Float32, frame: JointFrame, network: Network) -> MarginCurves:
    """The curves of a film in right-knee orientation. frame: of the joint, by its landmarks."""
    framings = _framings(frame)
    patches = np.stack([sample_patch(film, framing) for framing in framings])
    return _average([_predict(patches[:, None], framings, frame, network)], frame)


def trace_linked_curves(
    film: Float32, frame: JointFrame, views: Sequence[RegisteredView], network: Network
) -> MarginCurves:
    """The curves of a film, traced together with another film of the same knee.

    film: in right-knee orientation. frame: of the joint, by its landmarks. views: the other film, once for
    each registration. network: takes (B, 2, H, W), the film and the other.
    """
    curves = []
    for view in views:
        framings = _framings(view.frame)
        pairs = [
            np.stack([sample_patch(film, framing), sample_patch(view.other, other_framing)])
            for framing, other_framing in zip(framings, _framings(view.other_frame), strict=True)
        ]
        curves.append(_predict(np.stack(pairs), framings, frame, network))
    return _average(curves, frame)


def _framings(frame: JointFrame) -> list[JointFrame]:
    return [frame.perturbed(*framing) for framing in FRAMINGS]


def _predict(
    images: Float32, framings: list[JointFrame], frame: JointFrame, network: Network
) -> _FrameCurves:
    """images: (n, films, H, W), one of each framing of a film."""
    rows, spreads = (output.astype(np.float64) for output in network(images))
    columns = _patch_columns(rows.shape[2])
    in_frame = [_to_frame(r, framing, frame, columns) for r, framing in zip(rows, framings, strict=True)]
    scale = np.array([framing.row_px for framing in framings])[:, None, None]
    variance = np.maximum(spreads**2 - TARGET_SPREAD**2, 0.0)
    return _FrameCurves(np.stack(in_frame), (variance * scale**2).mean(axis=0))


def _average(curves: list[_FrameCurves], frame: JointFrame) -> MarginCurves:
    """The mean over all framings; bit-identical for both orders of two `curves`."""
    mean = sum(one.rows.mean(axis=0) for one in curves) / len(curves)
    between = sum(((one.rows - mean) ** 2).mean(axis=0) for one in curves) / len(curves)
    variance = sum(one.variance for one in curves) / len(curves) + between * frame.row_px**2
    columns = _patch_columns(mean.shape[1])
    at = np.stack([frame.to_film(np.column_stack([curve, columns])) for curve in mean])
    position = (columns + 0.5) / COLUMNS - 0.5
    return MarginCurves(at, np.sqrt(variance), position * WIDTH)


def _patch_columns(count: int) -> Float64:
    """The columns of the patch for which the network gives rows."""
    return (np.arange(count) + 0.5) * COLUMNS / count - 0.5


def _to_frame(rows: Float64, framing: JointFrame, frame: JointFrame, columns: Float64) -> Float64:
    """(4, n) rows in one framing, mapped to the columns of another frame."""
    curves = [frame.to_patch(framing.to_film(np.column_stack([curve, columns]))) for curve in rows]
    return np.stack([np.interp(columns, curve[:, 1], curve[:, 0]) for curve in curves])
