from .pseudonym import Pseudonyms, pseudonyms_of
from .run import Batch, run_batch

__all__ = ["Batch", "Pseudonyms", "pseudonyms_of", "run_batch"]
