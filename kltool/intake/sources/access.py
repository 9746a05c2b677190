"""What a source may lead to: the addresses that are opened, and the folder that confines paths.

Manifests, lines of the standard input and DICOMDIRs come from others: each of their entries is checked before
anything is opened. docs/choices-intake.md#access
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from kltool.errors import UsageError

HTTP: Final = frozenset({"http", "https"})
STORES: Final = frozenset({"s3", "gs", "az"})  # that fsspec reaches
ARCHIVES: Final = frozenset({"zip", "tar"})  # inside a store, as zip://a.dcm::s3://bucket/films.zip


@dataclass(frozen=True, slots=True)
class Access:
    """What the person at the command line allows.

    Attributes
    ----------
    http : bool
        Whether http:// and https:// addresses are opened.
    hosts : tuple of str
        Hosts that are opened although they are private, or that a redirect may lead to.
    root : str
        Folder that every path must lie in, links resolved; empty where paths are free.
    """

    http: bool = False
    hosts: tuple[str, ...] = ()
    root: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Access":
        """The inverse of dataclasses.asdict, of what was stored as JSON."""
        return cls(values["http"], tuple(values["hosts"]), values["root"])

    def allows(self, path: Path) -> bool:
        """Whether the path lies inside of root, links resolved."""
        return not self.root or _is_inside(path, Path(self.root))

    def require_inside(self, path: Path) -> None:
        """Raises UsageError where the path lies outside of root, links resolved."""
        if not self.allows(path):
            raise UsageError(f"{path.name} leads out of --root; a path inside that folder expected")


def _is_inside(path: Path, root: Path) -> bool:
    """Not where the path cannot be followed to its end: a name that is none, links in a circle."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


NOTHING_ALLOWED: Final = Access()


def is_remote(path: str) -> bool:
    """Whether it is an address, as s3://bucket/folder, and not a path of this machine."""
    return "://" in path


def is_http(address: str) -> bool:
    """Whether it is an address of a web server."""
    return address.split("://")[0].lower() in HTTP


def require_allowed(address: str, access: Access) -> None:
    """Raises UsageError for an address that must not be opened; nothing is opened to find out."""
    parts = [address] if is_http(address) else address.split("::")  # as fsspec splits them; IPv6 has colons
    *archives, place = [_split(part) for part in parts]
    if place.username or place.password:
        raise UsageError(
            "an address with a user or password was found, one without expected: it would stand in every "
            "row; give it by the store's own settings (environment or configuration file)"
        )
    schemes = [archive.scheme for archive in archives]
    if place.scheme in HTTP and not schemes:
        _require_http(address, access)
    elif place.scheme not in STORES or len(schemes) > 1 or not set(schemes) <= ARCHIVES:
        raise UsageError(
            f"an address that is not opened found ({_kinds(address)}); a path, s3://, "
            "gs:// or az:// (of an archive there "
            "zip://MEMBER::s3://... or tar://...), or, with --allow-http, https:// or http:// expected"
        )


def _require_http(address: str, access: Access) -> None:
    if not access.http:
        raise UsageError(f"{address.split(':')[0]}:// is opened only with --allow-http")


def _kinds(address: str) -> str:
    """The schemes of a chain without its paths, which may hold names of people."""
    return "::".join(part.split(":")[0] for part in address.split("::"))


def _split(part: str) -> SplitResult:
    """Raises UsageError where it is no address."""
    try:
        return urlsplit(part)
    except ValueError as error:
        raise UsageError("an address that cannot be understood found; check its spelling") from error
