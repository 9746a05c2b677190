"""PNG, JPEG, TIFF and BMP: bytes → the content of one picture, or a refusal.

raster.py       bytes → grey pixels at full depth
integrity.py    the header, and whether the file is complete
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
