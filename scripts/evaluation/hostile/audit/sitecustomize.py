"""Writes what a process opens to a file, a line of JSON each; run by Python where its folder is on the path.

HOSTILE_AUDIT names the file, HOSTILE_SECRET the folder whose files are not to be opened: `open` is written of
these alone. Without them nothing is written.
"""

import json
import os
import sys
from typing import Final

EVENTS: Final = frozenset(
    {
        *("socket.connect", "socket.sendto", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname"),
        *(
            "ftplib.connect",
            "smtplib.connect",
            "telnetlib.Telnet.open",
            "urllib.Request",
            "http.client.connect",
        ),
        *("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"),
        *("os.startfile", "pty.spawn", "webbrowser.open"),
    }
)
OF_PATHS: Final = frozenset({"open", "os.listdir", "os.scandir", "shutil.copyfile", "sqlite3.connect"})


def _watch(file: int, secret: str) -> None:
    def written(event: str, arguments: tuple[object, ...]) -> None:
        if event in OF_PATHS and arguments:
            path = arguments[0]
            path = path.decode("utf-8", "replace") if isinstance(path, bytes) else str(path)
            if secret not in path:
                return
        elif event not in EVENTS:
            return
        os.write(file, f"{json.dumps([event, [str(one) for one in arguments]])}\n".encode())

    sys.addaudithook(written)


if "HOSTILE_AUDIT" in os.environ:
    _watch(
        os.open(os.environ["HOSTILE_AUDIT"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600),
        os.environ["HOSTILE_SECRET"],
    )
