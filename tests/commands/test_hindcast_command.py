"""hindcast as a user meets it, on figures and scenarios of their own."""

import json
from pathlib import Path

import pytest

from tests.commands.test_command import call
from tests.january import JANUARY

pytestmark = pytest.mark.usefixtures("blank_pictures")

FIGURES = """lab,quantity,definition,period,value,unit,kind,about,known_on
Some Lab,revenue,,2024Q4,1.0,bn USD,level,2024-12-31,2025-02-01
Some Lab,revenue,,2025Q1,1.3,bn USD,level,2025-03-31,2025-05-01
Some Lab,revenue,,2025Q2,1.5,bn USD,level,2025-06-30,2025-08-01
Some Lab,revenue,,2025Q3,2.0,bn USD,level,2025-09-30,2025-11-01
Some Lab,revenue,,2025Q4,2.4,bn USD,level,2025-12-31,2026-02-01
Some Lab,revenue,,2026Q1,2700,m USD,level,2026-03-31,2026-05-01
Some Lab,gross margin,paying users,2026,0.45,share,level,2026-12-31,2027-02-01
"""
SCENARIO = 'name = "Mine"\nlab = "Some Lab"\nextends = "anthropic.toml"\n'
MINE = ["hindcast", "mine.toml", "--figures", "figures.csv", "--paths", "2048"]


@pytest.fixture(autouse=True)
def in_a_folder_with_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("figures.csv").write_text(FIGURES)
    Path("mine.toml").write_text(SCENARIO)
    for file in JANUARY.glob("*.toml"):
        Path(file.name).write_bytes(file.read_bytes())


@pytest.mark.parametrize("width", [60, 80])
def test_the_answer_says_first_what_it_is_and_fits_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert call(monkeypatch, *MINE) == 0
    answer = capsys.readouterr().out
    assert max(map(len, answer.splitlines())) <= width
    assert answer.startswith("This is a hindcast and no track record")
    words = " ".join(answer.split())
    assert "2.7" in words and "45%" in words and "random walk" in words
    assert {file.name for file in Path("results/hindcast").iterdir()} == {
        "forecasts.png",
        "ranks.png",
        "manifest.json",
        "summary.json",
    }


def test_json_is_the_summary_that_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, *MINE, "--json", "--out", "out", "--tables", "csv") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(Path("out/summary.json").read_text())
    first, second = printed["scores"]
    assert (first["what"], first["period"], first["came_true"]) == ("revenue", "2026Q1", 2.7)
    assert (second["what"], second["period"]) == ("gross margin, paying users", "2026")
    assert {"pit", "crps", "median"} <= first.keys()
    assert {"pit", "crps", "median"} <= first["base_forecasters"]["random walk"].keys()
    assert second["base_forecasters"] == {}
    # A row each for the model, three simple forecasters of revenue, and the model's margin.
    assert len(Path("out/scores.csv").read_text().splitlines()) == 1 + 4 + 1


def test_a_backtests_json_has_the_same_scores_beside_simple_forecasters(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--observe", "revenue 2026Q1 = 2.7 bn", "--observe", "out of cash by 2026 = no"]
    command = ["backtest", "mine.toml", *asked, "--figures", "figures.csv", "--paths", "4096"]
    assert call(monkeypatch, *command, "--json") == 0
    revenue, event = json.loads(capsys.readouterr().out)["scores"]
    assert (revenue["what"], revenue["period"], revenue["came_true"]) == ("revenue", "2026Q1", 2.7)
    assert set(revenue["base_forecasters"]) == {"random walk", "damped trend", "pocket model"}
    assert (event["what"], event["period"], event["came_true"]) == ("out of cash", "2026", "no")
    assert Path("results/mine/mine-backtest.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hindcast", "mine.toml"], 'its lab is "Some Lab", and the figures are of Anthropic'),
        ([*MINE, "--lab", "Some Lap"], 'no figures are of a lab "Some Lap"; did you mean'),
        (["hindcast", "--figures", "no.csv"], "no.csv: no such file"),
        (["hindcast", "--figures", "mine.toml"], "mine.toml: "),
        (["hindcast", "no.toml"], "no.toml"),
        ([*MINE, "mine.toml"], "both forecast Some Lab after 2025Q4; score them one at a time"),
        ([*MINE, "--out", "mine.toml"], "is a file; --out must name a folder"),
    ],
)
def test_a_mistake_is_explained_and_writes_nothing(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, *arguments) == 2
    told = capsys.readouterr().err
    assert message in " ".join(told.split())
    assert not Path("results").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value", "amount", 'there is no column "value"; needed are lab, quantity'),
        ("known_on", "known_on,who", "9 fields, the header 10"),
        ("2025-05-01", "in May", 'line 3: known_on = "in May": not a day; write it as 2026-06-30'),
        ("2026Q1", "Q1 2026", 'line 7: period = "Q1 2026": write a period as 2025, 2025H1'),
        ("1.3", "nan", 'line 3: value = "nan": must be a finite number'),
        ("2.4", "2,4", "row 5 has 10 fields"),
        ("level", "actual", 'line 2: kind = "actual": must be "level", "estimate"'),
    ],
)
def test_figures_that_can_not_be_read_are_told_with_their_line(
    old: str,
    new: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("figures.csv").write_text(FIGURES.replace(old, new))
    assert call(monkeypatch, *MINE) == 2
    _, _, told = capsys.readouterr().err.partition("error: ")
    assert message in " ".join(told.split())
    assert told.count("\n") <= 2


def test_sections_are_laid_over_and_told_beside_the_same_without(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("more.toml").write_text("[demand]\ninitial = 0.1\n")
    assert call(monkeypatch, *MINE, "--with", "more.toml") == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "With these sections the model's scores are" in words
    assert "plain model" in words


def test_a_scenario_is_no_file_of_sections(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, *MINE, "--with", "mine.toml") == 2
    assert "sections are laid over each scenario" in capsys.readouterr().err
