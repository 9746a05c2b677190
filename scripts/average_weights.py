"""The mean of the weights of one model at two stages of its training, as its graph in models/.

python scripts/average_weights.py aspect EARLIER.onnx LATER.onnx

Both graphs are of one network, and the later one went on from the weights of the earlier one, so that their
mean is a network, too (Wortsman et al. 2022, Model soups).
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from kltool.training.export import GRAPHS, registered_anew
from kltool.weights import models_folder


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=sorted(GRAPHS))
    parser.add_argument("earlier", type=Path)
    parser.add_argument("later", type=Path)
    options = parser.parse_args()
    averaged = mean_of(onnx.load(options.earlier), onnx.load(options.later))
    file = models_folder() / f"{options.name}.onnx"
    onnx.save(averaged, file)
    registered_anew(options.name, file)


def mean_of(earlier: Any, later: Any) -> Any:
    """The later graph with the mean of both in place of each of its weights.

    Raises ValueError where the graphs are not of one network.
    """
    known = {weight.name: numpy_helper.to_array(weight) for weight in earlier.graph.initializer}
    for weight in later.graph.initializer:
        value = numpy_helper.to_array(weight)
        if weight.name not in known or known[weight.name].shape != value.shape:
            raise ValueError(f"{weight.name} is not a weight of both graphs")
        if np.issubdtype(value.dtype, np.floating):
            mean = (known[weight.name].astype(np.float64) + value.astype(np.float64)) / 2
            weight.CopyFrom(numpy_helper.from_array(mean.astype(value.dtype), weight.name))
    return later


if __name__ == "__main__":
    main()
