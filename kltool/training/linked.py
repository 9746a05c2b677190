"""Trains the linked margin network: two films of one knee in register, the margins of the first.

It goes on from the margin network, which sees one film. It learns from drawn knees at two visits, whose
margins are known, and from annotated knees, two variants of one crop as two films: their margins are
those that the margin network finds on the crop itself, so that real bone keeps its place. Beside each
margin it learns the change of the joint space between the films, which is what it is for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from kltool.geometry.joint_frame import HEIGHT, ROWS
from kltool.jointspace.margin_network import trace_curves
from kltool.training.allocator import keep_freed_memory
from kltool.training.joints import CURVES, Framing, Joint, framing, target_rows, variant
from kltool.training.margins import OUT_COLUMNS, TIBIA_MM, WARM_UP, curve_loss
from kltool.training.networks.margins import MarginNet, moments
from kltool.training.schedule import pace
from kltool.typing import Float32
from kltool.weights import Network

Visits = tuple[Joint, Joint]

APART: Final = (0.006, 0.010, 0.012, 0.014)  # of two frames in register, SD; docs/choices.md#linked-margins
ONE_UNIT: Final = 0.5  # share of pairs whose films are resampled and processed alike
WINDOW: Final = 8  # columns over which a change is averaged: a tenth of the tibial width
CHANGE_WEIGHT: Final = 4.0
EVERY: Final = 200  # steps: report and checkpoint


@dataclass(frozen=True, slots=True)
class Schedule:
    """batch: pairs of films."""

    steps: int = 2400
    batch: int = 12
    annotated_share: float = 0.2
    learning_rate: float = 2.5e-4
    seed: int = 1


class Pairs(Dataset[tuple[Float32, ...]]):
    """Sample n is a pair drawn from (seed, n): the same whatever loads it."""

    def __init__(
        self, visits: Sequence[Visits], annotated: Sequence[Joint], schedule: Schedule, first: int
    ) -> None:
        self.visits, self.annotated, self.schedule, self.first = visits, annotated, schedule, first

    def __len__(self) -> int:
        return (self.schedule.steps - self.first) * self.schedule.batch

    def __getitem__(self, index: int) -> tuple[Float32, ...]:
        random = np.random.default_rng((self.schedule.seed, self.first * self.schedule.batch + index))
        if self.annotated and random.random() < self.schedule.annotated_share:
            joint = self.annotated[int(random.integers(len(self.annotated)))]
            return pair((joint, joint), random)
        before, after = self.visits[int(random.integers(len(self.visits)))]
        return pair((before, after) if random.random() < 0.5 else (after, before), random)


def pair(visits: Visits, random: np.random.Generator) -> tuple[Float32, ...]:
    """Patches (2, 2, H, W), each film before the other; rows (2, 4, W/2); mm of a patch row (2,)."""
    common = framing(random)
    seeds = random.integers(2**31, size=2)
    if random.random() < ONE_UNIT:
        seeds[1] = seeds[0]
    patches, rows, pitch = [], [], []
    for joint, seed, shift in zip(visits, seeds, ((0.0, 0.0, 1.0, 0.0), _apart(random)), strict=True):
        patch, frame, seen = variant(joint, _both(common, shift), np.random.default_rng(seed))
        patches.append(patch)
        rows.append(target_rows(seen, frame, OUT_COLUMNS))
        pitch.append(frame.row_px * seen.mm_per_px)
    one, other = patches
    return (
        np.stack([np.stack([one, other]), np.stack([other, one])]),
        np.stack(rows).astype(np.float32),
        np.array(pitch, np.float32),
    )


def _apart(random: np.random.Generator) -> Framing:
    down, across, growth, turn = random.normal(0.0, APART).tolist()
    return down, across, float(np.exp(growth)), turn


def _both(first: Framing, second: Framing) -> Framing:
    return first[0] + second[0], first[1] + second[1], first[2] * second[2], first[3] + second[3]


def traced(joint: Joint, network: Network) -> Joint:
    """An annotated joint with the curves that the margin network finds on it."""
    curves = trace_curves(joint.film, joint.frame, network)
    middle = len(curves.position) // 2
    found = {name: [curve[:middle], curve[middle:]] for name, curve in zip(CURVES, curves.at, strict=True)}
    return replace(joint, curves=found, points=None)


def loss_of(network: MarginNet, patches: Tensor, rows: Tensor, pitch: Tensor) -> Tensor:
    """patches: (N, 2, 2, H, W); rows: (N, 2, 4, W/2), not a number where unknown; pitch: (N, 2)."""
    with torch.autocast("cpu", torch.bfloat16):
        heat = network.logits(patches.flatten(0, 1))
    mean, _ = moments(heat)
    return curve_loss(heat, mean, rows.flatten(0, 1)) + CHANGE_WEIGHT * _change_loss(
        mean.unflatten(0, (-1, 2)), rows, pitch
    )


def _change_loss(found: Tensor, true: Tensor, pitch: Tensor) -> Tensor:
    """How far the change of the joint space is off, averaged over windows of columns, in patch rows."""
    error = _change(found, pitch) - _change(true, pitch)
    windows = error.unfold(1, WINDOW, WINDOW // 2).mean(2) / pitch.mean(1, keepdim=True)
    known = windows[torch.isfinite(windows)]
    return functional.smooth_l1_loss(known, torch.zeros_like(known), beta=0.5)


def _change(rows: Tensor, pitch: Tensor) -> Tensor:
    """(N, 2, 4, W/2) rows to the change of the space in mm, (N, W/2)."""
    space = (rows[:, :, 1] - rows[:, :, 0]) * pitch[:, :, None]
    return space[:, 1] - space[:, 0]


def train(
    network: MarginNet,
    visits: Sequence[Visits],
    annotated: Sequence[Joint],
    held_out: Sequence[Visits],
    schedule: Schedule,
    folder: Path,
) -> MarginNet:
    """Train, or go on from the checkpoint in `folder`; prints held-out errors as it goes.

    network: with its norms as part of the convolutions; they stay as they are.
    """
    keep_freed_memory()
    torch.manual_seed(schedule.seed)
    network = network.eval().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), schedule.learning_rate, weight_decay=0.01)
    kept = folder / "linked_last.pt"
    first = _resume(kept, network, optimizer)
    print(f"step {first}/{schedule.steps} {errors(network, held_out)}", flush=True)
    loader = DataLoader(Pairs(visits, annotated, schedule, first), schedule.batch, num_workers=1)
    recent = 0.0
    for step, (patches, rows, pitch) in enumerate(loader, first):
        for group in optimizer.param_groups:
            group["lr"] = schedule.learning_rate * pace(step / schedule.steps, WARM_UP)
        loss = loss_of(network, patches, rows, pitch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        recent = 0.98 * recent + 0.02 * loss.item() if recent else loss.item()
        if (step + 1) % EVERY == 0 or step + 1 == schedule.steps:
            print(
                f"step {step + 1}/{schedule.steps} loss {recent:.3f} {errors(network, held_out)}", flush=True
            )
            state = {"step": step + 1, "network": network.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save(state, kept)
    return network.eval()


def _resume(kept: Path, network: nn.Module, optimizer: torch.optim.Optimizer) -> int:
    if not kept.exists():
        return 0
    state: dict[str, Any] = torch.load(kept, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    step: int = state["step"]
    return step


def errors(network: nn.Module, visits: Sequence[Visits]) -> str:
    """On one fixed pair of each held-out knee: mean distance of the margins, and of the medial change, mm."""
    samples = [pair(both, np.random.default_rng((7, number))) for number, both in enumerate(visits)]
    patches, rows, pitch = (torch.from_numpy(np.stack(part)) for part in zip(*samples, strict=True))
    with torch.inference_mode():
        found = torch.cat([network(part.flatten(0, 1))[0] for part in patches.split(16)]).unflatten(
            0, (-1, 2)
        )
    away = (found - rows).abs() * HEIGHT / ROWS * TIBIA_MM
    medial = (_change(found, pitch) - _change(rows, pitch))[:, len(OUT_COLUMNS) // 2 :]
    change = medial.nanmean(1)
    spread = float(1.4826 * change.abs().median())
    margins = " ".join(f"{float(away[:, :, curve].nanmean()):.3f}" for curve in (0, 1))
    return f"held-out mm {margins} change {float(change.abs().mean()):.4f} spread {spread:.4f}"
