"""Trained weights to models/NAME.onnx, with the model's entry in models/manifest.toml."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from kltool.geometry.joint_frame import COLUMNS, ROWS
from kltool.grading.view import VIEW
from kltool.localize.classify import SIZE
from kltool.training.calibrate.grades import GradeCalibration
from kltool.training.landmarks import INPUT_SIZE
from kltool.training.networks.ensemble import GraderEnsemble
from kltool.training.networks.finder import Finder
from kltool.training.networks.grader import restored
from kltool.training.networks.knee_class import KneeClassifier
from kltool.training.networks.landmarks import LandmarkNetwork
from kltool.training.networks.letters import LetterNetwork
from kltool.training.networks.margins import MarginNet
from kltool.training.onnx_graph import export, halve

State = Mapping[str, Any]

OAI: Final = "OAI baseline knee crops (Chen, Mendeley Data 56rmx5bjcr), train split"
ANNOTATED: Final = "train knees of the KNEEL annotations (Tiulpin et al. 2019) on the OAI crops"
WITHOUT_MASKS: Final = f"464 {ANNOTATED}, without those that have a joint-space mask"
SIMULATED: Final = "knees simulated by kltool.simulate"
# as the manifest names them
CURVES: Final = ("femoral margin", "tibial margin", "upper plateau margin", "lower plateau margin")


@dataclass(frozen=True, slots=True)
class Graph:
    """How a network is exported, and what the manifest states of it.

    network: of the trained weights. size: (rows, columns) of the input, where any_size an example. films: its
    channels. half: whether weights are stored in half precision.
    """

    network: Callable[[State], nn.Module]
    size: tuple[int, int]
    outputs: tuple[str, ...]
    labels: tuple[str, ...]
    trained_on: str
    films: int = 1
    any_size: bool = False
    half: bool = False


def _loaded(network: nn.Module, state: State) -> nn.Module:
    network.load_state_dict(state)
    return network


def _ensemble(state: State) -> GraderEnsemble:
    graders = [restored(one) for one in state["graders"]]
    return GraderEnsemble(graders, GradeCalibration(**state["calibration"]), (VIEW.rows, VIEW.columns))


GRAPHS: Final[Mapping[str, Graph]] = {
    "finder": Graph(
        lambda state: _loaded(Finder(), state),
        (160, 192),
        ("heat", "ends"),
        ("knee", "replaced knee"),
        f"471 {ANNOTATED}",
        any_size=True,
    ),
    "aspect": Graph(
        lambda state: _loaded(KneeClassifier(), state),
        (SIZE, SIZE),
        ("kinds", "findings"),
        (
            *("lateral on the left", "lateral on the right", "replaced", "no frontal knee"),
            *("metal on the left", "metal on the right", "patellofemoral replacement", "metal elsewhere"),
            "open growth plate",
        ),
        f"{OAI}; {SIMULATED}",
        half=True,
    ),
    "landmarks": Graph(
        lambda state: _loaded(LandmarkNetwork(), state),
        (INPUT_SIZE, INPUT_SIZE),
        ("points", "spread"),
        (
            *(f"tibia {number}" for number in range(1, 10)),
            *(f"femur {number}" for number in range(1, 8)),
            *("lateral femoral end", "medial femoral end"),
        ),
        f"{WITHOUT_MASKS}; {SIMULATED}",
    ),
    "margins": Graph(
        lambda state: _loaded(MarginNet(), state),
        (ROWS, COLUMNS),
        ("rows", "spreads"),
        CURVES,
        f"{WITHOUT_MASKS}; {SIMULATED}",
    ),
    "linked": Graph(
        lambda state: _loaded(MarginNet(films=2), state),
        (ROWS, COLUMNS),
        ("rows", "spreads"),
        CURVES,
        f"{SIMULATED}, at two visits; {WITHOUT_MASKS}, as the margins model traces them",
        films=2,
    ),
    "letters": Graph(
        lambda state: _loaded(LetterNetwork(), state),
        (96, 128),
        ("heat", "pose"),
        ("R", "L", "mirrored R", "mirrored L"),
        f"letters drawn on pieces of films: {OAI}; 31 full fields (Wani & Arora, Mendeley Data fxjm8fb6mw)",
        any_size=True,
        half=True,
    ),
    "grader": Graph(
        _ensemble,
        (VIEW.rows, VIEW.columns),
        ("probabilities", "thresholds", "interval", "explanation"),
        tuple(f"KL {grade}" for grade in range(5)),
        OAI,
        half=True,
    ),
}


def export_model(name: str, weights: Path, models: Path) -> None:
    """`models`/NAME.onnx and its entry in `models`/manifest.toml. name: one of GRAPHS."""
    graph, file = GRAPHS[name], models / f"{name}.onnx"
    network = graph.network(torch.load(weights, weights_only=True))
    export(network, graph.size, list(graph.outputs), file, graph.any_size, graph.films)
    if graph.half:
        halve(file)
    registered_anew(name, file)


def registered_anew(name: str, file: Path) -> None:
    """The entry of `file`, a graph of GRAPHS, in the manifest beside it."""
    graph = GRAPHS[name]
    register(
        file.with_name("manifest.toml"),
        name,
        file,
        version="1",
        input_size=0 if graph.any_size else graph.size[1],
        labels=graph.labels,
        trained_on=graph.trained_on,
    )


def register(manifest: Path, name: str, file: Path, **facts: object) -> None:
    """Write or replace the table of one model in the manifest, with the hash of its file."""
    facts = {"file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest(), **facts}
    table = f"[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in facts.items())
    text = manifest.read_text(encoding="utf-8") if manifest.exists() else ""
    before = re.sub(rf"(?ms)^\[{name}\]\n.*?(?=^\[|\Z)", "", text).strip()
    manifest.write_text((before + "\n\n" if before else "") + table, encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value)
