"""Reports of readings, changes and agreement: records, tables, pictures and pages."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
