"""A web server of this machine that answers byte by byte as it is told, and counts what it could send."""

import select
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

HERE: Final = "127.0.0.1"
MOST_ASKED: Final = 65_536  # bytes of a request
OFTEN_S: Final = 0.1


class Connection:
    """One request. Raises OSError when the client has gone, or the server ends."""

    def __init__(self, client: socket.socket, ending: Event) -> None:
        self.sent = 0
        self._client, self._ending = client, ending

    def asked(self) -> tuple[str, str]:
        """Method and path."""
        data = b""
        while b"\r\n\r\n" not in data and len(data) < MOST_ASKED:
            if not (more := self._client.recv(4_096)):
                raise ConnectionError
            data += more
        method, path, _ = data.decode("latin-1").split(" ", 2)
        return method, path

    def send(self, data: bytes) -> None:
        self._client.sendall(data)
        self.sent += len(data)
        if self._ending.is_set():
            raise ConnectionError

    def pause(self, seconds: float) -> None:
        """Ends at once when the client goes."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            gone, _, _ = select.select([self._client], [], [], OFTEN_S)
            if self._ending.is_set() or (gone and not self._client.recv(1)):
                raise ConnectionError


Answer = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, the bytes that could be sent, and the seconds until one of both hung up."""

    method: str
    path: str
    sent: int
    seconds: float


@dataclass(slots=True)
class Server:
    """answers: by "GET /path"; what is missing is not there. seen: requests that have ended."""

    address: str
    answers: Mapping[str, Answer]
    seen: list[Request] = field(default_factory=list)

    def requests(self, method: str, path: str) -> list[Request]:
        return [one for one in self.seen if (one.method, one.path) == (method, path)]


@contextmanager
def served(answers: Mapping[str, Answer]) -> Iterator[Server]:
    ending = Event()
    with socket.create_server((HERE, 0)) as listening:
        listening.settimeout(OFTEN_S)
        server = Server(f"http://{HERE}:{listening.getsockname()[1]}", answers)
        accepting = Thread(target=_accept, args=(listening, server, ending), daemon=True)
        accepting.start()
        try:
            yield server
        finally:
            ending.set()
            accepting.join()


def _accept(listening: socket.socket, server: Server, ending: Event) -> None:
    answering = []
    while not ending.is_set():
        with suppress(TimeoutError):
            client, _ = listening.accept()
            client.settimeout(None)
            answering.append(Thread(target=_serve, args=(client, server, ending), daemon=True))
            answering[-1].start()
    for thread in answering:
        thread.join(10 * OFTEN_S)


def _serve(client: socket.socket, server: Server, ending: Event) -> None:
    connection, began = Connection(client, ending), time.monotonic()
    method = path = ""
    with client, suppress(OSError, ValueError):
        try:
            method, path = connection.asked()
            server.answers.get(f"{method} {path}", _not_there)(connection)
        finally:
            server.seen.append(Request(method, path, connection.sent, time.monotonic() - began))


def _not_there(connection: Connection) -> None:
    connection.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
