"""One file of a web server, bounded in bytes and time while it flows, and by the hosts that are allowed.

The address that a name resolves to is checked and connected to, so that a name cannot lead elsewhere in
between. Proxies of the environment are not used. docs/choices-intake.md#access
"""

import http.client
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit
from uuid import uuid4

from kltool.errors import UsageError
from kltool.intake.sources.access import HTTP, NOTHING_ALLOWED, Access, require_allowed
from kltool.intake.sources.deadline import Deadline
from kltool.intake.sources.locations import ImageSource, refuse_oversize
from kltool.intake.sources.public import is_public

LONGEST_FETCH_S: Final = 100.0  # docs/choices-intake.md#access
LONGEST_HEAD_S: Final = 10.0  # docs/choices-intake.md#access
MOST_REDIRECTS: Final = 5
BLOCK: Final = 65_536  # bytes
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
VALIDATORS: Final = ("ETag", "Last-Modified")  # RFC 9110 8.8
HEADERS: Final = {"Accept-Encoding": "identity", "User-Agent": "kltool"}


@dataclass(frozen=True, slots=True)
class HttpFile:
    """version: of its state by the server, or unique to this listing where the server states none."""

    url: str
    version: str
    access: Access

    def read(self) -> bytes:
        with _response("GET", self.url, self.access, LONGEST_FETCH_S) as response:
            refuse_oversize(_length(response))
            return b"".join(_blocks(response))

    def fingerprint(self) -> str:
        return self.version


def http_image(url: str, access: Access = NOTHING_ALLOWED) -> ImageSource:
    """The file at an http(s) address; reading it reports what is wrong. Raises UsageError: not allowed."""
    require_allowed(url, access)
    return ImageSource(url, HttpFile(url, _version(url, access), access))


def _version(url: str, access: Access) -> str:
    """ETag or date with the size, by a HEAD request; without them unique, so that the file is read again."""
    with suppress(UsageError), _response("HEAD", url, access, LONGEST_HEAD_S) as response:
        stated = next((text for name in VALIDATORS if (text := response.getheader(name))), "")
        if stated:
            return f"{stated}-{response.getheader('Content-Length', '')}"
    return f"unknown-{uuid4().hex}"


@contextmanager
def _response(method: str, url: str, access: Access, limit_s: float) -> Iterator[http.client.HTTPResponse]:
    """The answer with status 200. Raises UsageError; whatever takes longer than the limit is ended."""
    with Deadline(limit_s) as deadline:
        try:
            response = _answer(method, url, access, deadline)
            if response.status != http.client.OK:
                raise UsageError(f"the server answered {response.status}; check the address")
            yield response
            deadline.left_s()
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = f"not within {limit_s:g} s" if deadline.is_over else type(error).__name__
            raise UsageError(
                f"the file cannot be fetched ({reason}); check the address and the network"
            ) from error


def _answer(method: str, url: str, access: Access, deadline: Deadline) -> http.client.HTTPResponse:
    """Follows redirects to allowed hosts."""
    for _ in range(MOST_REDIRECTS + 1):
        response = _requested(method, urlsplit(url), _opened(urlsplit(url), access, deadline), deadline)
        if response.status not in REDIRECTS:
            return response
        url = _redirected(url, response.getheader("Location", ""), access)
    raise UsageError(f"more than {MOST_REDIRECTS} redirects found; give the address of the file")


def _opened(place: SplitResult, access: Access, deadline: Deadline) -> socket.socket:
    """Connected to the first address of a host that answers. Raises UsageError, OSError."""
    host, port = _host_of(place), place.port or _default_port(place)
    deadline.left_s()
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(address[0]) for *_, address in found)
    if host not in access.hosts and not all(map(is_public, addresses)):
        raise UsageError(
            f"{host} leads to a private address of this machine or network; name it by --allow-host {host}"
        )
    return _connected_to(addresses, port, deadline)


def _connected_to(addresses: Iterable[str], port: int, deadline: Deadline) -> socket.socket:
    """Raises the last OSError: a machine without IPv6 still reaches a host that has both."""
    failure = OSError("the host has no address")
    for address in addresses:
        left_s = deadline.left_s()
        try:
            return socket.create_connection((address, port), timeout=left_s)
        except OSError as error:
            failure = error
    raise failure


def _requested(
    method: str, place: SplitResult, opened: socket.socket, deadline: Deadline
) -> http.client.HTTPResponse:
    """The answer to a request over the socket, which is encrypted for https."""
    deadline.watch(opened)
    host, port = _host_of(place), place.port or _default_port(place)
    connection = http.client.HTTPConnection(host, port)
    connection.sock = opened
    if place.scheme == "https":
        connection = http.client.HTTPSConnection(host, port)
        encrypted = _tls().wrap_socket(opened, server_hostname=host, do_handshake_on_connect=False)
        deadline.watch(encrypted)  # in place of the other, which it takes over
        encrypted.do_handshake()
        connection.sock = encrypted
    target = (place.path or "/") + (f"?{place.query}" if place.query else "")
    connection.request(method, target, headers=HEADERS)
    return connection.getresponse()


def _redirected(url: str, location: str, access: Access) -> str:
    """Where a redirect leads. Raises UsageError where its host is not allowed by name."""
    target = urljoin(url, location)
    host = _host_of(urlsplit(target))
    if urlsplit(target).scheme not in HTTP or host not in access.hosts:
        raise UsageError(
            f"the address is redirected to {host or 'no host'}, which is not followed; give that address, or "
            "name its host by --allow-host"
        )
    return target


def _blocks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Raises NotAnImage as soon as there are too many bytes, OSError where some are missing."""
    expected, found = _length(response), 0
    while block := response.read1(BLOCK):
        found += len(block)
        refuse_oversize(found)
        yield block
    if found < expected:
        raise OSError("fewer bytes than the server stated")


def _length(response: http.client.HTTPResponse) -> int:
    text = response.getheader("Content-Length", "0")
    return int(text) if text.isdecimal() else 0


def _host_of(place: SplitResult) -> str:
    return (place.hostname or "").lower()


def _default_port(place: SplitResult) -> int:
    return http.client.HTTPS_PORT if place.scheme == "https" else http.client.HTTP_PORT


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
