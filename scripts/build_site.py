"""Build the site of docs/ into a folder: python scripts/build_site.py FOLDER.

Needs `pip install 'kltool[docs]'` and no network. A warning is an error. Sphinx works on a copy of docs/, to which LICENSE
and the pages of models/ and sample_images/ are added, so that nothing is generated in the checkout.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
BESIDE = ("models", "sample_images")  # folders with pages to which those of docs/ lead


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    with TemporaryDirectory() as work:
        source = shutil.copytree(ROOT / "docs", Path(work, "docs"))
        shutil.copy(ROOT / "LICENSE", source)
        for name in BESIDE:
            (source / name).mkdir()
            for page in (ROOT / name).glob("*.md"):
                shutil.copy(page, source / name)
        options = ["-W", "--keep-going", "--quiet", "-d", str(Path(work, "doctrees"))]
        return subprocess.run([sys.executable, "-m", "sphinx", *options, str(source), str(folder)]).returncode


if __name__ == "__main__":
    sys.exit(main())
