"""The settings of a run, checked before anything heavy is loaded."""

import os
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from kltool.batch.pseudonym import Pseudonyms
from kltool.errors import UsageError
from kltool.grading import SiteSettings
from kltool.intake.sources.access import NOTHING_ALLOWED, Access
from kltool.memory import MEMORY_MB
from kltool.time_limit import LIMIT_S
from kltool.values.sphere import given_sphere_mm

LEAST_MEMORY_MB = 500  # docs/choices.md#memory


def cores() -> int:
    """The number that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Batch:
    """The settings of a run that reads many images into one table.

    Attributes
    ----------
    sources : str, path, or sequence of these
        Files, folders, zip and tar archives, a DICOMDIR, manifests (CSV or Parquet), addresses
        (``s3://...``), or "-" for paths on the standard input.
    out : str or path
        Folder of the tables; a run that was stopped is continued in the same folder.
    jobs : int
        Worker processes; by default one per core.
    scheduler : str
        Address of a Dask scheduler, "local", or empty for processes of this machine.
    limit_s : float
        Seconds an image may take.
    memory_mb : int
        Megabytes that a worker may use above what it maps when it is idle; of Linux only.
    overlays : bool
        Whether a picture of each knee is written to ``out/overlays``.
    oai_names : bool
        Whether columns are named as the OAI does.
    retry_failed : bool
        Whether images whose reading failed are read again.
    sphere_mm : float, optional
        Diameter of the calibration sphere beside the leg, as in `read`; where a manifest states a spacing,
        that counts.
    access : Access
        Which addresses are opened, and the folder that paths must lie in.
    pseudonyms : Pseudonyms
        Replaces the identifiers of subjects; by default they stay.
    require_side : bool
        Whether a knee whose side is unknown is refused; otherwise it is read without medial and lateral.
    site : SiteSettings
        Calibration of the grade for one site, as `read_site` reads it; by default that which is shipped.

    Raises
    ------
    UsageError
        Where one is out of range.
    """

    sources: tuple[str, ...]  # whatever was given, as text
    out: Path
    jobs: int = field(default_factory=cores)
    scheduler: str = ""
    limit_s: float = LIMIT_S
    memory_mb: int = MEMORY_MB
    overlays: bool = False
    oai_names: bool = False
    retry_failed: bool = False
    sphere_mm: float | None = None
    access: Access = NOTHING_ALLOWED
    pseudonyms: Pseudonyms = field(default_factory=Pseudonyms)
    require_side: bool = False
    site: SiteSettings = field(default_factory=SiteSettings)

    def __post_init__(self) -> None:
        sources = (self.sources,) if isinstance(self.sources, str | PathLike) else self.sources
        object.__setattr__(self, "sources", tuple(os.fspath(source) for source in sources))
        object.__setattr__(self, "out", Path(self.out))
        if self.sphere_mm is not None:
            given_sphere_mm(self.sphere_mm)
        if self.jobs < 1:
            raise UsageError(f"--jobs {self.jobs} found; 1 at least expected")
        if not self.limit_s > 0:
            raise UsageError(f"--time-limit {self.limit_s:g} found; a number of seconds above 0 expected")
        if self.memory_mb < LEAST_MEMORY_MB:
            raise UsageError(f"--memory {self.memory_mb} found; {LEAST_MEMORY_MB} MB at least expected")
