"""The full-field films of a third hospital: two fifths are for training, by a hash of their names."""

import hashlib
from typing import Final

SHARES: Final = 5
TRAINING_SHARES: Final = 2  # of SHARES


def is_for_training(name: str) -> bool:
    """Whether anything may be learned or set by this film. name: of its file."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % SHARES < TRAINING_SHARES
