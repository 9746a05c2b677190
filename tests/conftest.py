"""What every test may use: the models, loaded once, and readings of the sample images."""

import hashlib
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
for folder in (ROOT, ROOT / "scripts"):  # tests share their films, and score with scripts/evaluation
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from kltool.batch.settings import cores  # noqa: E402
from kltool.intake import load  # noqa: E402
from kltool.reading import read  # noqa: E402
from kltool.values.radiograph import Side  # noqa: E402
from kltool.values.reading import Reading  # noqa: E402
from kltool.weights import Models, load_models  # noqa: E402

ReadSample = Callable[..., Reading]
MOST_ANSWERS = 500  # of each model, some 200 MB of all
settings.register_profile("kltool", deadline=None, max_examples=30)  # a busy machine is no error
settings.register_profile("ci", deadline=None, max_examples=100)  # by --hypothesis-profile=ci
settings.load_profile("kltool")


class Remembering:
    """A session that gives the same images the answer it gave: the samples are read hundreds of times.

    That a model answers the same at every run is tested where processes of their own read.
    """

    def __init__(self, session: Any) -> None:
        self.session = session
        self.answers: OrderedDict[tuple[object, ...], list[np.ndarray]] = OrderedDict()

    def run(self, names: Any, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        key = tuple((name, x.shape, hashlib.blake2b(x.tobytes()).digest()) for name, x in inputs.items())
        if key not in self.answers:
            self.answers[key] = self.session.run(names, inputs)
        self.answers.move_to_end(key)
        while len(self.answers) > MOST_ANSWERS:
            self.answers.popitem(last=False)
        return [answer.copy() for answer in self.answers[key]]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """pytest -n auto: a process a core, of those that may be used, and eight at most: each takes 1 GB."""
    return min(cores(), 8)


@pytest.fixture(scope="session")
def models() -> Models:
    loaded = load_models()
    networks = (getattr(loaded, field.name) for field in fields(loaded))
    return Models(*(replace(network, session=Remembering(network.session)) for network in networks))


@pytest.fixture(scope="session")
def samples() -> Path:
    return ROOT / "sample_images"


@pytest.fixture(scope="session")
def read_sample(models: Models, samples: Path) -> ReadSample:
    """The reading of a sample film by its name, read once; side and spacing_mm as a user gives them."""
    known: dict[tuple[str, Side | None, float | None], Reading] = {}

    def sample(name: str, side: Side | None = None, spacing_mm: float | None = None) -> Reading:
        asked = name, side, spacing_mm
        if asked not in known:
            known[asked] = read(load(samples / name, side=side, spacing_mm=spacing_mm), models)
        return known[asked]

    return sample
