from .classify import grade
from .widening import WideningSettings

__all__ = [
    "WideningSettings",
    "grade",
]
