"""A radiograph: its pixels, the side of the body, and what its header says."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from kltool.errors import UsageError
from kltool.typing import Float32
from kltool.values.by_value import ByValue
from kltool.values.length import NotMeasured
from kltool.values.spacing import NoSpacing, Spacing, aspect_of, user_spacing
from kltool.values.sphere import NoSphere, Sphere
from kltool.values.square_pixels import check_aspect, is_square, resampled


class Side(StrEnum):
    """The side of the body, never of the picture; unknown where nothing states it with certainty."""

    RIGHT = "right"
    LEFT = "left"
    UNKNOWN = "unknown"

    @property
    def other(self) -> "Side":
        """The contralateral side; that of an unknown one is unknown."""
        return {Side.RIGHT: Side.LEFT, Side.LEFT: Side.RIGHT}.get(self, self)

    @classmethod
    def given(cls, side: "Side | str") -> "Side":
        """The side that a user states.

        Parameters
        ----------
        side : Side or str
            "right" or "left".

        Returns
        -------
        Side

        Raises
        ------
        UsageError
            Where it is neither.
        """
        for known in KNOWN_SIDES:
            if side == known:
                return known
        raise UsageError(f"side {str(side)!r} found; 'right' or 'left' expected")


KNOWN_SIDES: Final = (Side.RIGHT, Side.LEFT)


class SideSource(StrEnum):
    """Where the side of a knee comes from."""

    USER = "user"
    TAG = "tag"
    FILM = "film order"  # of the knees of a frontal film: the patient's right is on the viewer's left
    LETTER = "letter"  # R or L on the film
    ANATOMY = "anatomy"  # of the only knee of such a film
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Radiograph(ByValue):
    """One film as a viewer displays it: bone bright, at full bit depth.

    Made by `kltool.load` from a file, or by `from_array`. Two radiographs are equal where all that is known
    of them is, pixel by pixel.

    Attributes
    ----------
    source : str
        Name of the file, as it is shown to people.
    image : numpy.ndarray or NotMeasured
        The pixels, or the reason why a detached film has none; read them by `pixels`.
    pixels : numpy.ndarray
        (rows, columns) float32, finite; values after the Modality LUT, inverted where the polarity was wrong.
        Their scale is the vendor's and carries no unit. Pixels that are not square are resampled to squares.
    spacing : Spacing or NoSpacing
        Millimetres a pixel with their calibration tier, or the reason why there are none.
    side : Side or None
        Side of the whole film; None where it is not given or both knees are shown.
    side_source : SideSource
        Where the side comes from.
    notes : tuple of str
        Findings and corrections: polarity inverted, conflicting tags.
    file_sha256, pixels_sha256 : str
        Hashes of the file, and of the pixels before any resampling to squares; empty where there are none.
    subject : str or None
        PatientID; never the name.
    study_date : datetime.date or None
        Day of the examination.
    projection : str or None
        By the tags: "PA", "AP flexed".
    instance_uid : str or None
        SOPInstanceUID, unique to an image.
    stored_mirrored : bool
        By its tags, the patient's right is on the viewer's right; not corrected.
    other_spacings : tuple of Spacing
        What else its tags allow, best first; used where `spacing` does not fit the knee.
    sphere : Sphere, NoSphere or None
        The calibration sphere that the user stated, or why it was not found; None where none was stated.
    """

    source: str
    image: Float32 | NotMeasured  # the pixels, or the reason why a detached film has none
    spacing: Spacing | NoSpacing
    side: Side | None
    side_source: SideSource
    notes: tuple[str, ...] = ()
    file_sha256: str = ""
    pixels_sha256: str = ""
    subject: str | None = None
    study_date: date | None = None
    projection: str | None = None
    instance_uid: str | None = None
    stored_mirrored: bool = False
    other_spacings: tuple[Spacing, ...] = ()
    sphere: Sphere | NoSphere | None = None

    @classmethod
    def from_array(
        cls,
        pixels: npt.ArrayLike,
        spacing: "float | tuple[float, float] | Spacing | None" = None,
        side: Side | str | None = None,
        *,
        source: str = "array",
    ) -> "Radiograph":
        """A radiograph of pixels that are in memory.

        Parameters
        ----------
        pixels : array_like
            (rows, columns), any real type, finite, bone bright. They are copied, as float32.
        spacing : float, (float, float) or Spacing, optional
            Millimetres between the centres of pixels, 0.02 to 1.0: one number, or (between rows, between
            columns). Numbers are recorded as given by the user; a `Spacing` states its own calibration.
            Without it there are no millimetres. Pixels that are not square are resampled, as `load` does.
        side : {"right", "left"}, optional
            Side of the body; without it the side is read from the anatomy or, of two knees, from their order.
        source : str
            The name by which the film is shown.

        Returns
        -------
        Radiograph

        Raises
        ------
        UsageError
            Where the array is no picture: not two axes, not real or not finite.
        SpacingError
            Where the spacing cannot be true.

        Examples
        --------
        >>> import numpy as np
        >>> Radiograph.from_array(np.zeros((620, 560), np.uint16), spacing=0.21, side="right")
        Radiograph('array', 620 x 560 pixels, 0.21 x 0.21 mm (user), right)
        """
        image = _picture(pixels)
        film = cls(
            source,
            image,
            _given_spacing(spacing),
            None if side is None else Side.given(side),
            SideSource.UNKNOWN if side is None else SideSource.USER,
            pixels_sha256=sha256_of_pixels(image),
        )
        return film.with_square_pixels(aspect_of(film.spacing))

    @property
    def pixels(self) -> Float32:
        """(rows, columns) float32. Raises UsageError where the film was detached from them."""
        if isinstance(self.image, NotMeasured):
            raise UsageError(f"{self.source}: {self.image.reason}")
        return self.image

    def is_same_film(self, other: "Radiograph") -> bool:
        """Whether the pixels are equal, whatever the name and format of the files.

        Parameters
        ----------
        other : Radiograph

        Returns
        -------
        bool
            False where the hash of the pixels is not known.
        """
        return bool(self.pixels_sha256) and self.pixels_sha256 == other.pixels_sha256

    def detached(self) -> "Radiograph":
        """The same film without its pixels, which are nearly all of its memory."""
        return replace(self, image=DETACHED)

    def with_notes(self, *notes: str) -> "Radiograph":
        """The same film with further notes.

        Parameters
        ----------
        *notes : str
            Sentences that hold no patient name.

        Returns
        -------
        Radiograph
        """
        return replace(self, notes=self.notes + notes)

    def with_square_pixels(self, aspect: float) -> "Radiograph":
        """The same film in square pixels, as fine as its finer axis; its hashes stay.

        Parameters
        ----------
        aspect : float
            The height of a pixel divided by its width; up to 1% from 1 counts as square.

        Returns
        -------
        Radiograph

        Raises
        ------
        NotARadiograph
            Where one side of a pixel is more than four times the other.
        """
        check_aspect(aspect)
        if is_square(aspect):
            return self
        spacing = self.spacing if isinstance(self.spacing, NoSpacing) else self.spacing.squared
        # what states another shape of a pixel does not hold for the new ones
        others = tuple(other.squared for other in self.other_spacings if is_square(other.aspect / aspect))
        image = resampled(self.pixels, aspect)
        film = replace(self, image=image, spacing=spacing, other_spacings=others)
        return film.with_notes(f"pixels {aspect:.3g} times as high as wide: resampled to square pixels")

    def __repr__(self) -> str:
        size = "detached"
        if not isinstance(self.image, NotMeasured):
            size = "{} x {} pixels".format(*self.image.shape)
        spacing = "no millimetres" if isinstance(self.spacing, NoSpacing) else str(self.spacing)
        return f"Radiograph({self.source!r}, {size}, {spacing}, {self.side or 'side not given'})"


DETACHED = NotMeasured(
    "a film without its pixels was found, the pixels expected: the reading was detached from them; "
    "to draw or compare it, read the film again"
)


def sha256_of_pixels(pixels: Float32) -> str:
    """Of rows and columns (64-bit little endian), then the float32 pixels, little endian, row by row.

    The same film stored in another transfer syntax, or inverted and tagged so, has the same hash.
    """
    digest = hashlib.sha256(np.array(pixels.shape, "<u8").tobytes())
    digest.update(np.ascontiguousarray(pixels, "<f4").data)
    return digest.hexdigest()


def _picture(pixels: npt.ArrayLike) -> Float32:
    """A copy, (rows, columns) float32. Raises UsageError."""
    if isinstance(pixels, np.ma.MaskedArray) and np.ma.is_masked(pixels):
        raise UsageError(
            "an array with masked values found; a whole picture expected: fill them, as by filled(darkest)"
        )
    try:
        given = np.asarray(pixels)
    except ValueError as error:
        raise UsageError(f"no array found ({error}); (rows, columns) of real numbers expected") from error
    if given.ndim != 2 or given.size == 0 or given.dtype.kind not in "uifb":
        raise UsageError(
            f"an array of shape {given.shape} and type {given.dtype} found; (rows, columns) of real numbers "
            "expected: give one grey picture"
        )
    with np.errstate(over="ignore"):
        image = np.array(given, np.float32)
    if not np.isfinite(image).all():
        raise UsageError(
            "an array with NaN, infinite or larger values than float32 holds found; finite numbers expected: "
            "replace them by the background"
        )
    return image


def _given_spacing(given: "float | tuple[float, float] | Spacing | None") -> Spacing | NoSpacing:
    if given is None:
        return NoSpacing("the array was given without a pixel spacing")
    return given if isinstance(given, Spacing) else user_spacing(given)
