"""No text of a user steers the terminal that it is printed on."""

from pathlib import Path

import pytest
from rich.text import Text

from simulate.scenario import ScenarioError, load_scenario
from simulate.text.tables import Row, Table, printed
from simulate.text.terminal import console
from tests.calling import call

pytestmark = pytest.mark.usefixtures("january")

STEERING = ["\x1b[31m", "\x1b]0;owned\x07", "\r", "\x08", "\x9b31m", "\u202e", "\u2066", "\u200f"]


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def in_toml(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


@pytest.mark.parametrize("mark", STEERING)
@pytest.mark.parametrize(
    "text",
    [
        'name = "a{}b"',
        '[stresses.hit]\ntitle = "a{}b"',
        '[cash]\nopening = {{ value = 1, source = "a{}b" }}',
        '[correlations]\n"a{}b, inference.overrun" = 0.1',
        '"a{}b" = 1',
        'extends = "a{}b"',
        '[cash]\nopening = "8{} bn"',
    ],
)
def test_a_scenario_has_no_text_that_steers(text: str, mark: str) -> None:
    Path("bad.toml").write_text(text.format(in_toml(mark)))
    with pytest.raises(ScenarioError, match="holds a control character; leave it out") as caught:
        load_scenario("bad.toml")
    assert mark not in str(caught.value)


def test_prose_may_have_lines() -> None:
    Path("good.toml").write_text('extends = "anthropic.toml"\ndescription = """one\n\ttwo"""\n')
    assert load_scenario("good.toml").description == "one\n\ttwo"
    Path("bad.toml").write_text('extends = "anthropic.toml"\nname = """one\ntwo"""\n')
    with pytest.raises(ScenarioError, match="control character"):
        load_scenario("bad.toml")


@pytest.mark.parametrize("mark", STEERING)
@pytest.mark.parametrize(
    "words",
    [
        ["check", "{}.toml"],
        ["check", "--set", "cash.opening={}"],
        ["{}"],
        ["run", "--{}"],
        ["update", "--observe", "revenue {}"],
    ],
)
def test_an_error_is_printable(
    words: list[str], mark: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, *(word.format(f"a{mark}b") for word in words)) == 2
    printed = capsys.readouterr()
    assert mark not in printed.err + printed.out
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("mark", STEERING)
def test_what_is_printed_never_steers(mark: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = Table(f"title {mark}", ("", f"column {mark}"), (Row("", (f"cell {mark}",)),))
    console().print(f"plain {mark}", Text(f"text {mark}"))
    console().print(printed(shown))
    told = capsys.readouterr().out
    assert mark not in told
    assert all(word in told for word in ("title", "column", "cell", "plain", "text"))


def test_names_are_printed_as_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    console().print("[red]x[/] :smile: $x$", soft_wrap=True)
    assert capsys.readouterr().out == "[red]x[/] :smile: $x$\n"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "there is not enough memory"),
        (RuntimeError("can't start new thread"), "no more threads can be started"),
    ],
)
def test_what_the_machine_lacks_ends_in_a_line(
    error: Exception,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(**_: int) -> None:
        raise error

    monkeypatch.setattr("simulate.cli.app", fail)
    assert call(monkeypatch, "check") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {words}")
