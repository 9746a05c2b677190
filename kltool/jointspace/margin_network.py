"""The margin network on one joint: four curves in the film, each point with its standard deviation.

The joint is framed several times, a little differently; what the network finds is carried back to one
frame and averaged. Where the framings differ the curve is less sure, and its deviation says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.geometry.joint_frame import COLUMNS, WIDTH, JointFrame
from kltool.jointspace.joint_patch import sample_patch
from kltool.typing import Float32, Float64
from kltool.weights import Network

FRAMINGS: Final = (
    (0.003, 0.012, 1.02, 0.012),
    (-0.004, -0.012, 0.985, -0.012),
    (0.0055, -0.005, 1.005, -0.020),
    (-0.0045, 0.005, 0.99, 0.020),
)


OWN_SPREAD: Final = (
    1.2  # rows by which the network was taught to spread a known edge; docs/choices.md#margins
)


@dataclass(frozen=True, slots=True)
class MarginCurves:
    """Four curves over the same columns of one frame, lateral to medial.

    at: (4, n, 2) (row, column) film pixels: femoral margin, tibial margin, upper and lower rim of the
    plateaus. sd: (4, n) film pixels, down the frame. across: (n,) places along the plateau, in tibial
    widths from its middle.
    """

    at: Float64
    sd: Float64
    position: Float64


@dataclass(frozen=True, slots=True)
class RegisteredView:
    """Another film of the same knee, brought into register: frame and other_frame show the same place."""

    frame: JointFrame
    other: Float32
    other_frame: JointFrame


@dataclass(frozen=True, slots=True)
class _FrameCurves:
    """rows: (n, 4, k) of one frame, from n framings. doubt: (4, k) mean variance, film pixels²."""

    rows: Float64
    doubt: Float64


def trace_curves(film: Float32, frame: JointFrame, network: Network) -> MarginCurves:
    """film: turned to one hand. frame: where the landmarks place the joint."""
    framings = _framings(frame)
    patches = np.stack([sample_patch(film, framing) for framing in framings])
    return _averaged([_found(patches[:, None], framings, frame, network)], frame)


def trace_linked_curves(
    film: Float32, frame: JointFrame, bases: Sequence[RegisteredView], network: Network
) -> MarginCurves:
    """The curves of a film while the network sees another film of the same knee in register.

    film: turned to one hand; frame: where its landmarks place the joint. bases: as often as the two are
    brought into register. network: takes (B, 2, H, W), the film and the other.
    """
    found = []
    for base in bases:
        framings = _framings(base.frame)
        pairs = [
            np.stack([sample_patch(film, framing), sample_patch(base.other, beside)])
            for framing, beside in zip(framings, _framings(base.other_frame), strict=True)
        ]
        found.append(_found(np.stack(pairs), framings, frame, network))
    return _averaged(found, frame)


def _framings(frame: JointFrame) -> list[JointFrame]:
    return [frame.perturbed(*framing) for framing in FRAMINGS]


def _found(images: Float32, framings: list[JointFrame], frame: JointFrame, network: Network) -> _FrameCurves:
    """images: (n, films, H, W), one of each framing of a film."""
    rows, spreads = (output.astype(np.float64) for output in network(images))
    columns = _columns(rows.shape[2])
    carried = [_in_frame(r, framing, frame, columns) for r, framing in zip(rows, framings, strict=True)]
    scale = np.array([framing.row_px for framing in framings])[:, None, None]
    doubt = np.maximum(spreads**2 - OWN_SPREAD**2, 0.0)
    return _FrameCurves(np.stack(carried), (doubt * scale**2).mean(axis=0))


def _averaged(found: list[_FrameCurves], frame: JointFrame) -> MarginCurves:
    """The mean over all framings; the order of `found` does not change a bit of it where there are two."""
    mean = sum(one.rows.mean(axis=0) for one in found) / len(found)
    spread = sum(((one.rows - mean) ** 2).mean(axis=0) for one in found) / len(found)
    variance = sum(one.doubt for one in found) / len(found) + spread * frame.row_px**2
    columns = _columns(mean.shape[1])
    at = np.stack([frame.to_film(np.column_stack([curve, columns])) for curve in mean])
    across = (columns + 0.5) / COLUMNS - 0.5
    return MarginCurves(at, np.sqrt(variance), across * WIDTH)


def _columns(count: int) -> Float64:
    """Where along the patch the network gives rows."""
    return (np.arange(count) + 0.5) * COLUMNS / count - 0.5


def _in_frame(rows: Float64, framing: JointFrame, frame: JointFrame, columns: Float64) -> Float64:
    """(4, n) rows found in one framing, carried to the columns of another."""
    carried = [frame.to_patch(framing.to_film(np.column_stack([curve, columns]))) for curve in rows]
    return np.stack([np.interp(columns, curve[:, 1], curve[:, 0]) for curve in carried])
