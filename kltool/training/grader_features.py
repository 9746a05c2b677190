"""The pooled features of the graders of an exported ensemble: what their heads see."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from kltool.training.networks.backbone import FEATURES
from kltool.typing import Float32, Float64

HEAD: Final = ".head.weight"  # the end of the name of a head's weights
BATCH: Final = 8  # views


def pooled_outputs(graph: Any) -> list[str]:
    """The names of the pooled features, (B, FEATURES) each, in the order of the graders.

    graph: an onnx.GraphProto. Raises ValueError where it holds no head of a grader.
    """
    names = [
        node.input[0]
        for node in graph.node
        if node.op_type == "Gemm" and len(node.input) > 1 and node.input[1].endswith(HEAD)
    ]
    if not names:
        raise ValueError("the graph holds no head of a grader")
    return names


def pooled_features(file: Path, views: Sequence[Float32]) -> Float64:
    """(n, graders · FEATURES) of the graph's graders, side by side. views: as of kltool.grading.view."""
    session, names = _session(file)
    found = [
        np.concatenate(session.run(names, {"image": np.stack(views[start : start + BATCH])[:, None]}), axis=1)
        for start in range(0, len(views), BATCH)
    ]
    return np.concatenate(found).astype(np.float64)


def _session(file: Path) -> tuple[Any, list[str]]:
    model = onnx.load(file)
    names = pooled_outputs(model.graph)
    for name in names:
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", FEATURES]))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session, names
