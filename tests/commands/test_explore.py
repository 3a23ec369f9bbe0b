"""The explorer as a command: what it refuses, what it prints, how it ends."""

import json
import signal
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from simulate.commands.explore import _names
from simulate.scenario import ScenarioError
from tests.calling import call, heed_signals

PATIENCE = 120.0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.toml"], "nowhere.toml"),
        (["--set", "cash.opening=nonsense"], "cash.opening"),
        (["--host", "0.0.0.0"], "--allow"),
        (["--paths", "10"], "--paths"),
        (["--port", "70000"], "--port"),
    ],
)
def test_a_mistake_is_told_before_anything_is_served(
    arguments: list[str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, "explore", "--no-browser", *arguments) == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert "explorer:" not in printed.out


def test_what_fails_while_it_is_loaded_ends_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ScenarioError("nothing to explore")

    monkeypatch.setattr("simulate.explorer.pages.Explorer", fail)
    assert call(monkeypatch, "explore", "--no-browser", "anthropic.toml") == 2
    assert "nothing to explore" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "allowed", "told", "others"),
    [
        ("127.0.0.1", [], "127.0.0.1:8000", {"localhost:8000", "[::1]:8000"}),
        ("localhost", [], "localhost:8000", {"127.0.0.1:8000", "[::1]:8000"}),
        ("::1", [], "[::1]:8000", {"127.0.0.1:8000", "localhost:8000"}),
        ("127.0.0.2", [], "127.0.0.2:8000", {"127.0.0.1:8000", "localhost:8000"}),
        ("0.0.0.0", ["box"], "127.0.0.1:8000", {"box:8000"}),
        ("::", ["box:80"], "[::1]:8000", {"box:80"}),
        ("10.0.0.7", ["box"], "box:8000", {"localhost:8000"}),
    ],
)
def test_the_address_that_is_told_is_one_that_is_listened_at(
    host: str, allowed: list[str], told: str, others: set[str]
) -> None:
    first, *known = _names(host, 8000, allowed)
    assert first == told and others <= {*known}
    assert "evil.example:8000" not in known


def test_it_prints_an_address_serves_it_and_ends_with_ctrl_c() -> None:
    command = [sys.executable, "-m", "simulate", "explore", "anthropic.toml", "--no-browser"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    ) as served:
        assert served.stdout is not None
        printed = served.stdout.readline()
        address = urlsplit(printed.removeprefix("explorer: ").strip())
        assert address.hostname == "127.0.0.1"
        connection = HTTPConnection(address.netloc, timeout=PATIENCE)
        connection.request("GET", address.path)
        assert connection.getresponse().status == 200
        connection.close()
        socket = f"ws://{address.netloc}{address.path}answers"
        with connect(socket, origin=Origin(f"http://{address.netloc}"), max_size=None) as page:
            # All is loaded.
            assert json.loads(page.recv(PATIENCE))["type"] == "scene"
        served.send_signal(signal.SIGINT)
        _, told = served.communicate(timeout=PATIENCE)
    assert served.returncode == 0
    assert "Ended" in told
    assert "Traceback" not in told
