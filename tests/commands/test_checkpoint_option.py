"""Commands that take long keep their work, and tell the same with it."""

from pathlib import Path

import pytest

from simulate.commands.session import simulated
from tests.calling import call

ASKED = (
    ("sweep", "anthropic.toml", "--vary", "cash.opening=30,40"),
    ("sweep", "anthropic.toml", "--vary", "cash.opening=30:40", "--design", "lhs", "--cells", "3"),
    ("stress", "anthropic.toml"),
    ("converge", "anthropic.toml"),
    ("decide", "anthropic-tpu.toml", "--set", "decision.payoff=cash"),
)


@pytest.mark.usefixtures("blank_pictures")
@pytest.mark.parametrize(("command", "asked"), [(first, rest) for first, *rest in ASKED])
def test_a_command_tells_the_same_from_what_it_kept(
    command: str,
    asked: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    told = []
    kept = []
    for options in ((), ("--checkpoint", "kept"), ("--checkpoint", "kept")):
        words = (*asked, "--no-pictures", "--paths", "8192", *options)
        assert call(monkeypatch, command, *words) == 0
        told.append(capsys.readouterr().out)
        kept.append({path: path.stat().st_mtime_ns for path in Path("kept").glob("??/*")})
    assert told[0] == told[1] == told[2]
    assert kept[1] == kept[2] != {}


@pytest.mark.parametrize("checkpoint", [None, Path("kept")])
def test_an_interrupted_command_says_what_it_keeps(
    checkpoint: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as found:
        simulated(interrupted, 1, checkpoint)
    kept = "what was finished is kept in kept; the same command goes on from there"
    assert found.value.args == (() if checkpoint is None else (kept,))
