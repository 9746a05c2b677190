"""The sample film with one thing changed, as DICOM or as a picture."""

import warnings
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
from PIL import Image
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate
from pydicom.tag import Tag
from pydicom.uid import UID

from kltool.samples import sample_path

Pixels = npt.NDArray[Any]


@cache
def sample() -> bytes:
    return sample_path("knee_right_normal.dcm").read_bytes()


def film() -> FileDataset:
    return pydicom.dcmread(BytesIO(sample()))


def pixels() -> npt.NDArray[np.uint16]:
    """12 bits, bone bright."""
    return np.array(film().pixel_array, np.uint16)


def grey8() -> npt.NDArray[np.uint8]:
    stored = pixels()
    scaled: npt.NDArray[np.uint8] = (stored.astype(float) / stored.max() * 255).astype(np.uint8)
    return scaled


def grey16() -> npt.NDArray[np.uint16]:
    return (pixels() * 16).astype(np.uint16)


def written(dataset: Dataset, **how: Any) -> bytes:
    """What the standard does not allow is written all the same."""
    out = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(out, dataset, **how)
    return out.getvalue()


def changed(change: Callable[[FileDataset], object]) -> bytes:
    dataset = film()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        change(dataset)
    return written(dataset)


def with_bytes(keyword: str, value: bytes, vr: str = "", *, without: tuple[str, ...] = ()) -> bytes:
    """The film with one element of these bytes, whatever they are. without: elements to be left out."""

    def change(dataset: FileDataset) -> None:
        for other in without:
            if other in dataset:
                delattr(dataset, other)
        put(dataset, keyword, value, vr)

    return changed(change)


def put(dataset: Dataset, keyword: str, value: bytes, vr: str = "") -> None:
    tag = Tag(keyword)
    vr = vr or pydicom.datadict.dictionary_VR(tag)
    dataset._dict[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)


def in_fragments(codestream: bytes, syntax: str, fragments: int = 1, **tags: Any) -> bytes:
    """The film with compressed pixels."""

    def change(dataset: FileDataset) -> None:
        for keyword, value in tags.items():
            setattr(dataset, keyword, value)
        dataset.PixelData = encapsulate([codestream], fragments_per_frame=fragments, has_bot=False)
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
        dataset.file_meta.TransferSyntaxUID = UID(syntax)

    return changed(change)


def colour(channels: Pixels, photometric: str, stored: bytes | None = None) -> bytes:
    """The film in three channels of 8 bits. stored: their bytes, where they differ from the array's."""

    def change(dataset: FileDataset) -> None:
        dataset.SamplesPerPixel, dataset.PlanarConfiguration = 3, 0
        dataset.PhotometricInterpretation = photometric
        dataset.BitsAllocated = dataset.BitsStored = 8
        dataset.HighBit = 7
        dataset.PixelData = channels.tobytes() if stored is None else stored
        dataset["PixelData"].VR = "OB"

    return changed(change)


def picture(image: Image.Image, how: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, how, **options)
    return out.getvalue()


def tiff(*pages: Pixels, **options: Any) -> bytes:
    """The first of several pages is marked as a smaller copy of the next."""
    import tifffile

    out = BytesIO()
    with tifffile.TiffWriter(out) as writer:
        for number, page in enumerate(pages, 1):
            writer.write(page, subfiletype=int(number < len(pages)), **options)
    return out.getvalue()
