"""The picture files of a command: which are written, by whom drawn, and how one is shown."""

import shlex
import struct
from concurrent.futures import Future
from pathlib import Path

import pytest

from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.output.files import MANIFEST
from simulate.output.kinds import picture_kinds
from simulate.output.pictures import write_pictures
from simulate.output.results import draw_result
from simulate.output.workers import Workers
from simulate.plots import PICTURES, picture_of
from simulate.plots.style import save_picture
from simulate.scenario import Scenario, ScenarioError
from tests.commands.test_command import call

pytestmark = pytest.mark.usefixtures("january")

RUN = ["run", "openai", "--paths", "2000", "--no-outcomes", "--out", "out"]
STARTS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.fixture(scope="module")
def result(anthropic: Scenario) -> Result:
    return run(anthropic, paths=2048)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return what the viewer is given, on a desktop."""
    given: list[Path] = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("typer.launch", lambda file: given.append(Path(file)) or 0)
    return given


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw two of the pictures: the others go the same way, and take their time."""
    chosen = {name: PICTURES[name] for name in ("margin_date", "fans")}
    monkeypatch.setattr("simulate.output.results.PICTURES", chosen)


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def pictures_in(folder: str) -> set[str]:
    """Return the names of the pictures in a folder."""
    return {file.name for file in Path(folder).iterdir() if file.suffix[1:] in STARTS}


@pytest.mark.usefixtures("few")
def test_a_worker_draws_the_bytes_that_this_process_draws(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.output.workers.MOST_PROCESSES", 2)
    monkeypatch.setattr(Future, "cancel", lambda _: False)
    with Workers(2) as workers:
        write_pictures(draw_result(result, ("png", "svg"), workers), tmp_path, print)
    for name in ("margin_date", "fans"):
        for kind in ("png", "svg"):
            save_picture(picture_of(name, result)(), tmp_path / f"here.{kind}")
            ours, theirs = (tmp_path / f"{each}.{kind}" for each in ("here", name))
            assert ours.read_bytes() == theirs.read_bytes(), theirs.name


@pytest.mark.usefixtures("few")
def test_a_file_is_the_same_whichever_others_are_asked_for(result: Result, tmp_path: Path) -> None:
    contents = []
    for kinds in (("svg",), ("png", "pdf", "svg")):
        write_pictures(draw_result(result, kinds, Workers(1)), tmp_path, print)
        contents.append((tmp_path / "fans.svg").read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.usefixtures("few", "blank_pictures")
@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ([], ("png",)),
        (["--pictures", "svg, pdf"], ("svg", "pdf")),
        (["--pictures", "pdf,png,svg,png"], ("png", "svg", "pdf")),
    ],
)
def test_every_kind_that_is_asked_for_is_written_and_no_other(
    asked: list[str], kinds: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(monkeypatch, *RUN, *asked, "--quiet") == 0
    assert pictures_in("out") == {
        f"{name}.{kind}" for name in ("margin_date", "fans") for kind in kinds
    }
    for name in pictures_in("out"):
        assert Path("out", name).read_bytes().startswith(STARTS[name[-3:]])


@pytest.mark.usefixtures("few", "blank_pictures")
def test_pictures_of_an_earlier_run_do_not_outlive_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, *RUN, "--pictures", "png,svg", "--quiet") == 0
    assert call(monkeypatch, *RUN, "--seed", "1", "--quiet") == 0
    assert pictures_in("out") == {"margin_date.png", "fans.png"}
    assert call(monkeypatch, *RUN, "--seed", "2", "--no-pictures", "--quiet") == 0
    assert pictures_in("out") == set()


@pytest.mark.usefixtures("few", "blank_pictures")
def test_a_users_own_picture_is_not_taken_for_an_earlier_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert call(monkeypatch, *RUN, "--quiet") == 0
    Path("out/fans.pdf").write_text("mine")
    assert call(monkeypatch, *RUN, "--quiet", "--force") == 0
    assert Path("out/fans.pdf").read_text() == "mine"


