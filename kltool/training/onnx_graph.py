"""A trained network as an ONNX graph."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn


def export(
    model: nn.Module,
    size: tuple[int, int],
    outputs: list[str],
    file: Path,
    any_size: bool = False,
    films: int = 1,
) -> None:
    """Write `file`; the batch, and with any_size the picture's sides, stay free. films: its channels."""
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
