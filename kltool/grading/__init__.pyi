from .classify import grade

__all__ = [
    "grade",
]
