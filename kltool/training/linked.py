"""Trains the linked margin network: from two registered films of one knee, the margins of the first.

Training continues from the margin network, which sees one film. It uses simulated knees at two visits, whose
margins are known, and annotated knees, two variants of one crop as two films: their labels are the margins
that the margin network finds on the crop itself, so that the result on real bone stays the same. Half of the
simulated films are in the style of real ones; both films of one unit are in one style. Beside each
margin the network learns the change of the joint space between the films, which is its purpose.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from kltool.jointspace.margin_network import trace_curves
from kltool.training.batches import Sample, numbered
from kltool.training.data.joints import CURVES, Joint
from kltool.training.data.styles import Style, styled
from kltool.training.data.variants import Framing, framing, target_rows, variant
from kltool.training.loop import Batch, Schedule
from kltool.training.margins import MM_PER_ROW, OUT_COLUMNS, WARM_UP, curve_loss
from kltool.training.networks.margins import MarginNet, moments
from kltool.training.onnx_weights import margins_of
from kltool.training.sampling import Random, one_of
from kltool.weights import Network

Visits = tuple[Joint, Joint]

REGISTERED_SD: Final = (
    0.006,
    0.010,
    0.012,
    0.014,
)  # of one frame on the other; docs/choices.md#linked-margins
ONE_UNIT: Final = 0.5  # share of pairs whose films are resampled and processed alike
WINDOW: Final = 8  # columns over which a change is averaged: a tenth of the tibial width
CHANGE_WEIGHT: Final = 4.0
STYLED: Final = 0.5  # of the simulated films
ANNOTATED_SHARE: Final = 0.2  # of the pairs
SCHEDULE: Final = Schedule(steps=2400, batch=12, report_every=200, learning_rate=2.5e-4, warm_up=WARM_UP)


class LinkedLogits(nn.Module):
    """The network without its last step; its norms are part of its convolutions and stay as they are."""

    def __init__(self, network: MarginNet) -> None:
        super().__init__()
        self.network = network

    def train(self, mode: bool = True) -> Self:
        super().train(False)
        return self

    def forward(self, patches: Tensor) -> Tensor:
        """(B, 2, H, W) to the distributions' logits (B, 4, H/2, W/2)."""
        return self.network.logits(patches)


@dataclass(frozen=True, slots=True)
class LinkingMargins:
    """Knees to learn from, and knees held out to follow the training by.

    graph: models/margins.onnx, to go on from. styles: groups, drawn from alike. annotated_share: of the
    pairs. A batch of the schedule is of pairs of films.
    """

    name: ClassVar[str] = "linked"
    graph: Path
    visits: Sequence[Visits]
    annotated: Sequence[Joint]
    styles: Sequence[Sequence[Style]]
    held_out: Sequence[Visits]
    schedule: Schedule = SCHEDULE
    annotated_share: float = ANNOTATED_SHARE

    def model(self) -> LinkedLogits:
        return LinkedLogits(margins_of(self.graph, films=2))

    def batches(self, first: int) -> Iterable[Batch]:
        for patches, *known in numbered(self.sample, self.schedule, first):
            yield patches.flatten(0, 1), *known  # each film is one image, the other one beside it

    def sample(self, random: Random) -> Sample:
        """One pair, sampled from all."""
        if self.annotated and random.random() < self.annotated_share:
            joint = one_of(self.annotated, random)
            return pair((joint, joint), random)
        before, after = one_of(self.visits, random)
        return pair((before, after) if random.random() < 0.5 else (after, before), random, self.styles)

    def loss(self, found: Tensor, *known: Tensor) -> Tensor:
        """known: rows (N, 2, 4, W/2), not a number where unknown; mm of a patch row (N, 2)."""
        rows, pitch = known
        mean, _ = moments(found)
        change = change_loss(mean.unflatten(0, (-1, 2)), rows, pitch)
        return curve_loss(found, mean, rows.flatten(0, 1)) + CHANGE_WEIGHT * change

    def report(self, model: LinkedLogits, step: int) -> str:
        return errors(model.network, self.held_out)


