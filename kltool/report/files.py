"""Output folders, checked before any work starts, and files embedded in pages."""

import base64
from pathlib import Path
from tempfile import TemporaryFile

from kltool.errors import UsageError


def writable(folder: Path, option: str) -> Path:
    """The folder, created where missing. option: by which the user named it. Raises UsageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(
            f"{option} {folder} cannot be written ({error.strerror}); choose a folder that can"
        ) from error
    return folder


def data_uri(data: bytes, kind: str) -> str:
    """Bytes of a media type, such as image/jpeg, as a data: URI."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