@pytest.mark.parametrize(
    "command",
    [
        RUN,
        ["drivers", "openai", "--paths", "256", "--outcome", "peak funding need", "--out", "out"],
    ],
    ids=["run", "drivers"],
)
def test_without_pictures_none_is_drawn_or_spoken_of(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("simulate.plots.frame.frame", None)
    assert call(monkeypatch, *command, "--no-pictures") == 0
    printed, told = capsys.readouterr()
    assert "picture" not in (printed + told).lower()
    assert "Tables: out" in printed
    assert pictures_in("out") == set() and Path("out", MANIFEST).exists()


@pytest.mark.usefixtures("few", "blank_pictures")
@pytest.mark.parametrize(
    ("kinds", "shown"), [("png", "margin_date.png"), ("pdf,png", "margin_date.pdf")]
)
def test_the_first_picture_is_opened_where_it_stands(
    kinds: str, shown: str, opened: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(monkeypatch, *RUN, "--pictures", kinds, "--open", "--quiet") == 0
    assert opened == [Path("out", shown).absolute()]
    assert opened[0].read_bytes().startswith(STARTS[shown[-3:]])


# Each with the file of its picture among the results.
SINGLE = {
    "show openai": "openai/openai-inputs",
    "sweep openai --vary cash.opening=8,12 --paths 64": "openai/openai-sweep",
    'goal openai --target "P(out of cash by 2028) <= 0.5" --vary cash.opening=8:80 --paths 64': (
        "openai/openai-goal"
    ),
    "stress openai --paths 64": "openai/openai-stress",
    "decide anthropic-tpu --paths 4096": "anthropic-tpu/anthropic-tpu-decision",
    "discover openai --paths 4096": "openai/openai-discovery",
    'update openai --observe "cash 2026Q4 = 50 bn ± 50%" --paths 4096': "openai/openai-update",
    "converge openai --paths 4096": "openai/openai-convergence",
    'backtest anthropic-as-of-2024 --observe "revenue 2025 = 4.5 bn" --paths 4096': (
        "anthropic-as-of-2024/anthropic-as-of-2024-backtest"
    ),
    "fit losses.csv": "losses/losses-fit",
}


@pytest.fixture
def losses() -> None:
    """Leave a few numbers to fit."""
    Path("losses.csv").write_text("loss\n" + "\n".join(f"{1.5**n:.3f}" for n in range(8)))


@pytest.mark.usefixtures("blank_pictures", "losses")
@pytest.mark.parametrize(("command", "place"), SINGLE.items(), ids=lambda text: text.split()[0])
def test_a_single_picture_is_written_in_each_kind_and_the_first_is_opened(
    command: str, place: str, opened: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = shlex.split(command)
    assert call(monkeypatch, *words, "--pictures", "svg,pdf", "--open") == 0
    file = Path("results", place)
    assert pictures_in(str(file.parent)) == {f"{file.name}.svg", f"{file.name}.pdf"}
    assert opened == [file.with_suffix(".svg").absolute()]


SWEEP = ["sweep", "openai", "--vary", "cash.opening=8,12", "--paths", "64"]


def test_each_kind_of_a_single_picture_is_the_same_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = Path("results/openai")
    assert call(monkeypatch, *SWEEP, "--pictures", "png,svg") == 0
    both = [(folder / f"openai-sweep.{kind}").read_bytes() for kind in ("png", "svg")]
    for kind, content in zip(("png", "svg"), both, strict=True):
        assert content.startswith(STARTS[kind])
        assert call(monkeypatch, *SWEEP, "--pictures", kind) == 0
        assert pictures_in(str(folder)) == {f"openai-sweep.{kind}"}
        assert (folder / f"openai-sweep.{kind}").read_bytes() == content


@pytest.mark.parametrize("table", [(), ("--out", "table.csv")], ids=["alone", "table"])
def test_without_a_picture_a_sweep_leaves_its_table_alone(
    table: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, *SWEEP, *table, "--no-pictures") == 0
    assert [file.name for file in Path().iterdir()] == [*table[1:]]
    assert ("Table: table.csv" in capsys.readouterr().out) == bool(table)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--picture", "mine.svg", "--pictures", "png"], "--picture, --pictures: give one of them"),
        (["--picture", "mine.svg", "--no-pictures"], "--picture, --no-pictures: give one of them"),
        (["--open", "--no-pictures"], "--open, --no-pictures: there would be nothing to show"),
        (["--pictures", "gif"], '--pictures "gif": "gif" is not known; write png,svg,pdf'),
    ],
)
def test_contradictions_about_a_single_picture_are_told(
    asked: list[str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, *SWEEP, *asked) == 2
    assert told in capsys.readouterr().err
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("command", ["report openai", "compare openai anthropic"])
def test_a_page_without_pictures_says_the_rest_and_how_it_was_made(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*command.split(), "--paths", "2000", "--out", "page.html", "--no-pictures"]
    assert call(monkeypatch, *words) == 0
    page = Path("page.html").read_text("utf-8")
    assert "<figure" not in page and "<table" in page
    assert "--no-pictures</code>" in page


def test_the_page_of_a_report_is_opened(
    opened: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.output.report.render_report", lambda *_, **__: "<html></html>")
    asked = ["report", "openai", "--paths", "2000", "--out", "mine.html", "--open"]
    assert call(monkeypatch, *asked) == 0
    assert opened == [Path("mine.html").absolute()]


@pytest.mark.usefixtures("few", "blank_pictures")
@pytest.mark.parametrize("screen", [":0", ""])
def test_where_there_is_no_viewer_a_line_says_where_the_picture_is(
    screen: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", screen)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("typer.launch", lambda _: 1)
    assert call(monkeypatch, *RUN, "--open", "--quiet") == 0
    place = Path("out/margin_date.png")
    assert capsys.readouterr().err == f"--open: no viewer could be started; open {place}\n"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--pictures", "gif"], '--pictures "gif": "gif" is not known; write png,svg,pdf'),
        (["--pictures", "png,"], '--pictures "png,": "" is not known; write png,svg,pdf'),
        (["--pictures", ""], '--pictures "": "" is not known; write png,svg,pdf'),
        (["--pictures", "png", "--no-pictures"], "--pictures, --no-pictures: give one of them"),
        (["--open", "--no-pictures"], "--open, --no-pictures: there would be nothing to show"),
    ],
)
def test_what_cannot_be_drawn_or_shown_is_refused_before_anything_is_simulated(
    asked: list[str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, *RUN, *asked) == 2
    assert told in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_pictures_are_png_by_default_each_kind_once() -> None:
    assert picture_kinds(None, no_pictures=False) == ("png",)
    assert picture_kinds("svg,png,svg", no_pictures=False) == ("svg", "png")
    assert picture_kinds(None, no_pictures=True) == ()
    with pytest.raises(ScenarioError, match="give one of them"):
        picture_kinds("svg", no_pictures=True)


def test_a_saved_figure_stays_as_it_was_for_whoever_shows_it(
    result: Result, tmp_path: Path
) -> None:
    figure = picture_of("fans", result)()
    before = (figure.dpi, figure.canvas, figure.get_layout_engine())
    save_picture(figure, tmp_path / "fans.png", dpi=50)
    width, height = struct.unpack(">II", (tmp_path / "fans.png").read_bytes()[16:24])
    assert (width, height) == tuple(50 * side for side in figure.get_size_inches())
    assert (figure.dpi, figure.canvas, figure.get_layout_engine()) == before
