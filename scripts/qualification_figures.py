"""Rewrite kltool/qualification/release.json: the records with which an installation is compared.

python scripts/qualification_figures.py
"""

import json
from pathlib import Path

from kltool.qualification.operation import case_change, read_samples
from kltool.qualification.release import FILE, comparable
from kltool.weights import load_models

TARGET = Path(__file__).resolve().parent.parent / "kltool" / "qualification" / FILE

if __name__ == "__main__":
    models = load_models()
    samples = read_samples(models)
    records = {**samples.records, "change": case_change(samples, models)[0]}
    figures = {name: comparable(record) for name, record in records.items()}
    TARGET.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