def pair(visits: Visits, random: Random, styles: Sequence[Sequence[Style]] = ()) -> Sample:
    """Patches (2, 2, H, W), each film before the other; rows (2, 4, W/2); mm of a patch row (2,).

    styles: of which half of the films are; none where none is given.
    """
    common = framing(random)
    seeds = random.integers(2**31, size=2)
    if random.random() < ONE_UNIT:
        seeds[1] = seeds[0]
    patches, rows, pitch = [], [], []
    for joint, seed, shift in zip(visits, seeds, ((0.0, 0.0, 1.0, 0.0), _misregistered(random)), strict=True):
        of_film = np.random.default_rng(seed)
        patch, frame, seen = variant(joint, _combined(common, shift), of_film)
        if styles and of_film.random() < STYLED:
            patch = styled(patch, one_of(one_of(styles, of_film), of_film), of_film)
        patches.append(patch)
        rows.append(target_rows(seen, frame, OUT_COLUMNS))
        pitch.append(frame.row_px * seen.mm_per_px)
    one, other = patches
    return (
        np.stack([np.stack([one, other]), np.stack([other, one])]),
        np.stack(rows).astype(np.float32),
        np.array(pitch, np.float32),
    )


def _misregistered(random: Random) -> Framing:
    down, across, growth, turn = random.normal(0.0, REGISTERED_SD).tolist()
    return down, across, float(np.exp(growth)), turn


def _combined(first: Framing, second: Framing) -> Framing:
    return first[0] + second[0], first[1] + second[1], first[2] * second[2], first[3] + second[3]


def traced(joint: Joint, network: Network) -> Joint:
    """An annotated joint with the curves that the margin network finds on it."""
    curves = trace_curves(joint.film, joint.frame, network)
    middle = len(curves.position) // 2
    found = {name: [curve[:middle], curve[middle:]] for name, curve in zip(CURVES, curves.at, strict=True)}
    return replace(joint, curves=found, points=None)


def change_loss(found: Tensor, true: Tensor, pitch: Tensor) -> Tensor:
    """How far the change of the joint space is off, averaged over windows of columns, in patch rows.

    found, true: (N, 2, 4, W/2) rows. pitch: (N, 2) mm of a row.
    """
    error = _change(found, pitch) - _change(true, pitch)
    windows = error.unfold(1, WINDOW, WINDOW // 2).mean(2) / pitch.mean(1, keepdim=True)
    known = windows[torch.isfinite(windows)]
    return functional.smooth_l1_loss(known, torch.zeros_like(known), beta=0.5)


def _change(rows: Tensor, pitch: Tensor) -> Tensor:
    """(N, 2, 4, W/2) rows to the change of the space in mm, (N, W/2)."""
    space = (rows[:, :, 1] - rows[:, :, 0]) * pitch[:, :, None]
    return space[:, 1] - space[:, 0]


def errors(network: MarginNet, visits: Sequence[Visits]) -> str:
    """On one fixed pair of each held-out knee: mean distance of the margins, and of the medial change, mm."""
    samples = [pair(both, np.random.default_rng((7, number))) for number, both in enumerate(visits)]
    patches, rows, pitch = (torch.from_numpy(np.stack(part)) for part in zip(*samples, strict=True))
    parts = [network(part.flatten(0, 1))[0] for part in patches.split(16)]
    found = torch.cat(parts).unflatten(0, (-1, 2))
    away = (found - rows).abs() * MM_PER_ROW
    medial = (_change(found, pitch) - _change(rows, pitch))[:, len(OUT_COLUMNS) // 2 :]
    change = medial.nanmean(1)
    spread = float(1.4826 * change.abs().median())
    margins = " ".join(f"{float(away[:, :, curve].nanmean()):.3f}" for curve in (0, 1))
    return f"held-out mm {margins} change {float(change.abs().mean()):.4f} spread {spread:.4f}"
