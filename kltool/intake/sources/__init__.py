"""Where images come from: a file, folder, archive, DICOMDIR or address → its images, each with its bytes.

listing.py      a path or address → the images there, in a fixed order
given.py        whatever a caller gives as one film → its source
locations.py    where the bytes of one image are, and how they are read
passed_over.py  the files beside images that are no images
archives.py     the members of a zip or tar archive
access.py       which addresses are opened, and the folder that confines paths
remote.py       the files of a store that fsspec reaches; imported where an address is read
http.py         one file of a web server, likewise
public.py       which addresses of a network are private
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
