"""Rewrite sample_images/: simulated radiographs with their truth.

python scripts/make_samples.py [folder]
"""

import sys
from pathlib import Path

from kltool.simulate.samples import write_samples

FOLDER = Path(__file__).resolve().parent.parent / "sample_images"

if __name__ == "__main__":
    for path in write_samples(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(path)
