"""One limit of time for all the steps of a transfer: names looked up, connections made, bytes that arrive."""

import socket
from contextlib import suppress
from threading import Event, Timer
from time import monotonic
from types import TracebackType
from typing import Self


class Deadline:
    """From its entry on; when it is over, each socket that it watches is shut, whatever it waits for."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._end = 0.0
        self._over = Event()
        self._sockets: list[socket.socket] = []
        self._timer = Timer(limit_s, self._give_up)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._end = monotonic() + self.limit_s
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        for one in self._sockets:
            one.close()

    @property
    def is_over(self) -> bool:
        return self._over.is_set() or monotonic() >= self._end

    def left_s(self) -> float:
        """Raises TimeoutError where nothing is left."""
        if self.is_over:
            raise TimeoutError
        return self._end - monotonic()

    def watch(self, one: socket.socket) -> None:
        """Shut when the time is over, closed at the end. Raises TimeoutError where it is over already."""
        self._sockets.append(one)
        self.left_s()

    def _give_up(self) -> None:
        self._over.set()  # first: what is watched from now on finds it
        for one in list(self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
