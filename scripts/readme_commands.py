"""Write the README's shell commands to files, one a block: python scripts/readme_commands.py FOLDER."""

import argparse
import re
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    blocks = re.findall(r"(?ms)^```bash\n(.*?)^```", README.read_text())
    for number, block in enumerate(blocks, start=1):
        (folder / f"{number}.sh").write_text(block)


if __name__ == "__main__":
    main()
