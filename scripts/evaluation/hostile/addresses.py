"""Addresses that must not be opened, given in every way: what is opened is seen by a hook and by a server."""

import base64
import json
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import fsspec

from evaluation.hostile.attack import Attack
from evaluation.hostile.audited import ROUTES, Event, Rights, Route
from evaluation.hostile.listener import REDIRECTS, Listener, listening
from evaluation.hostile.mutants import CORPUS

ALLOWED: Final = frozenset({"s3", "gs", "az", "http", "https"})  # stores need a network and are not tried
UNKNOWN: Final = (
    *(
        "gopher",
        "dict",
        "ldap",
        "telnet",
        "nfs",
        "afp",
        "rsync",
        "svn",
        "jar",
        "netdoc",
        "view-source",
        "phar",
    ),
    *("php", "expect", "unknown", "http+unix", "ws", "FILE", "Reference", "file ", "\tfile", "fi\tle"),
)
FILES: Final = (  # {secret}: a folder
    *("file:{secret}/film.png", "file:/{secret}/film.png", "file://localhost{secret}/film.png"),
    *(
        "reference://::file://{secret}/a.json",
        "reference://?fo={secret}/a.json",
        "reference://::{secret}/a.json",
    ),
    *(
        "simplecache::file://{secret}/film.png",
        "filecache::{secret}/film.png",
        "blockcache::file://{secret}/a",
    ),
    *("zip://film.png::file://{secret}/a.zip", "zip://film.png::{secret}/a.zip", "zip://film.png"),
    *("libarchive://film.png::file://{secret}/a.zip", "tar://a::zip://b::s3://bucket/c.zip"),
    *("jar:file://{secret}/a.zip!/film.png", "jar:http://127.0.0.1:{port}/a.jar!/film.png"),
    *("s3://bucket/film.png::reference://{secret}/a.json", "s3://bucket::file://{secret}/film.png"),
    *("simplecache::http://127.0.0.1:{port}/target", "zip://film.png::http://127.0.0.1:{port}/target"),
    *("github://org:repo@main/film.png", "git://{secret}:main@film.png", "//127.0.0.1:{port}/target"),
    *("data:image/png;base64,{png}", "data://image/png;base64,{png}", "memory://film.png"),
)
LOOPBACK: Final = (
    *("127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "0177.0.0.1", "0x7f000001", "0x7f.0.0.1", "2130706433"),
    *("017700000001", "0.0.0.0", "0", "localhost", "LOCALHOST", "127.8.9.10", "①②⑦.⓪.⓪.①", "127。0。0。1"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"),
    *(
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2002:7f00:1::1]",
    ),
    *("[2001:0:7f00:1::]", "[::ffff:0:127.0.0.1]"),
)
PRIVATE: Final = (
    *(
        "169.254.169.254",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
    ),
    *("[fe80::1]", "[fe80::1%25lo]", "[fd00::1]", "[fec0::1]", "[ff02::1]", "[::ffff:169.254.169.254]"),
    *("[64:ff9b::169.254.169.254]", "[2002:a9fe:a9fe::]", "[2002:c0a8:1::]", "[::10.0.0.1]"),
)
DECEPTIVE: Final = (
    *("http://user@127.0.0.1:{port}/target", "http://user:secret@127.0.0.1:{port}/target"),
    *("http://example.org@127.0.0.1:{port}/target", "http://127.0.0.1:{port}#@example.org/target"),
    *("http://127.0.0.1:{port}\\@example.org/target", "http:\\\\127.0.0.1:{port}\\target"),
    *("http:/127.0.0.1:{port}/target", "http:127.0.0.1:{port}/target", "http:///127.0.0.1:{port}/target"),
    *(
        " http://127.0.0.1:{port}/target",
        "ht\ttp://127.0.0.1:{port}/target",
        "http://\t127.0.0.1:{port}/target",
    ),
    *("http://127.0.0.1:{port}::file://{secret}/film.png", "HTTP://127.0.0.1:{port}/target"),
    *("http://127.0.0.1%00.example.org:{port}/target", "http://127.0.0.1:{port}/a\r\nHost: b/target"),
)
TARGETS: Final = (  # of redirects
    *("http://localhost:{port}/target", "http://[::1]:{port}/target", "http://127.1:{port}/target"),
    *("//localhost:{port}/target", "http://169.254.169.254/target", "file:///etc/passwd"),
    "ftp://127.0.0.1:{port}/target",
)
NAMED_HOST: Final = "127.0.0.1"
RESOLVING: Final = ("socket.getaddrinfo",)  # a name to its addresses, before these are judged
FILM: Final = "/film.png"  # at the host that is named: the only file to be read


def attack_addresses(routes: Mapping[str, Route] = ROUTES) -> Attack:
    """Every address by every route: nothing allowed, the web allowed, and one host allowed by name."""
    film = (CORPUS / "8-bit.png").read_bytes()
    with tempfile.TemporaryDirectory() as name, listening(film, TARGETS) as listener:
        secret = Path(name, "secret")
        _write_secret(secret, film)
        addresses = list(_addresses(listener.port, secret))
        wrong = [
            f"{route}: {what}"
            for number, (route, given) in enumerate(routes.items())
            for what in _opened(given, addresses, listener, Path(name, str(number)), secret)
        ]
    return Attack(
        f"{len(addresses) + len(TARGETS)} addresses (every other scheme of fsspec, {len(UNKNOWN)} unknown, "
        f"files, chains, {len(LOOPBACK)} spellings of this machine, private and embedded ones, redirects), "
        f"each as {', '.join(routes)}; without and with `--allow-http`",
        "only the allowed is opened, as seen by an audit hook in every process and by a listening socket; "
        "every address is answered, and the film of a host that is named is read",
        "; ".join((f"{len(wrong)} faults", *wrong)),
        not wrong,
    )


def _opened(
    route: Route, addresses: Sequence[str], listener: Listener, folder: Path, secret: Path
) -> Iterator[str]:
    """What was opened that must not be, and what was not that may be, in words."""
    before, different = listener.connections, len({address.strip() for address in addresses})
    for name, rights, harmless in (("local", Rights(), ()), ("web", Rights(http=True), RESOLVING)):
        seen = route(addresses, rights, _made(folder / name), secret)
        yield from (f"{name}: {event}" for event in seen.events if not _is_harmless(event, harmless))
        if seen.answers < different:
            yield f"{name}: {different - seen.answers} addresses without an answer"
    if listener.connections > before:
        yield f"{listener.connections - before} connections to this machine, {listener.paths}"
    yield from _opened_where_named(route, listener, _made(folder / "named"), secret)


def _opened_where_named(route: Route, listener: Listener, folder: Path, secret: Path) -> Iterator[str]:
    """The same of one host that is allowed by name, which has a film and redirects to others."""
    listener.paths.clear()
    own, place = f"http://{NAMED_HOST}:{listener.port}", str((NAMED_HOST, listener.port))
    addresses = [f"{own}{FILM}", *(f"{own}{REDIRECTS}{number}" for number in range(len(TARGETS)))]
    for event in route(addresses, Rights(http=True, hosts=(NAMED_HOST,)), folder, secret).events:
        is_connection = event.name == "socket.connect" and event.arguments[-1] == place
        if not is_connection and not _is_harmless(event, RESOLVING):
            yield f"named: {event}"
    yield from (f"named: {path}" for path in listener.paths if not path.startswith((FILM, REDIRECTS)))
    if FILM not in listener.paths:
        yield "named: its film was not read"


def _is_harmless(event: Event, names: Collection[str]) -> bool:
    return event.is_own or event.name in names


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _write_secret(folder: Path, film: bytes) -> None:
    """A film, an archive of it, and references of fsspec that lead to it."""
    _made(folder)
    (folder / "film.png").write_bytes(film)
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("film.png", film)
    references = {"film.png": [f"file://{folder}/film.png"]}
    (folder / "a.json").write_text(json.dumps({"version": 1, "refs": references}))


def _addresses(port: int, secret: Path) -> Iterator[str]:
    schemes = sorted({*fsspec.available_protocols(), *UNKNOWN} - ALLOWED)
    yield from (f"{scheme}://127.0.0.1:{port}{secret}/film.png" for scheme in schemes)
    yield from (f"{scheme}://{secret}/film.png" for scheme in schemes)
    hosts = [f"{host}:{port}" for host in LOOPBACK] + list(PRIVATE)
    yield from (f"http://{host}/target" for host in hosts)
    yield from (f"https://{host}/target" for host in hosts[::4])
    png = base64.b64encode((secret / "film.png").read_bytes()).decode()
    yield from (one.format(port=port, secret=secret, png=png) for one in (*FILES, *DECEPTIVE))
