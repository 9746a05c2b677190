from .agreement import print_agreement
from .readings import print_change, print_readings, print_timeline

__all__ = ["print_agreement", "print_change", "print_readings", "print_timeline"]
