"""The simulated sample films that come with kltool."""

from pathlib import Path
from typing import Final

from kltool.errors import InstallationError, UsageError

NAMES: Final = (
    "bilateral.dcm",
    "case/after.dcm",
    "case/before.dcm",
    "knee_left_moderate.dcm",
    "knee_right_normal.dcm",
    "knee_right_severe.dcm",
)


def sample_path(name: str) -> Path:
    """The file of a sample film.

    Every sample is simulated: no person was X-rayed. Beside each lies its truth, ``<name>.truth.json``.

    Parameters
    ----------
    name : str
        "knee_right_normal.dcm", "knee_left_moderate.dcm", "knee_right_severe.dcm", "bilateral.dcm",
        "case/before.dcm" or "case/after.dcm".

    Returns
    -------
    pathlib.Path

    Raises
    ------
    UsageError
        Where there is no such sample.

    Examples
    --------
    >>> sample_path("case/before.dcm").name
    'before.dcm'
    """
    if name not in NAMES:
        raise UsageError(f"sample {name!r} found; one of {', '.join(NAMES)} expected")
    return samples_folder() / name


def samples_folder() -> Path:
    """Inside the installed package, or beside it in a checkout. Raises InstallationError."""
    package = Path(__file__).resolve().parent
    for folder in (package / "sample_images", package.parent / "sample_images"):
        if (folder / "README.md").is_file():
            return folder
    raise InstallationError(f"no sample_images in {package} or beside it; reinstall kltool")
