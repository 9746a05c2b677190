"""Build the site of docs/ into a folder: python scripts/build_site.py FOLDER.

Needs `pip install 'kltool[docs]'` and no network. A warning is an error. Sphinx works on a copy of docs/, so that the
pages that it generates (API, gallery) do not lie in the checkout.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

DOCS = Path(__file__).resolve().parents[1] / "docs"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    with TemporaryDirectory() as work:
        source = shutil.copytree(DOCS, Path(work, "docs"))
        options = ["-W", "--keep-going", "--quiet", "-d", str(Path(work, "doctrees"))]
        return subprocess.run([sys.executable, "-m", "sphinx", *options, str(source), str(folder)]).returncode


if __name__ == "__main__":
    sys.exit(main())
