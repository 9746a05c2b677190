"""A trained network to ONNX, and its entry in models/manifest.toml."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import torch
from torch import Tensor, nn

from kltool.training.certainty import Certainty
from kltool.training.networks.grader import Grader
from kltool.training.networks.heads import GRADES
from kltool.typing import Float64

CELL: Final = 16  # pixels of the view that share one value of the explanation


class ReadingGrader(nn.Module):
    """Graders as reading runs them: they speak with one voice, a knee and its mirror image are one, and the
    grade is explained.

    Logits are the mean of all; probabilities are calibrated, a set of grades is likely and an interval holds
    the grade (`kltool.training.certainty`). The explanation is the gradient of the expected grade times the
    features, place by place: how much each raises the grade. size: (rows, columns) of the view.
    """

    shifts: Tensor
    least: Tensor

    def __init__(self, graders: Sequence[Grader], certainty: Certainty, size: tuple[int, int]) -> None:
        super().__init__()
        self.graders = nn.ModuleList(graders)
        self.slope, self.reach = certainty.slope, certainty.reach
        self.register_buffer("shifts", torch.tensor(certainty.shifts, dtype=torch.float32))
        self.register_buffer("least", torch.tensor(certainty.thresholds, dtype=torch.float32))
        for number, grader in enumerate(graders):
            for name, matrix in zip(("down", "across"), _to_cells(grader, size), strict=True):
                self.register_buffer(f"{name}_{number}", matrix)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """(B, 1, H, W) to probabilities (B, 5), what they must reach to be likely (B, 5), the interval of
        the expected grade (B, 2) and the explanation (B, H/16, W/16)."""
        graders = [cast(Grader, grader) for grader in self.graders]
        seen = [self._features(grader, image) for grader in graders]  # (B, C, h, w) each
        every = [grader.head(one.mean((2, 3))) for grader, one in zip(graders, seen, strict=True)]
        probabilities = torch.softmax(self.slope * torch.stack(every).mean(0) + self.shifts, 1)
        grades = torch.arange(GRADES, dtype=probabilities.dtype)
        expected = (probabilities * grades).sum(1, keepdim=True)
        away = grades - expected
        far = self.reach * (probabilities * away**2).sum(1, keepdim=True).sqrt()
        interval = torch.cat([expected - far, expected + far], 1).clamp(0.0, GRADES - 1.0)
        pull = self.slope * probabilities * away / len(seen)  # of each logit of each grader
        raised = [
            self._in_cells(
                number, ((pull @ cast(nn.Linear, grader.head).weight)[:, :, None, None] * one).sum(1)
            )
            for number, (grader, one) in enumerate(zip(graders, seen, strict=True))
        ]
        return probabilities, self.least.expand_as(probabilities), interval, torch.stack(raised).sum(0)

    def _features(self, grader: Grader, image: Tensor) -> Tensor:
        return (grader.features(image) + grader.features(image.flip(3)).flip(3)) / 2

    def _in_cells(self, number: int, places: Tensor) -> Tensor:
        """(B, h, w) to (B, H/16, W/16), of the same mean."""
        down, across = (getattr(self, f"{name}_{number}") for name in ("down", "across"))
        resampled: Tensor = down @ places @ across
        return resampled / (resampled.shape[1] * resampled.shape[2])


def _to_cells(grader: Grader, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Linear interpolation of the grader's features, (H/16, h) from the left and (w, W/16) from the right.

    A view is averaged with its mirror image, so that columns lie evenly.
    """
    with torch.inference_mode():
        rows, columns = (
            grader.eval().features(torch.zeros(1, 1, *size)).shape[2:]
        )  # eval: changes no statistics
    down = _interpolation(np.array(grader.centres(rows)), size[0])
    across = _interpolation((np.arange(columns) + 0.5) * size[1] / columns - 0.5, size[1])
    return down, across.T.contiguous()


def _interpolation(known: Float64, length: int) -> Tensor:
    """(length / 16, n): the weight of what is known at each of n places for each cell's middle."""
    middles = (np.arange(length // CELL) + 0.5) * CELL - 0.5
    weights = [np.interp(middles, known, unit) for unit in np.eye(len(known))]
    return torch.tensor(np.stack(weights, axis=1), dtype=torch.float32)


def export(
    model: nn.Module,
    size: tuple[int, int],
    outputs: list[str],
    file: Path,
    any_size: bool = False,
    films: int = 1,
) -> None:
    """Write `file`; the batch, and where asked the picture's sides, stay free. films: pictures at once."""
    side = {2: torch.export.Dim("rows_32"), 3: torch.export.Dim("columns_32")} if any_size else {}
    image = torch.zeros(2, films, *size)
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


def halve(file: Path) -> None:
    """Store the weights of an exported graph in half precision; the graph calculates as before.

    Without loss where every weight is a number of half precision. Short tables stay as they are.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(file)
    graph = model.graph
    large = [one for one in graph.initializer if one.data_type == TensorProto.FLOAT and _count(one) > 64]
    casts = []
    for weight in large:
        name, half = weight.name, numpy_helper.to_array(weight).astype(np.float16)
        weight.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    for number, node in enumerate(casts):
        graph.node.insert(number, node)
    onnx.checker.check_model(model)
    onnx.save(model, file)


def _count(tensor: Any) -> int:
    return int(np.prod(tensor.dims))


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
