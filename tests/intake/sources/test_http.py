"""A film of a web server is fetched within stated bounds, and only where the host is allowed."""

import socket
import time
from typing import Any

import pytest

from kltool.errors import NotAnImage, UsageError
from kltool.intake import load
from kltool.intake.sources import Access, find_images, http, locations
from tests.intake.films import grey8, png
from tests.intake.sources.web import body, endless, redirect, served, slow_handshake

FILM = png(grey8())
HERE = Access(http=True, hosts=("127.0.0.1",))


def fetched(url: str, access: Access = HERE) -> bytes:
    (source,) = find_images(url, access=access)
    return source.read()


def test_a_film_of_a_web_server_is_that_of_the_file() -> None:
    with served(body(FILM)) as (address, _):
        (source,) = find_images(f"{address}/film.png", access=HERE)
        assert source.name == f"{address}/film.png"
        assert load(source).pixels_sha256 == load(FILM).pixels_sha256


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]"])
def test_a_private_host_is_not_asked_unless_it_is_named(host: str) -> None:
    with served(body(FILM)) as (address, requests):
        port = address.rsplit(":", 1)[1]
        with pytest.raises(UsageError, match=r"private address.*--allow-host|cannot be fetched"):
            fetched(f"http://{host}:{port}/film.png", Access(http=True))
        assert not requests


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fd00::1]", "224.0.0.1"],
)
def test_a_private_address_is_named_before_anything_is_sent(address: str) -> None:
    with pytest.raises(UsageError, match=r"private address"):
        fetched(f"http://{address}/film.png", Access(http=True))


def test_a_redirect_is_followed_only_to_a_host_that_is_named() -> None:
    with served(body(FILM)) as (target, requests):
        with served(redirect(f"{target}/film.png")) as (address, _):
            assert fetched(f"{address}/moved") == FILM
        with served(redirect(f"{target.replace('127.0.0.1', 'localhost')}/film.png")) as (address, _):
            requests.clear()
            with pytest.raises(UsageError, match="redirected to localhost, which is not followed"):
                fetched(f"{address}/moved")
            assert not requests
        with served(redirect("file:///etc/passwd")) as (address, _), pytest.raises(UsageError):
            fetched(f"{address}/moved")


def test_redirects_in_a_circle_end() -> None:
    with served(redirect("/again")) as (address, requests):
        with pytest.raises(UsageError, match="more than 5 redirects"):
            fetched(f"{address}/again")
        assert requests.count("GET /again") == 6


def test_a_slow_server_is_left_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_FETCH_S", 0.5)
    with served(endless(b"x", 0.1)) as (address, _):
        began = time.monotonic()
        with pytest.raises(UsageError, match=r"not within 0\.5 s"):
            fetched(f"{address}/film.png")
        assert time.monotonic() - began < 5.0


def test_time_that_passes_before_the_connection_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the limit is over before there is a connection, it still ends the transfer."""
    looked_up = socket.getaddrinfo

    def slow(*place: Any, **options: Any) -> Any:
        time.sleep(0.3)
        return looked_up(*place, **options)

    monkeypatch.setattr(http, "LONGEST_HEAD_S", 0.2)
    monkeypatch.setattr(http, "LONGEST_FETCH_S", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with served(endless(b"x", 0.05)) as (address, requests):
        with pytest.raises(UsageError, match=r"not within 0\.2 s"):
            fetched(f"{address}/film.png")
        assert not requests


def test_a_server_that_never_ends_its_handshake_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_HEAD_S", 0.2)
    monkeypatch.setattr(http, "LONGEST_FETCH_S", 0.2)
    with slow_handshake() as address, pytest.raises(UsageError, match=r"not within 0\.2 s"):
        fetched(f"{address}/film.png")


def test_an_endless_file_is_left_when_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locations, "LARGEST_FILE_BYTES", 1_000_000)
    with (
        served(endless(bytes(100_000), 0.0)) as (address, _),
        pytest.raises(NotAnImage, match="at most 1 MB"),
    ):
        fetched(f"{address}/film.png")


def test_what_is_cut_off_or_not_there_is_no_film() -> None:
    with served(body(FILM, stated=len(FILM) + 1)) as (address, _), pytest.raises(UsageError, match="fetched"):
        fetched(f"{address}/film.png")
    with (
        served(lambda request: request.send_error(404)) as (address, _),
        pytest.raises(UsageError, match="answered 404"),
    ):
        fetched(f"{address}/film.png")


def test_what_changed_at_the_address_has_another_fingerprint() -> None:
    def fingerprint(**headers: str) -> str:
        with served(body(FILM, **headers)) as (address, _):
            return http.http_image(f"{address}/film.png", HERE).location.fingerprint()

    assert fingerprint(ETag='"a"') == fingerprint(ETag='"a"') != fingerprint(ETag='"b"')
    assert fingerprint(Last_Modified="Sat, 28 Nov 2026 18:00:00 GMT") == fingerprint(
        Last_Modified="Sat, 28 Nov 2026 18:00:00 GMT"
    )
    assert fingerprint() != fingerprint(), "without any statement of the server it is read again"
