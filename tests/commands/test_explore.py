"""The explorer as a command: what it refuses, what it prints, how it ends."""

import signal
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

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
        served.send_signal(signal.SIGINT)
        _, told = served.communicate(timeout=PATIENCE)
    assert served.returncode == 0
    assert "Ended" in told
    assert "Traceback" not in told
