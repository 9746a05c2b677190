"""The steps from bytes to a Radiograph."""

from kltool import intake
from kltool.intake import dicom, picture
from kltool.intake.content import ImageContent
from kltool.intake.formats import PICTURE_FORMATS, FileFormat, format_of, refusal_of
from kltool.intake.hashes import sha256_of_file
from kltool.intake.limits import check_size
from kltool.intake.overrides import override_side, override_spacing
from kltool.intake.sources import Film, source_of
from kltool.values.radiograph import Radiograph, Side, sha256_of_pixels
from kltool.values.spacing import aspect_of, user_spacing
from kltool.values.square_pixels import check_aspect, is_square, square_shape


def load(
    film: Film,
    *,
    spacing_mm: float | tuple[float, float] | None = None,
    side: Side | str | None = None,
) -> Radiograph:
    """Load one film, bone bright, at its full bit depth.

    Parameters
    ----------
    film : str, path, bytes, binary file, pydicom.Dataset or ImageSource
        A DICOM file, PNG, JPEG, TIFF or BMP: its path or address, its bytes, the open file (read from its
        start), the data set, or a source as `find_images` yields it. A data set is encoded again, so that
        `file_sha256` may not be that of the file it came from.
    spacing_mm : float or (float, float), optional
        Millimetres a pixel, 0.02 to 1.0, or (between rows, between columns); takes precedence over the tags.
    side : {"right", "left"}, optional
        Side of the body; takes precedence over the tags. Where the tags differ, a note says what they state.

    Returns
    -------
    Radiograph

    Raises
    ------
    Refusal
        Where the file is no readable radiograph of a knee; its class and `code` say why.
    UsageError
        Where there is no such file.
    SpacingError
        Where spacing_mm cannot be true.
    InstallationError
        Where a decoder is missing.

    Examples
    --------
    >>> film = load(kltool.sample_path("knee_right_normal.dcm"))
    >>> film.pixels.shape, round(film.spacing.row_mm, 3), film.study_date.isoformat()
    ((620, 560), 0.198, '2023-03-09')
    """
    if spacing_mm is not None:
        user_spacing(spacing_mm)  # nonsense is refused before the file is read
    stated = None if side is None else Side.given(side)
    source = source_of(film)
    data = source.read()
    content = _content(data)
    spacing = content.spacing if spacing_mm is None else override_spacing(content.spacing, spacing_mm)
    laterality = content.laterality if stated is None else override_side(content.laterality, stated)
    pixels, polarity_notes = intake.polarity.bone_bright(content.displayed)
    film_as_stored = Radiograph(
        source=source.name,
        image=pixels,
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
        other_spacings=spacing.other_spacings,
    )
    return _with_square_pixels(film_as_stored, content.aspect)


def _with_square_pixels(film: Radiograph, stated_aspect: float) -> Radiograph:
    """Raises NotARadiograph where its pixels are of an impossible shape, or too many when they are square."""
    aspect = aspect_of(film.spacing, stated_aspect)
    check_aspect(aspect)
    check_size(*square_shape(film.pixels.shape, aspect))
    if stated_aspect != 1 and not is_square(aspect / stated_aspect):
        film = film.with_notes(
            f"pixels {stated_aspect:.3g} times as high as wide by the tags, {aspect:.3g} by the spacing, "
            "which is used"
        )
    return film.with_square_pixels(aspect)


def _content(data: bytes) -> ImageContent:
    file_format = format_of(data)
    if file_format is FileFormat.DICOM:
        return dicom.read(data)
    if file_format in PICTURE_FORMATS:
        return picture.read(file_format, data)
    raise refusal_of(file_format, data)
