"""The road from bytes to Radiograph."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kltool.errors import Undecodable
from kltool.intake import fingerprint, identity
from kltool.intake import side as sides
from kltool.intake import spacing as spacings
from kltool.intake.dicom import read_data_set
from kltool.intake.kinds import Kind, kind_of, refuse_kind
from kltool.intake.pictures import PICTURES, picture_pixels
from kltool.intake.polarity import TURNED_OVER, is_inverted, turned_over
from kltool.intake.side import STORED_MIRRORED, SideFound, side_of
from kltool.intake.source import ImageSource
from kltool.intake.spacing import Found, spacing_of, spacing_tags
from kltool.intake.stored import Mask, Shown, shown_pixels, without_padding
from kltool.intake.suitability import refuse_unsuitable
from kltool.intake.tags import silently
from kltool.typing import Float32
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.spacing import NoSpacing


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, before the user's word."""

    shown: Shown
    spacing: Found
    side: SideFound
    subject: str | None = None
    study_date: str | None = None
    projection: str | None = None
    instance_uid: str | None = None


def load_source(
    source: Path | ImageSource,
    *,
    spacing_mm: float | tuple[float, float] | None = None,
    side: Side | None = None,
) -> Radiograph:
    """See kltool.intake.load."""
    if spacing_mm is not None:
        spacings.spacing_by_user(spacing_mm)  # nonsense is refused before the file is read
    if not isinstance(source, ImageSource):
        source = ImageSource.of_file(Path(source))
    data = source.read()
    content = _content(data)
    spacing = content.spacing if spacing_mm is None else spacings.override(content.spacing, spacing_mm)
    film_side = content.side if side is None else sides.override(content.side, side)
    pixels, polarity_notes = _bone_bright(content.shown)
    return Radiograph(
        source=source.name,
        pixels=pixels,
        spacing=spacing.spacing,
        side=film_side.side,
        side_source=film_side.source,
        notes=(*content.shown.notes, *polarity_notes, *spacing.notes, *film_side.notes),
        file_sha256=fingerprint.of_file(data),
        pixels_sha256=fingerprint.of_pixels(pixels),
        subject=content.subject,
        study_date=content.study_date,
        projection=content.projection,
        instance_uid=content.instance_uid,
        stored_mirrored=STORED_MIRRORED in film_side.notes,
    )


def _content(data: bytes) -> Content:
    kind = kind_of(data)
    if kind is Kind.DICOM:
        return _dicom_content(data)
    if kind in PICTURES:
        return _picture_content(kind, data)
    raise refuse_kind(kind, data)


def _dicom_content(data: bytes) -> Content:
    with silently():
        dataset = read_data_set(data)
        refuse_unsuitable(dataset)
        return Content(
            shown_pixels(dataset),
            spacing_of(spacing_tags(dataset)),
            side_of(dataset),
            identity.subject_of(dataset),
            identity.date_of(dataset),
            identity.projection_of(dataset),
            identity.instance_of(dataset),
        )


def _picture_content(kind: Kind, data: bytes) -> Content:
    none = NoSpacing("a plain picture carries no pixel spacing")
    return Content(picture_pixels(kind, data), Found(none), SideFound(None, SideSource.UNKNOWN))


def _bone_bright(shown: Shown) -> tuple[Float32, tuple[str, ...]]:
    """Polarity by the picture itself; padding takes no part in the decision and stays the darkest."""
    pixels, padding = shown.pixels, shown.padding
    if pixels.min() == pixels.max():
        raise Undecodable(
            "an image whose pixels all have the same value was found, a radiograph was expected; "
            "export the image again"
        )
    if not is_inverted(_judged(pixels, padding)):
        return pixels, ()
    return without_padding(turned_over(pixels), padding), (TURNED_OVER,)


def _judged(pixels: Float32, padding: Mask | None) -> Float32:
    """The smallest rectangle that holds the image, padding left in it set to the median of the image."""
    if padding is None:
        return pixels
    real = ~padding
    rows, columns = np.flatnonzero(real.any(axis=1)), np.flatnonzero(real.any(axis=0))
    filled = np.where(padding, np.median(pixels[real]), pixels).astype(np.float32)
    return filled[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
