"""Reading runs the numbers that training made: the exported graph agrees with the network."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("onnxscript", reason="needs the extra 'train'")

from kltool.training.calibrate.grades import GradeCalibration
from kltool.training.export import register
from kltool.training.networks.ensemble import GraderEnsemble
from kltool.training.networks.finder import Finder
from kltool.training.networks.grader import Grader, packed, restored
from kltool.training.networks.landmarks import LandmarkNetwork
from kltool.training.networks.letters import LetterNetwork
from kltool.training.networks.margins import MarginNet
from kltool.training.onnx_graph import export, halve
from kltool.training.onnx_weights import graders_of
from kltool.weights.manifest import ModelEntry
from kltool.weights.network import Network, load_entry

pytestmark = pytest.mark.filterwarnings("ignore")  # the exporter warns of its own future


CALIBRATION = GradeCalibration(0.8, (0.1, -0.2, 0.0, 0.1, 0.0), (0.2, 0.1, 0.2, 0.3, 0.1), 1.9)


def settled(network: "torch.nn.Module", seed: int = 3) -> "torch.nn.Module":
    """Batch statistics and scales other than the initial ones, so that they matter and no two are equal."""
    torch.manual_seed(seed)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.uniform_(0.8, 1.2)
            module.bias.data.normal_(0, 0.1)
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2.0)
    return network.eval()


@pytest.mark.parametrize(
    ("network", "outputs", "shape", "any_size"),
    [
        (Finder(), ["heat", "ends"], (1, 1, 96, 224), True),
        (LetterNetwork(), ["heat", "pose"], (2, 1, 64, 96), True),
        (LandmarkNetwork(), ["points", "spread"], (3, 1, 160, 160), False),
        (MarginNet(), ["rows", "spreads"], (4, 1, 208, 192), False),
        (
            GraderEnsemble([Grader("lite0"), Grader("lite1")], CALIBRATION, (176, 320)),
            ["probabilities", "thresholds", "interval", "explanation"],
            (1, 1, 176, 320),
            False,
        ),
    ],
    ids=["finder", "letters", "landmarks", "margins", "grader"],
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
    exported = loaded(tmp_path)
    images = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    with torch.inference_mode():
        expected = model(torch.from_numpy(images))
    expected = (expected,) if isinstance(expected, torch.Tensor) else expected
    for ours, theirs in zip(exported(images), expected, strict=True):
        assert np.allclose(ours, theirs.numpy(), atol=2e-4, rtol=1e-3)


def test_the_attribution_map_is_the_gradient_of_the_expected_grade_times_the_features() -> None:
    reading = settled(GraderEnsemble([Grader("lite0"), Grader("lite1")], CALIBRATION, (96, 160)))
    image = torch.randn(2, 1, 96, 160)
    probabilities, thresholds, _, explanation = (one.detach() for one in reading(image))
    features = [
        ((grader.features(image) + grader.features(image.flip(3)).flip(3)) / 2).detach().requires_grad_()
        for grader in reading.graders
    ]
    logits = [grader.head(own.mean((2, 3))) for grader, own in zip(reading.graders, features, strict=True)]
    expected = torch.softmax(
        CALIBRATION.slope * (logits[0] + logits[1]) / 2 + torch.tensor(CALIBRATION.shifts), 1
    ) @ torch.arange(5.0)
    gradients = torch.autograd.grad(expected.sum(), features)
    shown = [(gradient * own).sum(1) for gradient, own in zip(gradients, features, strict=True)]
    assert explanation.shape == (2, 6, 10)
    for row, middle in enumerate(7.5 + 16 * np.arange(6)):
        raised = [
            np.interp(middle, grader.centres(own.shape[1]), own.detach().mean(2)[0].numpy())
            for grader, own in zip(reading.graders, shown, strict=True)
        ]
        counts = [own.shape[1] * own.shape[2] for own in shown]
        total = sum(one * count for one, count in zip(raised, counts, strict=True)) / 60
        assert float(explanation[0, row].mean()) == pytest.approx(total, rel=0.2, abs=1e-4)
    assert torch.allclose(probabilities.sum(1), torch.ones(2))
    assert torch.equal(thresholds, torch.tensor(CALIBRATION.thresholds).expand(2, 5))


@pytest.mark.parametrize("backbone", ["lite0", "lite1"])
def test_a_row_of_the_features_is_centred_where_it_is_said_to_be(backbone: str) -> None:
    """What a row of the features depends on most lies there."""
    grader, image = settled(Grader(backbone)), torch.randn(1, 1, 448, 64, requires_grad=True)
    features = grader.features(image)
    rows = features.shape[2]
    middle = rows // 2
    (gradient,) = torch.autograd.grad(features[:, :, middle].pow(2).sum(), image)
    weight = gradient.pow(2).sum((0, 1, 3))
    found = float((weight * torch.arange(448)).sum() / weight.sum())
    assert found == pytest.approx(grader.centres(rows)[middle], abs=8)


def test_a_grader_is_as_it_was_trained_after_it_was_prepared_for_reading() -> None:
    grader = settled(Grader()).train()
    before = {name: value.clone() for name, value in grader.state_dict().items()}
    GraderEnsemble([grader], CALIBRATION, (96, 160))
    assert all(torch.equal(value, before[name]) for name, value in grader.state_dict().items())


def test_the_graph_gives_the_interval_of_the_calibration() -> None:
    reading, image = settled(GraderEnsemble([Grader()], CALIBRATION, (96, 160))), torch.randn(3, 1, 96, 160)
    with torch.inference_mode():
        probabilities, _, interval, _ = reading(image)
        one, other = (reading.graders[0](side)[0] for side in (image, image.flip(3)))
    logits = ((one + other) / 2).double().numpy()
    assert np.allclose(probabilities, CALIBRATION.probabilities(logits), atol=1e-5)
    assert np.allclose(interval, CALIBRATION.intervals(logits), atol=1e-4)


def test_a_mirrored_knee_has_the_same_grade_and_the_mirrored_map() -> None:
    reading, image = settled(GraderEnsemble([Grader()], CALIBRATION, (96, 160))), torch.randn(1, 1, 96, 160)
    with torch.inference_mode():
        (one, _, _, places), (other, _, _, mirrored) = reading(image), reading(image.flip(3))
    assert torch.allclose(one, other, atol=1e-6)
    assert torch.allclose(places, mirrored.flip(2), atol=1e-6)


def test_weights_of_half_precision_are_stored_in_half_the_space_without_loss(tmp_path: Path) -> None:
    grader = settled(Grader()).half().float()
    image = np.random.default_rng(0).normal(size=(1, 1, 96, 160)).astype(np.float32)
    outputs = ["probabilities", "thresholds", "interval", "explanation"]
    export(GraderEnsemble([grader], CALIBRATION, (96, 160)), (96, 160), outputs, tmp_path / "model.onnx")
    before, size = loaded(tmp_path)(image), (tmp_path / "model.onnx").stat().st_size
    halve(tmp_path / "model.onnx")
    for one, other in zip(before, loaded(tmp_path)(image), strict=True):
        assert np.array_equal(one, other)
    assert (tmp_path / "model.onnx").stat().st_size < 0.55 * size


def test_a_grader_is_restored_as_it_was_packed() -> None:
    grader, image = settled(Grader("lite1")), torch.randn(1, 1, 64, 96)
    with torch.inference_mode():
        assert torch.equal(restored(packed(grader)).eval()(image)[0], grader(image)[0])


def test_training_can_go_on_from_the_graph_that_is_shipped(tmp_path: Path) -> None:
    graders = [settled(Grader(kind), seed).half().float() for seed, kind in enumerate(("lite1", "lite0"))]
    export(
        GraderEnsemble(graders, CALIBRATION, (96, 160)),
        (96, 160),
        ["a", "b", "c", "d"],
        tmp_path / "model.onnx",
    )
    halve(tmp_path / "model.onnx")
    image = torch.randn(2, 1, 96, 160)
    with torch.inference_mode():
        for before, after in zip(graders, graders_of(tmp_path / "model.onnx"), strict=True):
            assert after.kind == before.kind
            assert torch.equal(before.eval()(image)[0], after.eval()(image)[0])


def test_a_graph_without_a_grader_is_refused(tmp_path: Path) -> None:
    class Other(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.graders = torch.nn.ModuleList([torch.nn.ModuleDict({"head": torch.nn.Linear(160, 5)})])

        def forward(self, image: "torch.Tensor") -> "torch.Tensor":
            return self.graders[0]["head"](image)

    export(Other(), (96, 160), ["a"], tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="no grader of a kind known here"):
        graders_of(tmp_path / "model.onnx")


def loaded(folder: Path) -> Network:
    file = folder / "model.onnx"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return load_entry(ModelEntry("model", "1", file, digest, 0, (), ""))


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
