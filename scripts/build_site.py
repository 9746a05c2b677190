"""Build the site of docs/ into a folder: python scripts/build_site.py FOLDER.

Needs `pip install 'kltool[docs]'` and no network. A warning is an error. Sphinx works on a copy of docs/,
with the files beside it to which its pages lead, so that nothing is generated in the checkout.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
BESIDE = ("LICENSE", "CITATION.cff", "models/*.md", "sample_images/*.md")  # to which pages of docs/ lead


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    with TemporaryDirectory() as work:
        source = shutil.copytree(ROOT / "docs", Path(work, "docs"))
        for file in (found for pattern in BESIDE for found in ROOT.glob(pattern)):
            copy = source / file.relative_to(ROOT)
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(file, copy)
        options = ["-W", "--keep-going", "--quiet", "-d", str(Path(work, "doctrees"))]
        return subprocess.run([sys.executable, "-m", "sphinx", *options, str(source), str(folder)]).returncode


if __name__ == "__main__":
    sys.exit(main())
