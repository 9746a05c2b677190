"""The same work on many knees, in several processes, each with the models loaded once."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TypeVar

import cv2
from rich.console import Console
from rich.progress import track

from kltool.weights import Models, load_models

Item = TypeVar("Item")
Output = TypeVar("Output")

_models: list[Models] = []  # of this process


def each(work: Callable[[Models, Item], Output], items: Sequence[Item], what: str, jobs: int) -> list[Output]:
    """work(models, item) of every item, in the items' order however many processes share it.

    work: a function of a module, so that another process finds it by its name. what: shown while it runs.
    """
    if not items:
        return []
    fresh = multiprocessing.get_context("spawn")  # a forked ONNX Runtime may hang
    with ProcessPoolExecutor(jobs, mp_context=fresh, initializer=_prepare) as pool:
        found = pool.map(partial(_one, work), items)
        return list(track(found, what, total=len(items), console=Console(stderr=True)))


def for_seeds(work: Callable[[int], None], seeds: Sequence[int], what: str, jobs: int) -> None:
    """work(seed) of every seed, which needs no models. work: as for `each`. what: shown while it runs."""
    with ProcessPoolExecutor(jobs) as pool:
        done = pool.map(work, seeds, chunksize=8)
        for _ in track(done, what, total=len(seeds)):
            pass


def _prepare() -> None:
    cv2.setNumThreads(1)
    _models.append(load_models())


def _one(work: Callable[[Models, Item], Output], item: Item) -> Output:
    return work(_models[0], item)
