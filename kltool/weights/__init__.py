"""models/manifest.toml to verified, loaded models."""

from kltool.weights.manifest import ModelEntry, entries, models_folder
from kltool.weights.network import Models, Network, hashes_of_reading, load_entry, load_models

__all__ = [
    "ModelEntry",
    "Models",
    "Network",
    "entries",
    "hashes_of_reading",
    "load_entry",
    "load_models",
    "models_folder",
]
