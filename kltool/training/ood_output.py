"""The out-of-distribution score as one more output of the exported grader; the others stay as they are."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from kltool.training.calibrate.familiarity import Familiarity
from kltool.training.grader_features import pooled_outputs
from kltool.typing import Float64

OUTPUT: Final = "distance"
PREFIX: Final = "familiarity."  # of every name that is added


def append_score(file: Path, law: Familiarity) -> None:
    """Append the output `distance`, (B, 1), to the graph in `file`, in place of an earlier one.

    The axes are stored in half precision. Raises ValueError where the graph holds no head of a grader.
    """
    model = onnx.load(file)
    graph = model.graph
    _remove_score(graph)
    weights = {
        "mean": numpy_helper.from_array(law.mean.astype(np.float32)),
        "half_axes": numpy_helper.from_array(law.axes.astype(np.float16)),
        "surplus": numpy_helper.from_array(_surplus(law)),
        "remainder": numpy_helper.from_array(np.array([1 / (law.remainder * law.limit**2)], np.float32)),
        "none": numpy_helper.from_array(np.zeros(1, np.float32)),
        "along_features": numpy_helper.from_array(np.array([1], np.int64)),
    }
    for name, tensor in weights.items():
        tensor.name = PREFIX + name
        graph.initializer.append(tensor)
    graph.node.extend(_nodes(pooled_outputs(graph)))
    graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", 1]))
    onnx.checker.check_model(model)
    onnx.save(model, file)


def _surplus(law: Familiarity) -> Float64:
    """(k, 1): what an axis counts beyond the remainder's variance, which counts for all of the distance."""
    weights = (1 / law.variances - 1 / law.remainder) / law.limit**2
    return np.asarray(weights[:, None], np.float32)


def _nodes(pooled: list[str]) -> list[Any]:
    def node(kind: str, inputs: list[str], output: str, **attributes: Any) -> Any:
        named = [PREFIX + one for one in inputs]
        return helper.make_node(kind, named, [PREFIX + output], name=PREFIX + output, **attributes)

    features, score = PREFIX + "features", PREFIX + OUTPUT
    return [
        helper.make_node("Concat", pooled, [features], name=features, axis=1),
        node("Sub", ["features", "mean"], "away"),
        node("Cast", ["half_axes"], "axes", to=TensorProto.FLOAT),
        node("MatMul", ["away", "axes"], "along"),
        node("Mul", ["along", "along"], "squared_along"),
        node("MatMul", ["squared_along", "surplus"], "by_axes"),
        node("Mul", ["away", "away"], "squared"),
        node("ReduceSum", ["squared", "along_features"], "sum", keepdims=1),
        node("Mul", ["sum", "remainder"], "by_distance"),
        node("Add", ["by_axes", "by_distance"], "total"),
        node("Max", ["total", "none"], "not_negative"),
        helper.make_node("Sqrt", [PREFIX + "not_negative"], [OUTPUT], name=score),
    ]


def _remove_score(graph: Any) -> None:
    for part in (graph.node, graph.initializer):
        kept = [one for one in part if not one.name.startswith(PREFIX)]
        del part[:]
        part.extend(kept)
    outputs = [one for one in graph.output if one.name != OUTPUT]
    del graph.output[:]
    graph.output.extend(outputs)
