"""Networks out of an exported graph, to train further: checkpoints are not kept, the graph is."""

import re
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from kltool.training.networks.backbone import IMAGENET
from kltool.training.networks.grader import Grader
from kltool.training.networks.knee_class import KneeClassifier
from kltool.training.networks.margins import MarginNet

WEIGHT = re.compile(r"graders?\.(?:(\d+)\.)?((?:backbone|head)\..+?)(?:\.half)?$")


def graders_of(file: Path) -> list[Grader]:
    """The graders of models/grader.onnx, of this or an earlier version; their widths are untrained.

    Raises ValueError where the graph holds weights of no grader known here.
    """
    weights: dict[int, dict[str, Tensor]] = {}
    for tensor in onnx.load(file).graph.initializer:
        named = WEIGHT.match(tensor.name)
        if named:
            value = np.array(numpy_helper.to_array(tensor), np.float32)
            weights.setdefault(int(named[1] or 0), {})[named[2]] = torch.from_numpy(value)
    return [_grader(weights[number]) for number in sorted(weights)]


def _grader(weights: dict[str, Tensor]) -> Grader:
    for kind in IMAGENET:
        grader = Grader(kind)
        known = grader.state_dict()
        needed = [name for name in known if WEIGHT.match(f"grader.{name}") and not _left_out(name)]
        if set(needed) == set(weights) and all(known[n].shape == weights[n].shape for n in needed):
            grader.load_state_dict(weights, strict=False)
            return grader
    raise ValueError("the graph holds no grader of a kind known here: " + ", ".join(IMAGENET))


def _left_out(name: str) -> bool:
    """What an exported graph does not hold: it is not used in reading."""
    return name.startswith("backbone._fc.") or name.endswith("num_batches_tracked")


def margins_of(file: Path, films: int) -> MarginNet:
    """The network of models/margins.onnx, to go on training from with so many films to a joint.

    It gives what the graph gives; of further films it takes no notice yet. Its norms are part of the graph's
    convolutions, so that they have to stay as they are (`eval`) while it learns.
    """
    weights = {
        tensor.name: torch.from_numpy(np.array(numpy_helper.to_array(tensor), np.float32))
        for tensor in onnx.load(file).graph.initializer
    }
    network = MarginNet(films)
    stem = "rows.stem.0.weight"
    weights[stem] = torch.cat(
        [weights[stem], weights[stem].new_zeros(16, films - 1, *weights[stem].shape[2:])], 1
    )
    with torch.no_grad():
        for name, module in network.named_modules():
            if isinstance(module, nn.Conv2d):
                module.weight.copy_(weights[f"{name}.weight"])
                if module.bias is not None:
                    module.bias.copy_(weights[f"{name}.bias"])
            elif isinstance(module, nn.BatchNorm2d):
                module.load_state_dict(
                    {"running_var": torch.full_like(module.bias, 1.0 - module.eps)}, strict=False
                )
                module.bias.copy_(weights[f"{_before(name)}.weight_bias"])
    return network.eval()


def classifier_of(file: Path) -> KneeClassifier:
    """The network of models/aspect.onnx, to go on training from; its norms stay as they are meanwhile."""
    network = KneeClassifier(norms_stay=True)
    kept = {
        tensor.name.removesuffix(".half"): torch.from_numpy(
            np.array(numpy_helper.to_array(tensor), np.float32)
        )
        for tensor in onnx.load(file).graph.initializer
    }
    known, convolution = network.state_dict(), ""
    for name in known:
        if name in kept:
            known[name], convolution = kept[name], name
        elif name.endswith(".running_var"):  # of a norm, which follows the convolution that it is part of
            norm = name.removesuffix("running_var")
            known[name] = torch.full_like(known[name], 1.0 - _epsilon(network, norm))
            known[f"{norm}bias"] = kept[f"{convolution}_bias"]
    network.load_state_dict(known)
    return network


def _epsilon(network: nn.Module, norm: str) -> float:
    module = network.get_submodule(norm.removesuffix("."))
    assert isinstance(module, nn.BatchNorm2d)
    return module.eps


def _before(norm: str) -> str:
    """The convolution that a norm follows."""
    parent, _, number = norm.rpartition(".")
    return f"{parent}.{int(number) - 1}"
