"""DICOM: bytes → the content of one film, or a refusal.

film.py         the steps, in their order
dataset.py      bytes → data set; its elements, read without trust
bounded.py      the number of elements, items and fragments
missing.py      attributes that old files leave out
header.py       the elements that are used, read once
suitability.py  refuses what is no frontal radiograph of a knee by its header
syntax.py       the transfer syntax in which the pixels really are
decoders.py     data set → stored pixels, in whatever transfer syntax; codestream.py checks them first
code_blocks.py  the number of code blocks of JPEG 2000
pixels.py       stored pixels → pixels as a viewer displays them
spacing.py      millimetres a pixel, and their tier
laterality.py   side of the body
identity.py     subject, date of the visit, projection, UID of the image
vocabulary.py   words for parts of the body, views and sides
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
