"""Limits of the size of images, checked before anything is decoded."""

from kltool.errors import NotARadiograph, Undecodable

SMALLEST_SIDE_PX = 64  # docs/choices-intake.md#image-size
LARGEST_SIDE_PX = 20_000  # docs/choices-intake.md#image-size
MOST_PIXELS = 150_000_000  # docs/choices-intake.md#image-size
MOST_PIXELS_PER_BYTE = 200  # docs/choices-intake.md#compression; of more pixels than the next
SMALL_PIXELS = 10_000_000  # docs/choices-intake.md#compression
HIGHEST_INFLATION = 50  # docs/choices-intake.md#compression; of more bytes than the next
MOST_SCANS = 32  # docs/choices-intake.md#compression
SMALL_BYTES = 32_000_000  # docs/choices-intake.md#compression


def check_size(rows: int, columns: int) -> None:
    if rows < 1 or columns < 1:
        raise Undecodable(
            f"an image of {rows} rows and {columns} columns was found, a whole image was expected; "
            "export the image again"
        )
    if min(rows, columns) < SMALLEST_SIDE_PX:
        raise NotARadiograph(
            f"too small: {columns} x {rows} pixels were found, at least {SMALLEST_SIDE_PX} a side were "
            "expected; give the radiograph itself, not its thumbnail"
        )
    if max(rows, columns) > LARGEST_SIDE_PX or rows * columns > MOST_PIXELS:
        raise NotARadiograph(
            f"too large: {columns} x {rows} pixels were found, at most {LARGEST_SIDE_PX} a side and "
            f"{MOST_PIXELS // 1_000_000} million together were expected; give the single radiograph"
        )


def check_compression(rows: int, columns: int, packed: int) -> None:
    """packed: bytes that the pixels are stored in. Raises Undecodable where no film packs so well."""
    pixels = rows * columns
    if pixels > SMALL_PIXELS and pixels > MOST_PIXELS_PER_BYTE * packed:
        raise Undecodable(
            f"{pixels / 1e6:.0f} million pixels in {packed} bytes were found, at most {MOST_PIXELS_PER_BYTE} "
            "pixels a byte were expected of a radiograph; export the image again"
        )


def most_inflated(packed: int) -> int:
    """Bytes that so many deflated ones of a film may inflate to."""
    return max(SMALL_BYTES, HIGHEST_INFLATION * packed)


def inflates_too_much(packed: int) -> Undecodable:
    return Undecodable(
        f"{packed} bytes that inflate to more than {most_inflated(packed) / 1e6:.0f} MB were found, which no "
        "radiograph does; export the image again, uncompressed"
    )


def too_many_scans() -> Undecodable:
    return Undecodable(
        f"a JPEG of more than {MOST_SCANS} scans was found, fewer were expected (each is decoded "
        "over the whole image); export the image again"
    )


def check_frames(frames: int) -> None:
    if frames != 1:
        raise NotARadiograph(
            f"{frames} frames were found, a single image was expected; export the frame to be read"
        )
