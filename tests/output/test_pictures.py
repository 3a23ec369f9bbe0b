"""The picture files of a command: which are written, by whom drawn, and how one is shown."""

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


@pytest.mark.usefixtures("few")
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


@pytest.mark.usefixtures("few")
def test_pictures_of_an_earlier_run_do_not_outlive_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, *RUN, "--pictures", "png,svg", "--quiet") == 0
    assert call(monkeypatch, *RUN, "--seed", "1", "--quiet") == 0
    assert pictures_in("out") == {"margin_date.png", "fans.png"}
    assert call(monkeypatch, *RUN, "--seed", "2", "--no-pictures", "--quiet") == 0
    assert pictures_in("out") == set()


@pytest.mark.usefixtures("few")
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


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("kinds", "shown"), [("png", "margin_date.png"), ("pdf,png", "margin_date.pdf")]
)
def test_the_first_picture_is_opened_where_it_stands(
    kinds: str, shown: str, opened: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(monkeypatch, *RUN, "--pictures", kinds, "--open", "--quiet") == 0
    assert opened == [Path("out", shown).absolute()]
    assert opened[0].read_bytes().startswith(STARTS[shown[-3:]])


def test_the_page_of_a_report_is_opened(
    opened: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.output.report.render_report", lambda *_, **__: "<html></html>")
    asked = ["report", "openai", "--paths", "2000", "--out", "mine.html", "--open"]
    assert call(monkeypatch, *asked) == 0
    assert opened == [Path("mine.html").absolute()]


@pytest.mark.usefixtures("few")
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
