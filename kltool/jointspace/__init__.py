"""Knee to JointSpace: margins at full resolution, the widths between them, their errors, and quality."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
