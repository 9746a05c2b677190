"""Equality and hash by value, for data classes with fields that hold arrays or mappings."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np


class ByValue:
    """A data class whose instances are equal where all compared fields are; arrays element by element.

    Used with `dataclass(eq=False)`: the generated `==` fails on arrays, and their hash does not exist.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(_same(one, two) for one, two in zip(_compared(self), _compared(other), strict=True))

    def __hash__(self) -> int:
        return hash((type(self), *map(_hashable, _compared(self))))


def _compared(instance: Any) -> list[Any]:
    return [getattr(instance, field.name) for field in fields(instance) if field.compare]


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(two, np.ndarray):
        return one.dtype == two.dtype and np.array_equal(one, two)
    if isinstance(one, np.ndarray) or isinstance(two, np.ndarray):
        return False  # the other is the reason why there is no array
    return bool(one == two)


def _hashable(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, Mapping):
        return frozenset((key, _hashable(item)) for key, item in value.items())
    return value
