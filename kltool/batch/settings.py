"""The settings of a run, checked before anything heavy is loaded."""

from dataclasses import dataclass, field
from pathlib import Path

from kltool.batch.pseudonym import Pseudonyms
from kltool.errors import UsageError


@dataclass(frozen=True, slots=True)
class Batch:
    """The settings of a run.

    sources: see kltool.batch.listing.Listing. out: the folder of the tables. jobs: worker processes.
    scheduler: the address of a Dask scheduler, "local", or empty. limit_s: seconds an image may take.
    Raises UsageError where one is out of range.
    """

    sources: tuple[str, ...]
    out: Path
    jobs: int
    scheduler: str = ""
    limit_s: float = 120.0
    overlays: bool = False
    oai_names: bool = False
    retry_failed: bool = False
    pseudonyms: Pseudonyms = field(default_factory=Pseudonyms)

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise UsageError(f"--jobs {self.jobs} found; 1 at least expected")
        if not self.limit_s > 0:
            raise UsageError(f"--time-limit {self.limit_s:g} found; a number of seconds above 0 expected")
