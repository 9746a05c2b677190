"""The steps from bytes to a Radiograph."""

from pathlib import Path

from kltool import intake
from kltool.intake import dicom, picture
from kltool.intake.content import ImageContent
from kltool.intake.formats import PICTURE_FORMATS, FileFormat, format_of, refusal_of
from kltool.intake.hashes import sha256_of_file, sha256_of_pixels
from kltool.intake.overrides import override_side, override_spacing, user_spacing
from kltool.intake.sources import ImageSource
from kltool.values.radiograph import Radiograph, Side


def load(
    source: Path | ImageSource,
    *,
    spacing_mm: float | tuple[float, float] | None = None,
    side: Side | None = None,
) -> Radiograph:
    """One file as one Radiograph, bone bright.

    source: a path, or an ImageSource (`ImageSource.in_memory(name, data)` for bytes).
    spacing_mm: millimetres a pixel, or (between rows, between columns); takes precedence over the tags.
    side: side of the body; takes precedence over the tags. Where the tags differ a note has what they state.
    Raises: Refusal where the file is no readable radiograph of a knee, UsageError where there is no such
    file, SpacingError where spacing_mm cannot be true, InstallationError where a decoder is missing.
    """
    if spacing_mm is not None:
        user_spacing(spacing_mm)  # nonsense is refused before the file is read
    if not isinstance(source, ImageSource):
        source = ImageSource.of_file(Path(source))
    data = source.read()
    content = _content(data)
    spacing = content.spacing if spacing_mm is None else override_spacing(content.spacing, spacing_mm)
    laterality = content.laterality if side is None else override_side(content.laterality, side)
    pixels, polarity_notes = intake.polarity.bone_bright(content.displayed)
    return Radiograph(
        source=source.name,
        pixels=pixels,
        spacing=spacing.spacing,
        side=laterality.side,
        side_source=laterality.source,
        notes=(*content.displayed.notes, *polarity_notes, *spacing.notes, *laterality.notes),
        file_sha256=sha256_of_file(data),
        pixels_sha256=sha256_of_pixels(pixels),
        subject=content.subject,
        study_date=content.study_date,
        projection=content.projection,
        instance_uid=content.instance_uid,
        stored_mirrored=laterality.stored_mirrored,
    )


def _content(data: bytes) -> ImageContent:
    file_format = format_of(data)
    if file_format is FileFormat.DICOM:
        return dicom.read(data)
    if file_format in PICTURE_FORMATS:
        return picture.read(file_format, data)
    raise refusal_of(file_format, data)
