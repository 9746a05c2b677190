"""Random numbers for samples: every function that samples takes its generator as an argument."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Random = np.random.Generator
Item = TypeVar("Item")


def one_of(items: Sequence[Item], random: Random) -> Item:
    """Each as often as any other."""
    return items[int(random.integers(len(items)))]
