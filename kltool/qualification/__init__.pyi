from .checks import Check, Qualification
from .qualify import qualify

__all__ = ["Check", "Qualification", "qualify"]
