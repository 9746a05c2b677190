from .manifest import (
    ModelEntry,
    entries,
    entry_of,
    hashes_of_reading,
    models_folder,
)
from .network import (
    Models,
    Network,
    chosen_models,
    default_models,
    load_entry,
    load_models,
)

__all__ = [
    "ModelEntry",
    "Models",
    "Network",
    "chosen_models",
    "default_models",
    "entries",
    "entry_of",
    "hashes_of_reading",
    "load_entry",
    "load_models",
    "models_folder",
]
