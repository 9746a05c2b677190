"""What every worker of a run needs before its first image."""

from dataclasses import dataclass

from kltool.batch.pseudonym import Pseudonyms
from kltool.memory import MEMORY_MB


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """model: as the column `model` has it; a worker with another one ends.

    overlays: folder of pictures, or empty. log_causes: whether the causes of errors are logged on the
    standard error. memory_mb: that a worker may use above what it maps when it is idle. require_side:
    whether a knee whose side is unknown is refused. sphere_mm: diameter of the calibration sphere, if there
    is one.
    """

    model: str
    overlays: str
    pseudonyms: Pseudonyms
    log_causes: bool = False
    memory_mb: int = MEMORY_MB
    require_side: bool = False
    sphere_mm: float | None = None
