"""The core reads without SciPy; a sphere that is stated says that it needs it."""

import subprocess
import sys
from pathlib import Path
from typing import Final

WITHOUT_SCIPY: Final = """
import sys
class NoSciPy:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "scipy":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, NoSciPy())
import kltool.localize.sphere.calibrate as calibrate
calibrate.find_spec = lambda name: None
import kltool
print(len(kltool.read(sys.argv[1]).knees))
try:
    kltool.read(sys.argv[1], sphere_mm=25.0)
except kltool.errors.InstallationError as error:
    print(error)
"""


def test_films_are_read_without_scipy_and_spheres_are_not(samples: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_SCIPY, samples / "knee_right_normal.dcm"],
        capture_output=True,
        text=True,
        check=True,
    )
    knees, told = done.stdout.splitlines()
    assert knees == "1"
    assert "SciPy is not installed" in told
    assert "the extra 'sphere'" in told
