"""Where images come from: a file, folder, archive, DICOMDIR or address → its images, each with its bytes.

listing.py      a path or address → the images there, in a fixed order
given.py        whatever a caller gives as one film → its source
locations.py    where the bytes of one image are, and how they are read
passed_over.py  the files beside images that are no images
archives.py     the members of a zip or tar archive
remote.py       the files of a store that fsspec reaches; imported where an address is read
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
