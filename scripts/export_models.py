"""Export trained weights to models/: python scripts/export_models.py FOLDER [--only finder ...].

FOLDER holds finder.pt, aspect.pt, landmarks.pt, margins.pt and linked.pt as the training scripts left
them, and grader.pt of scripts/calibrate_grader.py.
"""

import argparse
from pathlib import Path

import torch

from kltool.geometry.joint_frame import COLUMNS, ROWS
from kltool.grading.view import VIEW
from kltool.localize.classify import SIZE
from kltool.training.certainty import Certainty
from kltool.training.export import ReadingGrader, export, halve, register
from kltool.training.networks.finder import Finder
from kltool.training.networks.grader import restored
from kltool.training.networks.knee_class import Aspect
from kltool.training.networks.landmarks import Landmarks
from kltool.training.networks.margins import MarginNet

MODELS = Path(__file__).resolve().parents[1] / "models"
OAI = "OAI baseline knee crops (Chen, Mendeley Data 56rmx5bjcr), train split"
KNEEL = "the train knees of the KNEEL annotations (Tiulpin et al. 2019) on the OAI crops"
DRAWN = "knees drawn by kltool.simulate"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--only", nargs="*", default=["finder", "aspect", "landmarks", "margins", "linked", "grader"]
    )
    options = parser.parse_args()
    for name in options.only:
        state = torch.load(options.folder / f"{name}.pt", weights_only=True)
        file = MODELS / f"{name}.onnx"
        facts: dict[str, object]
        if name == "finder":
            finder = Finder()
            finder.load_state_dict(state)
            export(finder, (160, 192), ["heat", "ends"], file, any_size=True)
            facts = {"input_size": 0, "labels": ["knee", "replaced knee"], "trained_on": KNEEL}
        elif name == "aspect":
            aspect = Aspect()
            aspect.load_state_dict(state)
            export(aspect, (SIZE, SIZE), ["kinds"], file)
            halve(file)
            labels = ["lateral on the left", "lateral on the right", "replaced", "no frontal knee"]
            facts = {"input_size": SIZE, "labels": labels, "trained_on": f"{OAI}; {DRAWN}"}
        elif name == "landmarks":
            landmarks = Landmarks()
            landmarks.load_state_dict(state)
            export(landmarks, (160, 160), ["points", "spread"], file)
            labels = [f"tibia {n}" for n in range(1, 10)] + [f"femur {n}" for n in range(1, 8)]
            labels += ["lateral femoral end", "medial femoral end"]
            facts = {"input_size": 160, "labels": labels, "trained_on": f"{KNEEL}; {DRAWN}"}
        elif name == "margins":
            margins = MarginNet()
            margins.load_state_dict(state)
            export(margins, (ROWS, COLUMNS), ["rows", "spreads"], file)
            labels = ["femoral margin", "tibial margin", "upper rim", "lower rim"]
            facts = {"input_size": COLUMNS, "labels": labels, "trained_on": f"{KNEEL}; {DRAWN}"}
        elif name == "linked":
            linked = MarginNet(films=2)
            linked.load_state_dict(state)
            export(linked, (ROWS, COLUMNS), ["rows", "spreads"], file, films=2)
            labels = ["femoral margin", "tibial margin", "upper rim", "lower rim"]
            trained_on = f"{DRAWN}, at two visits; {KNEEL}, as the margins model traces them"
            facts = {"input_size": COLUMNS, "labels": labels, "trained_on": trained_on}
        else:
            graders = [restored(one) for one in state["graders"]]
            size = (VIEW.rows, VIEW.columns)
            grader = ReadingGrader(graders, Certainty(**state["certainty"]), size)
            export(grader, size, ["probabilities", "thresholds", "interval", "explanation"], file)
            halve(file)
            facts = {"input_size": VIEW.columns, "labels": [f"KL {n}" for n in range(5)], "trained_on": OAI}
        register(MODELS / "manifest.toml", name, file, version="1", **facts)


if __name__ == "__main__":
    main()
