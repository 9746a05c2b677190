"""How a web server may misbehave: each answer to a request for a film, in words and in bytes."""

import gzip
from collections.abc import Mapping
from functools import partial
from typing import Final

from evaluation.hostile.server import Answer, Connection

PAUSE_S: Final = 3.0
BLOCK: Final = bytes(1_000_000)
EVER_S: Final = 1e6
ANSWERED: Final = b"HTTP/1.1 200 OK\r\n"
CHUNKED: Final = ANSWERED + b"Transfer-Encoding: chunked\r\n\r\n"
BOMB: Final = gzip.compress(bytes(300_000_000))  # some thousand times smaller


def whole(data: bytes, *headers: str) -> Answer:
    """As it should be, with these headers beside the length."""
    return partial(_sent, data=_head(f"Content-Length: {len(data)}", *headers) + data)


def head_of(data: bytes, *headers: str) -> Answer:
    return partial(_sent, data=_head(f"Content-Length: {len(data)}", *headers))


def redirect(target: str) -> Answer:
    return partial(
        _sent, data=f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    )


def misbehaving(film: bytes, elsewhere: str) -> Mapping[str, Answer]:
    """By kind, what answers the request for a film. elsewhere: a port of this machine, not to be reached."""
    size, half = len(film), film[: len(film) // 2]
    return {
        "a byte every 3 s": partial(_slow, head=_head(f"Content-Length: {size}"), byte=b"x"),
        "a header every 3 s": partial(_slow, head=ANSWERED, byte=b"X-More: x\r\n"),
        "never answering": partial(_slow, head=b"", byte=b""),
        "endless body": partial(_endless, head=_head(), block=BLOCK),
        "endless headers": partial(_endless, head=ANSWERED, block=b"X-More: x\r\n"),
        "endless header": partial(_endless, head=ANSWERED + b"X-More: ", block=BLOCK.replace(b"\0", b"x")),
        "endless interim answers": partial(_endless, head=b"", block=b"HTTP/1.1 100 Continue\r\n\r\n"),
        "chunks without end": partial(_endless, head=CHUNKED, block=b"f4240\r\n" + BLOCK + b"\r\n"),
        "trailers without end": partial(_endless, head=CHUNKED + b"0\r\n", block=b"X-More: x\r\n"),
        "chunk of 16 EiB": partial(_sent, data=CHUNKED + b"ffffffffffffffff\r\n" + film),
        "chunk of no size": partial(_sent, data=CHUNKED + b"-1\r\n" + film),
        "length too large": partial(_sent, data=_head(f"Content-Length: {size + 10}") + film),
        "length too small": partial(_sent, data=_head(f"Content-Length: {len(half)}") + film),
        "length of 30 digits": partial(_sent, data=_head("Content-Length: " + "9" * 30) + film),
        "length of 5,000 digits": partial(_sent, data=_head("Content-Length: " + "9" * 5_000) + film),
        "length below 0": partial(_sent, data=_head("Content-Length: -1") + half[1:]),
        "closing at once": partial(_sent, data=b""),
        "closing within the headers": partial(_sent, data=ANSWERED + b"Content-Le"),
        "closing within the film": partial(_sent, data=_head(f"Content-Length: {size}") + half),
        "nothing of HTTP": partial(_sent, data=film),
        "an empty film": partial(_sent, data=_head("Content-Length: 0")),
        "gzip of 1,000 : 1": whole(BOMB, "Content-Encoding: gzip"),
        "redirect to itself": redirect("redirect-to-itself"),
        "redirect to another host": redirect(f"http://localhost:{elsewhere}/film.dcm"),
        "redirect to loopback as a number": redirect(f"http://2130706433:{elsewhere}/film.dcm"),
        "redirect to loopback in IPv6": redirect(f"http://[::ffff:127.0.0.1]:{elsewhere}/film.dcm"),
        "redirect to a file": redirect("file:///etc/hostname"),
        "redirect to FTP": redirect(f"ftp://127.0.0.1:{elsewhere}/film.dcm"),
    }


def misbehaving_when_listed() -> Mapping[str, Answer]:
    """By kind, what answers the request for the headers alone, which the listing makes."""
    return {
        "headers never sent": partial(_slow, head=b"", byte=b""),
        "headers without end": partial(_endless, head=ANSWERED, block=b"X-More: x\r\n"),
        "headers of no HTTP": partial(_sent, data=b"\0" * 100),
    }


def _head(*headers: str) -> bytes:
    return ANSWERED + "".join(f"{header}\r\n" for header in headers).encode() + b"\r\n"


def _sent(connection: Connection, data: bytes) -> None:
    connection.send(data)


def _slow(connection: Connection, head: bytes, byte: bytes) -> None:
    """Nothing more where there is no byte."""
    connection.send(head)
    while True:
        connection.pause(PAUSE_S if byte else EVER_S)
        connection.send(byte)


def _endless(connection: Connection, head: bytes, block: bytes) -> None:
    connection.send(head)
    while True:
        connection.send(block)
