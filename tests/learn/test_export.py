"""Reading runs the numbers that training made: the exported graph agrees with the network."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("onnxscript", reason="needs the extra 'train'")

from kltool.learn.certainty import Certainty  # noqa: E402
from kltool.learn.export import ReadingGrader, export, register  # noqa: E402
from kltool.networks.finder import Finder  # noqa: E402
from kltool.networks.grader import Grader  # noqa: E402
from kltool.networks.landmarks import Landmarks  # noqa: E402
from kltool.networks.margins import MarginNet  # noqa: E402
from kltool.weights.manifest import ModelEntry  # noqa: E402
from kltool.weights.network import load_entry  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # the exporter warns of its own future


SURE = Certainty(0.8, (0.1, -0.2, 0.0, 0.1, 0.0), (0.2, 0.1, 0.2, 0.3, 0.1))


def settled(network: "torch.nn.Module") -> "torch.nn.Module":
    """Batch statistics other than the initial ones, so that they matter."""
    torch.manual_seed(3)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2.0)
    return network.eval()


@pytest.mark.parametrize(
    ("network", "outputs", "shape", "any_size"),
    [
        (Finder(), ["heat", "ends"], (1, 1, 96, 224), True),
        (Landmarks(), ["points", "spread"], (3, 1, 160, 160), False),
        (MarginNet(), ["rows", "spreads"], (4, 1, 208, 192), False),
        (
            ReadingGrader(Grader(), SURE),
            ["probabilities", "thresholds", "explanation"],
            (1, 1, 176, 320),
            False,
        ),
    ],
    ids=["finder", "landmarks", "margins", "grader"],
)
def test_the_exported_graph_gives_the_numbers_of_the_network(
    network: "torch.nn.Module",
    outputs: list[str],
    shape: tuple[int, int, int, int],
    any_size: bool,
    tmp_path: Path,
) -> None:
    model, file = settled(network), tmp_path / "model.onnx"
    export(model, shape[-2:], outputs, file, any_size)
    register(tmp_path / "manifest.toml", "model", file, version="1")
    digest = (tmp_path / "manifest.toml").read_text().split('sha256 = "')[1][:64]
    exported = load_entry(ModelEntry("model", "1", file, digest, 0, (), ""))
    images = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    with torch.inference_mode():
        expected = model(torch.from_numpy(images))
    expected = (expected,) if isinstance(expected, torch.Tensor) else expected
    for ours, theirs in zip(exported(images), expected, strict=True):
        assert np.allclose(ours, theirs.numpy(), atol=2e-4, rtol=1e-3)


def test_the_explanation_is_the_gradient_of_the_expected_grade_times_the_features() -> None:
    reading = settled(ReadingGrader(Grader(), SURE))
    image = torch.randn(2, 1, 96, 160)
    probabilities, thresholds, explanation = reading(image)
    head = reading.grader.head
    features = (reading.grader.features(image) + reading.grader.features(image.flip(3)).flip(3)) / 2
    features = features.detach().requires_grad_()
    expected = torch.softmax(
        SURE.slope * head(features.mean((2, 3))) + torch.tensor(SURE.shifts), 1
    ) @ torch.arange(5.0)
    (gradient,) = torch.autograd.grad(expected.sum(), features)
    assert torch.allclose(explanation, (gradient * features).sum(1), atol=1e-5)
    assert torch.allclose(probabilities.sum(1), torch.ones(2))
    assert torch.equal(thresholds, torch.tensor(SURE.thresholds).expand(2, 5))


def test_a_mirrored_knee_has_the_same_grade_and_the_mirrored_explanation() -> None:
    reading, image = settled(ReadingGrader(Grader(), SURE)), torch.randn(1, 1, 96, 160)
    with torch.inference_mode():
        (one, _, places), (other, _, mirrored) = reading(image), reading(image.flip(3))
    assert torch.allclose(one, other, atol=1e-6)
    assert torch.allclose(places, mirrored.flip(2), atol=1e-6)


def test_registering_again_replaces_the_entry_and_keeps_the_others(tmp_path: Path) -> None:
    manifest, file = tmp_path / "manifest.toml", tmp_path / "a.onnx"
    file.write_bytes(b"first")
    register(manifest, "a", file, version="1", labels=["x"])
    register(manifest, "b", file, version="1")
    file.write_bytes(b"second")
    register(manifest, "a", file, version="2", labels=["x", "y"])
    import tomllib

    table = tomllib.loads(manifest.read_text())
    assert set(table) == {"a", "b"}
    assert table["a"]["version"] == "2"
    assert table["a"]["sha256"] != table["b"]["sha256"]
