"""The learning rate over a training run."""

import math


def pace(progress: float, warm_up: float) -> float:
    """Share of the learning rate: a linear rise, then half a cosine. progress, warm_up: shares of the run."""
    if progress < warm_up:
        return progress / warm_up
    return 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))
