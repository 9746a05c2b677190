"""A server of this machine that sees every connection, whatever is spoken over it."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

REDIRECTS: Final = "/moved/"  # then the number of a target


@dataclass(slots=True)
class Listener:
    """port: on every address of this machine. connections: how many came. paths: that were asked for."""

    port: int
    connections: int = 0
    paths: list[str] = field(default_factory=list)


@contextmanager
def listening(film: bytes, targets: Sequence[str]) -> Iterator[Listener]:
    """Serves the film at any path; REDIRECTS and a number leads to a target, in which {port} is its own."""
    seen = Listener(0)

    class Handler(BaseHTTPRequestHandler):
        timeout = 5.0

        def do_GET(self) -> None:
            seen.paths.append(self.path)
            if self.path.startswith(REDIRECTS):
                self.send_response(302)
                number = int(self.path.removeprefix(REDIRECTS))
                self.send_header("Location", targets[number].format(port=seen.port))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(film)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(film)

        do_HEAD = do_GET  # noqa: N815 (the name is that of the base class)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = socket.AF_INET6

        def server_bind(self) -> None:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            super().server_bind()

        def verify_request(self, request: Any, client_address: Any) -> bool:
            seen.connections += 1
            return True

    class OnlyIPv4(Server):
        address_family = socket.AF_INET

        def server_bind(self) -> None:
            ThreadingHTTPServer.server_bind(self)

    server = _opened(Server, OnlyIPv4, Handler)
    seen.port = server.server_port
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()


def _opened(both: type, ipv4: type, handler: type) -> ThreadingHTTPServer:
    """On IPv4 alone where the machine has no other."""
    with suppress(OSError):
        server: ThreadingHTTPServer = both(("::", 0), handler)
        return server
    alone: ThreadingHTTPServer = ipv4(("127.0.0.1", 0), handler)
    return alone
