"""The grader with its out-of-distribution score: one output more, all others bit for bit as before."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("onnxscript", reason="needs the extra 'train'")

from kltool.training.calibrate.familiarity import Familiarity, fit
from kltool.training.calibrate.grades import GradeCalibration
from kltool.training.export import register, register_anew
from kltool.training.grader_features import pooled_features
from kltool.training.networks.ensemble import GraderEnsemble
from kltool.training.networks.grader import Grader
from kltool.training.onnx_graph import export, halve
from kltool.training.ood_output import append_score
from kltool.typing import Float32, Float64
from kltool.weights.manifest import ModelEntry
from kltool.weights.network import load_entry

pytestmark = pytest.mark.filterwarnings("ignore")  # the exporter warns of its own future

OUTPUTS = ["probabilities", "thresholds", "interval", "explanation"]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(1)
    file = tmp_path_factory.mktemp("graph") / "grader.onnx"
    calibration = GradeCalibration(0.8, (0.0,) * 5, (0.2,) * 5, 1.9)
    export(GraderEnsemble([Grader(), Grader("lite1")], calibration, (96, 160)), (96, 160), OUTPUTS, file)
    halve(file)
    return file


@pytest.fixture(scope="module")
def views() -> Float32:
    return np.random.default_rng(2).normal(size=(24, 96, 160)).astype(np.float32)


@pytest.fixture(scope="module")
def law(graph: Path, views: Float32) -> Familiarity:
    features = pooled_features(graph, list(views))
    return fit(features[:12], features[12:], axes=4)


def outputs(file: Path, views: Float32) -> tuple[Float32 | Float64, ...]:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return load_entry(ModelEntry("grader", "1", file, digest, 160, (), ""))(views[:, None])


def test_the_score_is_that_of_the_law_and_all_else_is_as_before(
    graph: Path, views: Float32, law: Familiarity
) -> None:
    before, size = outputs(graph, views[:3]), graph.stat().st_size
    append_score(graph, law)
    *after, score = outputs(graph, views[:3])
    assert score.shape == (3, 1)
    assert score[:, 0] == pytest.approx(law.scores(pooled_features(graph, list(views[:3]))), rel=5e-3)
    for one, other in zip(before, after, strict=True):
        assert np.array_equal(one, other)
    assert graph.stat().st_size - size < 40_000
    again = graph.read_bytes()
    append_score(graph, law)
    assert graph.read_bytes() == again


def test_a_graph_without_a_grader_has_no_features(tmp_path: Path) -> None:
    export(torch.nn.Conv2d(1, 2, 3), (96, 160), ["a"], tmp_path / "other.onnx")
    with pytest.raises(ValueError, match="no head of a grader"):
        pooled_features(tmp_path / "other.onnx", [np.zeros((96, 160), np.float32)])


def test_only_the_hash_of_the_grader_changes_in_the_manifest(tmp_path: Path) -> None:
    for name in ("finder", "grader", "letters"):
        (tmp_path / f"{name}.onnx").write_bytes(name.encode())
        register(tmp_path / "manifest.toml", name, tmp_path / f"{name}.onnx", version="1", labels=["KL 0"])
    before = (tmp_path / "manifest.toml").read_text().splitlines()
    (tmp_path / "grader.onnx").write_bytes(b"other")
    register_anew("grader", tmp_path)
    after = (tmp_path / "manifest.toml").read_text().splitlines()
    changed = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    digests = [hashlib.sha256(data).hexdigest() for data in (b"grader", b"other")]
    assert changed == [tuple(f'sha256 = "{digest}"' for digest in digests)]
