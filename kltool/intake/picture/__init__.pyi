from .raster import read as read
