"""``simulate watch``: saves are answered, mistakes told, and the rest goes on."""

import signal
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from simulate.commands import watch_loop as command
from simulate.scenario.saves import LOOKS_OF_A_MISTAKE
from tests.commands.test_command import call

MINE = 'name = "Mine"\nextends = "anthropic.toml"\ncash.opening = {}\n'
PATHS = ("--paths", "4096")
Save = Callable[[], object]
Watch = Callable[..., int]


@pytest.fixture
def file(january: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _ = january
    monkeypatch.chdir(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    Path("mine.toml").write_text(MINE.format(20))
    return Path("mine.toml")


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Call the command with saves in the pauses between its looks, and Ctrl-C after them."""

    def watched(*arguments: str, saves: tuple[Save, ...] = ()) -> int:
        def end() -> None:
            raise KeyboardInterrupt

        quiet: list[Save] = list(repeat(lambda: None, LOOKS_OF_A_MISTAKE + 2))
        pauses = chain(quiet, *([save, *quiet] for save in saves), [end])
        sleep = SimpleNamespace(sleep=lambda _: next(pauses)())
        monkeypatch.setattr(command, "time", sleep)
        return call(monkeypatch, "watch", *arguments, *PATHS)

    return watched


Printed = pytest.CaptureFixture[str]


def test_a_save_is_answered_with_what_it_changed_and_drawn(
    file: Path, watch: Watch, capsys: Printed
) -> None:
    picture = Path("results/mine/mine-watch.png")
    pictures = []

    def save() -> None:
        pictures.append(picture.read_bytes())
        file.write_text(MINE.format(2))

    assert watch(str(file), saves=(save,)) == 0
    printed = capsys.readouterr()
    first, second = printed.out.split("Picture: results/mine/mine-watch.png")
    assert "Gross margin (paying users) reaches 70%" in first
    assert "by cash.opening 20 → 2" in " ".join(second.split())
    assert "Watching mine.toml, packaged:anthropic.toml" in printed.err
    assert printed.err.endswith("Ended; 2 answered.\n")
    assert pictures[0] != picture.read_bytes()
    Image.open(picture).verify()


def test_a_mistake_is_told_as_by_a_run_and_the_last_answer_stands(
    file: Path, watch: Watch, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = MINE.replace("opening", "openin").format(20)
    saves = (lambda: file.write_text(wrong), lambda: file.write_text(MINE.format(2)))
    assert watch(str(file), saves=saves) == 0
    printed = capsys.readouterr()
    assert "by cash.opening 20 → 2" in " ".join(printed.out.split())
    file.write_text(wrong)
    assert call(monkeypatch, "run", str(file)) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told in printed.err.splitlines()
    assert "The last answer stands until this is mended." in printed.err


def test_a_mistake_at_first_is_waited_for(file: Path, watch: Watch, capsys: Printed) -> None:
    file.write_text("name = ")
    assert watch(str(file), saves=(lambda: file.write_text(MINE.format(20)),)) == 0
    printed = capsys.readouterr()
    assert "mine.toml: not readable as TOML" in printed.err
    assert "The last answer" not in printed.err
    assert "Answer of 4,096 paths" in printed.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nine.toml"], "nine.toml: no such file"),
        (["mine.toml@bul"], '"bul"'),
        (["@bull"], "name the file before @"),
        (["mine.toml", "--set", "cash.openin=3"], "cash.openin"),
        (["mine.toml", "--variant", "bul"], "bul"),
        (["mine.toml", "--data", "nowhere"], "--data nowhere: no such folder"),
        (["mine.toml", "--out", "picture.txt"], "--out must end in"),
        (["mine.toml", "--window"], "--window"),
        (["mine.toml"] * 5, "name at most 4"),
    ],
)
def test_what_no_save_would_mend_ends_the_command(
    arguments: list[str], words: str, file: Path, watch: Watch, capsys: Printed
) -> None:
    assert file.exists()
    assert watch(*arguments) == 2
    assert words in capsys.readouterr().err


def test_a_save_meanwhile_breaks_off_the_answer(
    file: Path, watch: Watch, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.analysis.watch.PREVIEW", 1024)
    drawn = []

    def save_once_after_the_preview(_: command._Loop, answer: object) -> None:
        drawn.append(answer)
        if len(drawn) == 1:
            file.write_text(MINE.format(2))

    monkeypatch.setattr(command._Loop, "_draw", save_once_after_the_preview)
    assert watch(str(file), "--terminal") == 0
    printed = capsys.readouterr()
    assert [line.split()[0] for line in printed.out.splitlines() if " paths, seed" in line] == [
        "Preview",
        "Preview",
        "Answer",
    ]
    assert printed.err.endswith("Ended; 1 answered.\n")


def test_a_mistake_taken_back_leaves_the_last_answer_and_its_picture(
    file: Path, watch: Watch, capsys: Printed
) -> None:
    picture = Path("results/mine/mine-watch.png")
    wrong = MINE.replace("opening", "openin").format(2)
    pictures = []

    def break_it() -> None:
        pictures.append(picture.read_bytes())
        file.write_text(wrong)

    saves = (
        lambda: file.write_text(MINE.format(2)),
        break_it,
        lambda: file.write_text(MINE.format(2)),
        lambda: file.write_text(f"{MINE.format(2)}# a remark\n"),
    )
    assert watch(str(file), saves=saves) == 0
    printed = capsys.readouterr().out
    assert printed.count("by cash.opening 20 → 2") == 1
    assert printed.count("Assumes the same as before: the last answer stands.") == 2
    assert picture.read_bytes() == pictures[0]


def test_a_second_interruption_changes_nothing(
    file: Path, watch: Watch, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = command.tell

    def interrupt_again(text: str) -> None:
        if text.startswith("Ended"):
            signal.raise_signal(signal.SIGINT)
        tell(text)

    monkeypatch.setattr(command, "tell", interrupt_again)
    assert watch(str(file), "--terminal") == 0
    assert capsys.readouterr().err.endswith("\nEnded; 1 answered.\n")


def test_options_hold_for_every_answer(file: Path, watch: Watch, capsys: Printed) -> None:
    saves = (lambda: file.write_text(MINE.format(2)),)
    assert watch(str(file), "--set", "cash.opening=30", "--seed", "7", saves=saves) == 0
    printed = capsys.readouterr().out
    assert printed.count("Answer of 4,096 paths, seed 7") == 2
    assert "Assumes the same as before: the last answer stands." in printed


def test_several_are_compared_and_the_saved_one_tells_its_change(
    file: Path, watch: Watch, capsys: Printed
) -> None:
    saves = (lambda: file.write_text(MINE.format(2)),)
    assert watch("openai.toml", f"{file}", "--terminal", saves=saves) == 0
    printed = capsys.readouterr().out
    assert printed.count("B minus A") == 2
    assert "by cash.opening 20 → 2" in " ".join(printed.split())
    assert not Path("results").exists()


def test_a_picture_of_ones_own_name_is_never_written_over_something_else(
    file: Path, watch: Watch, capsys: Printed
) -> None:
    saves = (lambda: file.write_text(MINE.format(2)),)
    assert watch(str(file), "--out", "mine.png", saves=saves) == 0
    Image.open("mine.png").verify()
    capsys.readouterr()
    assert watch(str(file), "--out", "mine.png") == 2
    assert "mine.png: exists" in capsys.readouterr().err
