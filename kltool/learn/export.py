"""A trained network to ONNX, and its entry in models/manifest.toml."""

import hashlib
import re
from pathlib import Path

import torch
from torch import Tensor, nn

from kltool.learn.certainty import Certainty
from kltool.networks.grader import Grader


class ReadingGrader(nn.Module):
    """A grader as reading runs it: a knee and its mirror image are one, and the grade is explained.

    Probabilities are calibrated and a set of grades is likely (`kltool.learn.certainty`). The explanation is
    the gradient of the expected grade times the features, place by place: how much each raises the grade.
    """

    shifts: Tensor
    least: Tensor

    def __init__(self, grader: Grader, certainty: Certainty) -> None:
        super().__init__()
        self.grader, self.slope = grader, certainty.slope
        self.register_buffer("shifts", torch.tensor(certainty.shifts, dtype=torch.float32))
        self.register_buffer("least", torch.tensor(certainty.thresholds, dtype=torch.float32))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, 1, H, W) to probabilities (B, 5), what they must reach to be likely (B, 5), and the
        explanation (B, H/32, W/32)."""
        seen, mirrored = self.grader.features(image), self.grader.features(image.flip(3)).flip(3)
        features = (seen + mirrored) / 2
        logits = self.grader.head(features.mean((2, 3)))
        probabilities = torch.softmax(self.slope * logits + self.shifts, 1)
        grades = torch.arange(probabilities.shape[1], dtype=probabilities.dtype)
        away = grades - (probabilities * grades).sum(1, keepdim=True)
        gradient = (self.slope * probabilities * away) @ self.grader.head.weight  # (B, C)
        places = features.shape[2] * features.shape[3]
        explanation = (gradient[:, :, None, None] * features).sum(1) / places
        return probabilities, self.least.expand_as(probabilities), explanation


def export(
    model: nn.Module, size: tuple[int, int], outputs: list[str], file: Path, any_size: bool = False
) -> None:
    """Write `file`; the batch, and where asked the picture's sides, stay free."""
    side = {2: torch.export.Dim("rows_32"), 3: torch.export.Dim("columns_32")} if any_size else {}
    image = torch.zeros(2, 1, *size)
    free = {0: torch.export.Dim("batch")}
    if any_size:
        free |= {axis: 32 * dimension for axis, dimension in side.items()}
    program = torch.onnx.export(
        model.eval(),
        (image,),
        input_names=["image"],
        output_names=outputs,
        dynamic_shapes=({**free},),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    assert program is not None
    program.save(str(file), external_data=False)


def register(manifest: Path, name: str, file: Path, **facts: object) -> None:
    """Write or replace the table of one model in the manifest, with the hash of its file."""
    facts = {"file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest(), **facts}
    table = f"[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in facts.items())
    text = manifest.read_text() if manifest.exists() else ""
    before = re.sub(rf"(?ms)^\[{name}\]\n.*?(?=^\[|\Z)", "", text).strip()
    manifest.write_text((before + "\n\n" if before else "") + table)


def _toml(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value)
