"""The same work on many knees, in several processes, each with the models loaded once."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TypeVar

from rich.console import Console
from rich.progress import track

from kltool.weights import Models, load_models

Item = TypeVar("Item")
Found = TypeVar("Found")

_models: list[Models] = []  # of this process


def each(work: Callable[[Models, Item], Found], items: Sequence[Item], what: str, jobs: int) -> list[Found]:
    """work(models, item) of every item, in the items' order however many processes share it.

    work: a function of a module, so that another process finds it by its name. what: shown while it runs.
    """
    if not items:
        return []
    fresh = multiprocessing.get_context("spawn")  # a forked ONNX Runtime may hang
    with ProcessPoolExecutor(jobs, mp_context=fresh, initializer=_prepare) as pool:
        found = pool.map(partial(_one, work), items)
        return list(track(found, what, total=len(items), console=Console(stderr=True)))


def _prepare() -> None:
    import cv2

    cv2.setNumThreads(1)
    _models.append(load_models())


def _one(work: Callable[[Models, Item], Found], item: Item) -> Found:
    return work(_models[0], item)
