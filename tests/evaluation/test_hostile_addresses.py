"""No address opens what is not allowed; the hook and the server see what would be opened."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from evaluation.hostile.addresses import attack_addresses
from evaluation.hostile.audited import HOOK, ROUTES, Event, Rights, Seen, by_name
from evaluation.hostile.listener import REDIRECTS, listening

OPENER = """
import socket, subprocess, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
open(sys.argv[2]).close()
open(sys.argv[3]).close()
subprocess.run([sys.executable, "-c", "open(r'" + sys.argv[2] + "')"], check=True)
"""


def test_no_address_that_is_named_opens_anything() -> None:
    attack = attack_addresses({"named": by_name})
    assert attack.is_held, attack.found


@pytest.mark.slow
def test_no_address_opens_anything_however_it_is_given() -> None:
    attack = attack_addresses(ROUTES)
    assert attack.is_held, attack.found


def test_the_hook_sees_connections_processes_and_secret_files(tmp_path: Path) -> None:
    secret, other, log = tmp_path / "secret.txt", tmp_path / "other.txt", tmp_path / "log"
    secret.touch()
    other.touch()
    environment = {"HOSTILE_AUDIT": str(log), "HOSTILE_SECRET": str(secret), "PYTHONPATH": str(HOOK)}
    with listening(b"film", ()) as listener:
        command = [sys.executable, "-c", OPENER, str(listener.port), str(secret), str(other)]
        subprocess.run(command, env={**os.environ, **environment}, check=True)
    names = [json.loads(line)[0] for line in log.read_text().splitlines()]
    assert names.count("socket.connect") == 1
    assert names.count("open") == 2, "one by a process that the first one started"
    assert names.count("subprocess.Popen") == 1
    assert str(other) not in log.read_text()


def test_the_server_counts_connections_and_leads_elsewhere() -> None:
    with listening(b"film", ["http://localhost:{port}/target"]) as listener:
        with urlopen(f"http://127.0.0.1:{listener.port}{REDIRECTS}0") as response:
            assert response.read() == b"film"
        assert listener.paths == [f"{REDIRECTS}0", "/target"]
        assert listener.connections == 2


def test_what_is_opened_or_not_answered_is_a_fault() -> None:
    def careless(addresses: list[str], rights: Rights, *_: Path) -> Seen:
        opened = Event("open", ("/secret/film.png", "rb", "0"))
        worker = Event(
            "subprocess.Popen", ("python", "['python', '-m', 'kltool.batch.worker']", "None", "None")
        )
        return Seen((opened, worker), len(addresses) - 10)

    attack = attack_addresses({"careless": careless})
    assert not attack.is_held
    assert "careless: local: open /secret/film.png" in attack.found
    assert "addresses without an answer" in attack.found
    assert "its film was not read" in attack.found
    assert "worker" not in attack.found
