"""The files of a store that fsspec reaches (s3://, gs://, az://, zip://...::s3://...)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from fsspec.core import url_to_fs

from kltool.errors import InstallationError, UsageError
from kltool.intake.sources.access import NOTHING_ALLOWED, require_allowed
from kltool.intake.sources.locations import ImageSource, Remote, Unopened, shown

VERSIONS: Final = ("ETag", "etag", "md5", "checksum", "mtime", "LastModified", "last_modified", "CRC")
_CHAIN: Final = (
    "a name with '::' was found in a store or archive, where it separates addresses; rename the file there"
)


def find_remote(url: str) -> Iterator[ImageSource]:
    """Every file below an allowed address, folder by folder in the order of their names.

    Raises UsageError where the store cannot be reached, InstallationError where the package that reaches such
    a store is missing.
    """
    _, *outer = url.split("::")
    try:
        store, path = url_to_fs(url)
        for name, info in _files(store, path):
            address = "::".join([store.unstrip_protocol(name), *outer])
            if "::" in name:
                yield ImageSource(shown(address), Unopened(_CHAIN))
                continue
            yield ImageSource(address, Remote(address, int(info.get("size") or 0), _version(info)))
    except ImportError as error:
        raise InstallationError(
            f"{url.split(':')[0]}: addresses need the package {error.name or 'that fsspec names'}, which is "
            "not installed; for s3 install kltool[s3]"
        ) from error
    except UsageError:
        raise
    except Exception as error:  # each store raises types of its own
        raise UsageError(
            f"{url} cannot be listed ({type(error).__name__}); check address, permission and network"
        ) from error


def fetch(url: str, most: int) -> bytes:
    """The first bytes of one file, so many at most. Raises UsageError where they cannot be fetched."""
    require_allowed(url, NOTHING_ALLOWED)
    try:
        store, path = url_to_fs(url)
        return cast(bytes, store.cat_file(path, start=0, end=most))
    except Exception as error:  # each store raises types of its own
        name = url.rsplit("/", 1)[-1]
        raise UsageError(
            f"{name} cannot be fetched ({type(error).__name__}); check the address, the permission and the "
            "network, and try again"
        ) from error


def _files(store: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Folder by folder, so that a store of millions is never held in memory."""
    info = store.info(path)
    if info.get("type") == "file":
        yield path, info
        return
    inside = sorted(store.ls(path, detail=True), key=lambda info: str(info["name"]))
    for info in inside:
        name = str(info["name"])
        if info.get("type") == "directory":
            yield from _files(store, name)
        elif not name.endswith("/") and name.rstrip("/") != path.rstrip("/"):  # a folder's own marker is none
            yield name, info


def _version(info: Mapping[str, Any]) -> str:
    """Of a file's state by the store: the first of VERSIONS that it has, and the size."""
    version = next((str(info[name]).strip('"') for name in VERSIONS if info.get(name)), "")
    return f"{version}-{info.get('size')}"
