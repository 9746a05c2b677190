"""A web server of this machine whose answers a test determines."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def served(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """The address of the server, and its requests, as "GET /film.dcm"."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(f"{self.command} {self.path}")
            try:
                answer(self)
            except OSError:  # the client has gone
                self.close_connection = True

        do_HEAD = do_GET  # noqa: N815 (the name is that of the base class)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def slow_handshake() -> Iterator[str]:
    """The https address of a server that sends the first record of its handshake byte by byte, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_answer_slowly, args=(listener,), daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"


def _answer_slowly(listener: socket.socket) -> None:
    with suppress(OSError):  # the client, or the test, has gone
        while True:
            client, _ = listener.accept()
            with client, suppress(OSError):
                client.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")  # a ServerHello of 16 kB
                while True:
                    client.sendall(b"x")
                    time.sleep(0.02)


def body(data: bytes, stated: int | None = None, **headers: str) -> Answer:
    """200 with these bytes. stated: Content-Length, by default the truth."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(data) if stated is None else stated))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(data)

    return answer


def endless(block: bytes, pause_s: float) -> Answer:
    """200 and the block again and again."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while request.command == "GET":
            request.wfile.write(block)
            request.wfile.flush()
            time.sleep(pause_s)

    return answer


def redirect(target: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", target)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer
