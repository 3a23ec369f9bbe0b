"""The command, called within a test."""

import signal
import sys

import pytest

from simulate import cli
from simulate.interruption import SIGNALS


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command in this process and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["simulate", *arguments])
    before = {number: signal.getsignal(number) for number in SIGNALS}
    with pytest.raises(SystemExit) as ended:
        cli.main()
    for number, handler in before.items():
        signal.signal(number, handler)
    code = ended.value.code
    return code if isinstance(code, int) else 0


def heed_signals() -> None:
    """Heed interruptions, which a shell's background jobs ignore and hand down so."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
