"""``simulate report`` and ``simulate compare`` as a user meets them."""

from pathlib import Path

import pytest

from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.scenario import load_scenario
from tests.commands.test_command import call
from tests.stored import store_summary

pytestmark = pytest.mark.usefixtures("january")

PATHS = ["--paths", "2048"]


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def store_run(name: str) -> None:
    """Leave what a run leaves of its scenario."""
    store_summary(run(load_scenario(name), paths=2048).summary(), Path("results", Path(name).stem))


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the drawing, which other tests are about: the page is its command."""
    for name in ("report.render_report", "compare.render_comparison"):
        monkeypatch.setattr(f"simulate.output.{name}", lambda _, *, command, **__: command)


def test_the_report_of_a_run_is_that_of_its_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    def numbers(result: Result, *, command: str, **_: object) -> str:
        return f"{command}\n{result.hitting_times.to_csv()}{result.metrics.to_csv()}"

    monkeypatch.setattr("simulate.output.report.render_report", numbers)
    store_run("openai.toml")
    assert call(monkeypatch, "report", "results/openai") == 0
    assert call(monkeypatch, "report", "openai.toml", *PATHS, "--out", "b.html") == 0
    (of_run, numbers_of_run), (of_file, numbers_of_file) = (
        Path(name).read_text().split("\n", 1)
        for name in ("results/openai/openai-report.html", "b.html")
    )
    assert of_run == "simulate report results/openai"
    assert of_file == "simulate report openai.toml --paths 2048 --seed 20260122"
    assert numbers_of_run == numbers_of_file


@pytest.mark.usefixtures("without_pictures")
def test_the_command_on_the_page_tells_all_that_was_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "anthropic-bull-no_next_round"
    asked = ["--variant", "bull", "--stress", "no_next_round", "--set", "cash.opening = 9"]
    assert call(monkeypatch, "report", "anthropic.toml", *asked, *PATHS, "--seed", "7") == 0
    assert Path(f"results/{name}/{name}-report.html").read_text() == (
        "simulate report anthropic.toml --variant bull --stress no_next_round "
        "--set 'cash.opening = 9' --paths 2048 --seed 7"
    )


def test_pictures_mark_the_figures_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    marked = {}
    for where in ("results.write_result", "report.render_report"):
        monkeypatch.setattr(
            f"simulate.output.{where}", lambda *a, where=where, **k: marked.update({where: (a, k)})
        )
    monkeypatch.setattr("simulate.output.new_file.save_page", lambda *_: None)
    Path("mine.csv").write_text(
        "lab,quantity,period,value,unit,kind,about,known_on\n"
        "OpenAI,revenue,2026,31,bn USD,level,2026-12-31,2027-02-01\n"
    )
    asked = ["openai.toml", *PATHS, "--figures", "mine.csv"]
    for command in ("run", "report"):
        assert call(monkeypatch, command, *asked) == 0
    (of_run, _), (_, of_page) = marked.values()
    for figures in (of_run[-1], of_page["figures"]):
        assert [figure.value for figure in figures] == [31.0]
    assert of_page["command"].endswith("--figures mine.csv")


@pytest.mark.parametrize("command", ["run", "report"])
def test_figures_that_cannot_be_read_are_refused_before_anything_is_simulated(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, command, "openai.toml", "--figures", "no.csv") == 2
    assert capsys.readouterr().err == "error: no.csv: no such file\n"
    assert list(Path().iterdir()) == []


@pytest.mark.usefixtures("without_pictures")
def test_a_page_is_never_written_over_unasked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["report", "openai"], ["compare", "openai", "openai-chip"]):
        assert call(monkeypatch, *command, *PATHS) == 0
        (page,) = Path("results/openai").glob("openai-*.html")
        assert call(monkeypatch, *command, *PATHS) == 0
        assert f"Replaced: {page}, written" in capsys.readouterr().err
        page.write_text("mine")
        assert call(monkeypatch, *command, *PATHS) == 2
        assert f"holds {page.name}, which this command did not" in capsys.readouterr().err
        assert page.read_text() == "mine"
        assert call(monkeypatch, *command, *PATHS, "--force") == 0
        assert page.read_text() != "mine"
        page.unlink()


def test_a_page_that_cannot_be_written_ends_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "report", "openai", "--out", "page.pdf") == 2
    assert capsys.readouterr().err == "error: page.pdf: --out must end in .html\n"
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    "option",
    [["--paths", "9"], ["--seed", "9"], ["--variant", "bull"], ["--set", "cash.opening=9"]],
)
def test_a_run_is_reported_as_it_was(
    option: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("run").mkdir()
    Path("run/summary.json").write_text("{}")
    assert call(monkeypatch, "report", "run", *option) == 2
    assert "leave out --set, --variant, --stress, --paths and --seed" in capsys.readouterr().err
    assert call(monkeypatch, "report", "run") == 2
    assert "run/summary.json: written by something else" in capsys.readouterr().err


@pytest.mark.usefixtures("without_pictures")
def test_compare_prints_scenarios_side_by_side_in_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = ["anthropic.toml", "anthropic.toml@bull", "anthropic.toml@bear@no_next_round"]
    assert call(monkeypatch, "compare", *sources, *PATHS) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    for part in (
        "A: Anthropic, January 2026 B: ",
        "B: Anthropic, January 2026; faster growth, cheaper inference",
        "the next round does not come",
        "B minus A",
        "C minus A",
        "common random numbers, seed 20260122",
        "margin 70% by 2027",
        "no investment advice",
    ):
        assert part in " ".join(printed.split())
    assert Path("results/anthropic/anthropic-comparison.html").read_text() == (
        f"simulate compare {' '.join(sources)} --paths 2048 --seed 20260122"
    )


@pytest.mark.usefixtures("without_pictures")
def test_a_setting_of_compare_changes_the_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    setting = ["--set", "inference.overrun=0.23"]
    assert call(monkeypatch, "compare", "openai", "openai", *setting, *PATHS) == 0
    printed = capsys.readouterr().out
    assert "A: OpenAI, January 2026\n" in printed
    assert "B: OpenAI, January 2026; inference.overrun=0.23" in printed


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (["openai"], "1 to compare: name from 2 to 26"),
        (["openai", "openai@bull"], 'openai: there is no variant or stress test "bull"; it has'),
        (["openai", "@bull"], "@bull: name the file before @, as anthropic.toml@bull"),
        (["openai", "nothing.toml"], "nothing.toml: no such file"),
        (["anthropic", "anthropic@bull@bear"], "anthropic: bull and bear don't go together"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_line(
    sources: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, "compare", *sources) == 2
    assert message in capsys.readouterr().err
    assert list(Path().iterdir()) == []


@pytest.mark.usefixtures("without_pictures")
def test_a_run_can_be_compared_with_a_scenario(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store_run("openai.toml")
    assert call(monkeypatch, "compare", "results/openai", "openai-chip.toml") == 0
    assert "2,048 paths each" in capsys.readouterr().out
    assert call(monkeypatch, "compare", "openai", "results/openai", "--set", "cash.opening=9") == 2
    assert "results/openai: is a run" in capsys.readouterr().err
