"""What every test may use: the models, loaded once, and readings of the sample images."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
for folder in (ROOT, ROOT / "scripts"):  # tests share their films, and score with scripts/evaluation
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from kltool.intake import load  # noqa: E402
from kltool.reading import read  # noqa: E402
from kltool.values.radiograph import Side  # noqa: E402
from kltool.values.reading import Reading  # noqa: E402
from kltool.weights import Models, load_models  # noqa: E402

ReadSample = Callable[..., Reading]
settings.register_profile("kltool", deadline=None)  # a busy machine is no error
settings.load_profile("kltool")


@pytest.fixture(scope="session")
def models() -> Models:
    return load_models()


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
