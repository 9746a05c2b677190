"""Knees whose side nothing states: films like their mirror image, and settings that believe no anatomy."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom

from kltool.localize import SideSettings
from kltool.reading import DEFAULT
from kltool.values.radiograph import Radiograph, SideSource

BELIEVING_NO_ANATOMY = SideSettings(least_probability=1.0)
NO_ANATOMY = replace(DEFAULT, sides=BELIEVING_NO_ANATOMY)


def without_a_side(film: Radiograph) -> Radiograph:
    return replace(film, side=None, side_source=SideSource.UNKNOWN)


def in_the_mirror(film: Radiograph) -> Radiograph:
    return replace(film, image=np.ascontiguousarray(film.pixels[:, ::-1]))


def like_its_mirror_image(film: Radiograph) -> Radiograph:
    """The right half of the film twice, and no side."""
    pixels, middle = film.pixels, film.pixels.shape[1] // 2
    twice = np.hstack([pixels[:, :middle:-1], pixels[:, middle:]])
    return without_a_side(replace(film, image=np.ascontiguousarray(twice)))


def file_like_its_mirror_image(sample: Path, folder: Path, name: str = "symmetric.dcm") -> Path:
    """The same as a DICOM file without laterality."""
    dataset = pydicom.dcmread(sample)
    pixels = dataset.pixel_array
    middle = pixels.shape[1] // 2
    twice = np.hstack([pixels[:, :middle:-1], pixels[:, middle:]])
    dataset.PixelData, dataset.Columns = np.ascontiguousarray(twice).tobytes(), twice.shape[1]
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    del dataset.ImageLaterality
    dataset.save_as(folder / name)
    return folder / name
