"""File → Radiograph: one film, bone bright, at full depth, or a refusal.

    loading.py      the steps, in their order: bytes → Radiograph
    sources/        a file, folder, archive, DICOMDIR or address → the images there, and their bytes
    formats.py      the format of a file by its first bytes
    dicom/          a DICOM file → its content
    picture/        a PNG, JPEG, TIFF or BMP → its content
    content.py      what a file holds, whatever its format
    colour.py       grey stored as colour, and colour photographs
    limits.py       sizes that are read
    polarity.py     films stored with dark bone
    overrides.py    what the user states in place of the file
    hashes.py       hashes of file and pixels

The imports of this package and of its folders are lazy (SPEC 1): pydicom is imported for a DICOM file, fsspec
for an address, OpenCV for pixels.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
