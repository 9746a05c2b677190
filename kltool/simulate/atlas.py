"""The statistical shape model: femur, tibia, fibula and patella of a left leg, as linear surfaces.

Source: `musculoskeletal-models` 0.2.4 (MPL-2.0), shape model LLP26_rigid.pc: principal components of the
lower limb bones of 26 people. Its surfaces are finite elements evaluated by `gias3-fieldwork`. A
surface is linear in its nodes, and the nodes are linear in the components; so every bone is a mean surface
and a displacement for each component, and a new person is one weighted sum.

Frame of the model, millimetres: x towards lateral, y towards posterior, z towards the head.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from kltool.errors import InstallationError
from kltool.typing import Float64

Int32 = npt.NDArray[np.int32]

COMPONENTS = 8  # docs/choices-simulate.md#components
ELEMENT_POINTS = 12  # docs/choices-simulate.md#mesh-density

_NODES = {"femur": (1946, 2580), "patella": (2580, 2654), "tibia_fibula": (2654, 3225)}  # in LLP26_rigid.pc
_FILES = {
    "femur": ("femur_left_mean_rigid_LLP26", "femur_left_quartic_flat"),
    "patella": ("patella_left_mean_rigid_LLP26", "patella_11_left"),
    "tibia_fibula": ("tibia_fibula_cubic_left_mean_rigid_LLP26", "tibia_fibula_left_cubic_flat"),
}


@dataclass(frozen=True, slots=True, eq=False)
class BoneModel:
    """One closed surface and how it varies between people.

    mean: (n, 3) mm. faces: (m, 3), counter-clockwise seen from outside. modes: (k, n, 3), mm per standard
    deviation of the component.
    """

    mean: Float64
    faces: Int32
    modes: Float64

    def surface(self, coefficients: Float64) -> Float64:
        """(n, 3) mm, rigidly aligned to the mean bone: the shape varies, the pose does not."""
        shape = self.mean + np.einsum("k,kni->ni", coefficients, self.modes[: len(coefficients)])
        return _aligned(shape, self.mean)


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """The bones of the knee in the pose of the model: femur and tibia in extension, one frame."""

    femur: BoneModel
    tibia: BoneModel
    fibula: BoneModel
    patella: BoneModel


@cache
def load_atlas() -> Atlas:
    """The atlas, built once per process (about two seconds)."""
    components = _components()
    tibia, fibula = _split_tibia_and_fibula(_bone("tibia_fibula", components))
    return Atlas(_bone("femur", components), tibia, fibula, _bone("patella", components))


def _components() -> dict[str, Any]:
    with _model_path("shape_models/LLP26_rigid.pc").open("rb") as file:
        components: dict[str, Any] = pickle.load(file, encoding="latin1")
    return components


def _bone(name: str, components: dict[str, Any]) -> BoneModel:
    evaluate, faces = _evaluator(name)
    first, last = _NODES[name]

    def surface(nodes: Float64) -> Float64:
        return evaluate(nodes.reshape(3, -1)[:, first:last])

    deviations = np.sqrt(components["weights"][:COMPONENTS])
    modes = [sd * surface(mode) for sd, mode in zip(deviations, components["modes"].T, strict=False)]
    return BoneModel(surface(components["mean"]), faces, np.array(modes))


def _evaluator(name: str) -> tuple[Callable[[Float64], Float64], Int32]:
    """Nodes (3, nodes) to surface points (n, 3), and the faces between the points."""
    fields = _geometric_fields()
    geometry, mesh = (f"atlas_meshes/{file}" for file in _FILES[name])
    paths = (f"{geometry}.geof", f"{mesh}.ens", f"{mesh}.mesh")
    field = fields.load_geometric_field(*(str(_model_path(path)) for path in paths))
    density = [ELEMENT_POINTS, ELEMENT_POINTS]
    _, faces, kept, _ = field.triangulate(density, merge=True, ret_vert_map=True)
    evaluate = fields.makeGeometricFieldEvaluatorSparse(field, density)
    return (lambda nodes: np.ascontiguousarray(evaluate(nodes)[:, kept].T)), np.asarray(faces, np.int32)


def _geometric_fields() -> Any:
    """gias3-fieldwork 3.0.1 calls array functions that SciPy 1.12 removed; numpy's are put in their place."""
    for function in ("array", "dot", "mod"):
        if not hasattr(scipy, function):
            setattr(scipy, function, getattr(np, function))
    try:
        from gias3.fieldwork.field import geometric_field  # an optional extra; needs the names set above
    except ImportError as error:
        raise _not_installed() from error
    return geometric_field


def _model_path(name: str) -> Path:
    try:
        from musculoskeletal.models import get_model_path  # an optional extra
    except ImportError as error:
        raise _not_installed() from error
    path = get_model_path(name)
    if path is None:
        raise InstallationError(f"shape model file {name} not found; reinstall musculoskeletal-models 0.2.4")
    return Path(path)


def _not_installed() -> InstallationError:
    return InstallationError(
        "the shape model is not installed; simulation needs it: pip install 'kltool[simulate]'"
    )


def _split_tibia_and_fibula(both: BoneModel) -> tuple[BoneModel, BoneModel]:
    """Tibia and fibula, two closed surfaces that the model holds in one mesh."""
    edges = (both.faces.ravel(), np.roll(both.faces, 1, axis=1).ravel())
    graph = coo_matrix((np.ones(both.faces.size), edges), shape=(len(both.mean),) * 2)
    _, part = connected_components(graph, directed=False)
    tibia = part == part[both.mean[:, 2].argmax()]
    return _part(both, tibia), _part(both, ~tibia)


def _part(model: BoneModel, kept: npt.NDArray[np.bool_]) -> BoneModel:
    renumbered = np.cumsum(kept) - 1
    faces = renumbered[model.faces[kept[model.faces[:, 0]]]]
    return BoneModel(model.mean[kept], faces.astype(np.int32), np.ascontiguousarray(model.modes[:, kept]))


def _aligned(points: Float64, target: Float64) -> Float64:
    """`points` rigidly aligned to `target`, least squares (Kabsch 1976)."""
    centre, goal = points.mean(axis=0), target.mean(axis=0)
    left, _, right = np.linalg.svd(np.einsum("nj,nk->jk", points - centre, target - goal))
    handedness = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    turn = left @ handedness @ right
    return np.asarray(np.einsum("nj,jk->nk", points - centre, turn) + goal)
