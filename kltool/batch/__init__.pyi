from .pseudonym import Pseudonyms, pseudonyms_of
from .run import run_batch
from .settings import Batch

__all__ = ["Batch", "Pseudonyms", "pseudonyms_of", "run_batch"]
