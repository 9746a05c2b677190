"""Changes of a knee between readings, with their errors: between two films, or over any number of visits."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
