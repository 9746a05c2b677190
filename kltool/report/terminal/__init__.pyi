from .agreement import print_agreement
from .changes import print_change, print_timeline
from .readings import print_readings

__all__ = ["print_agreement", "print_change", "print_readings", "print_timeline"]
