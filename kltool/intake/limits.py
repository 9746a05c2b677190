"""Limits of the size of images, checked before anything is decoded."""

from kltool.errors import NotARadiograph, Undecodable

SMALLEST_SIDE_PX = 64  # docs/choices-intake.md#image-size
LARGEST_SIDE_PX = 20_000  # docs/choices-intake.md#image-size
MOST_PIXELS = 150_000_000  # docs/choices-intake.md#image-size


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


def check_frames(frames: int) -> None:
    if frames != 1:
        raise NotARadiograph(
            f"{frames} frames were found, a single image was expected; export the frame to be read"
        )
