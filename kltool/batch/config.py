"""What every worker of a run needs before its first image."""

from dataclasses import dataclass, field

from kltool.batch.pseudonym import Pseudonyms
from kltool.grading import SiteSettings
from kltool.memory import MEMORY_MB
from kltool.tables.cells import with_site


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """model: kltool and its models, as in the column `model`; a worker with others ends.

    overlays: folder of pictures, or empty. log_causes: whether the causes of errors are logged on the
    standard error. memory_mb: that a worker may use above what it maps when it is idle. require_side:
    whether a knee whose side is unknown is refused. sphere_mm: diameter of the calibration sphere, if there
    is one. site: calibration of the grade.
    """

    model: str
    overlays: str
    pseudonyms: Pseudonyms
    log_causes: bool = False
    memory_mb: int = MEMORY_MB
    require_side: bool = False
    sphere_mm: float | None = None
    site: SiteSettings = field(default_factory=SiteSettings)

    @property
    def made_by(self) -> str:
        """The column `model` of every row."""
        return with_site(self.model, self.site.calibration)
