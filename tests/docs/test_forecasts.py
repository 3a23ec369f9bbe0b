"""Forecasts are frozen whole, and stay as they were first published."""

import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from docs.check_forecasts import FORECASTS, complaints
from docs.make_forecast import OPERATING_RESULT, freeze, simulated
from simulate import Scenario, ScenarioError, backtest, run
from simulate.model.observation import Observation, read_observations
from simulate.model.rows import Metric
from tests.january import JANUARY, of_january
from tests.scenarios import changed, without_uncertainty

DAY = date(2026, 1, 22)
PATHS, JOINT = 4096, 512
# The SHA-256 of nothing, and that of the two signs of an empty table of JSON.
ANOTHER = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
OF_BRACES = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
OBSERVED = FORECASTS.parents[1] / "configs" / "observed"
TPU_LIFE_QUARTERS, TPU_PRICE = 20, 21.0  # A14


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, openai: Scenario) -> Path:
    folder = tmp_path_factory.mktemp("forecasts")
    slump = {"name": "slump", "title": "growth slumps", "segments.consumer.growth.initial": 0.1}
    pooled = changed(openai, {"alternatives": [{"name": "base", "weight": 3.0}, slump]})
    labs = [of_january("anthropic-tpu"), pooled]
    lines = freeze(labs, "small", DAY, folder, paths=PATHS, joint=JOINT)
    assert [line[66:] for line in lines] == ["small.json", "small.parquet"]
    return folder


@pytest.fixture(scope="module")
def labs(folder: Path) -> dict:
    return json.loads((folder / "small.json").read_text(encoding="utf-8"))["labs"]


@pytest.fixture(scope="module")
def paths(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "small.parquet")


def test_every_frozen_file_is_as_it_was_first_published() -> None:
    assert complaints(FORECASTS) == []


def test_what_was_changed_added_or_lost_since_is_named(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_text(f"{ANOTHER}  changed.json\n{ANOTHER}  lost.json\n")
    for name in ("changed.json", "added.json", "page.md"):
        (tmp_path / name).write_text("{}")
    assert complaints(tmp_path) == [
        "lost.json: is missing",
        "added.json: is not in SHA256SUMS",
        "changed.json: was changed since it was published",
    ]


@pytest.mark.parametrize(
    "damaged",
    [
        OF_BRACES,
        f"{OF_BRACES} whole.json",
        f"{OF_BRACES[1:]}  whole.json",
        f"{OF_BRACES.upper()}  whole.json",
        f"z{OF_BRACES[1:]}  whole.json",
        f"{OF_BRACES}  ",
        "",
        "\u00ff\u00fe",
    ],
)
def test_a_damaged_line_of_the_index_is_named(damaged: str, tmp_path: Path) -> None:
    (tmp_path / "whole.json").write_text("{}")
    index = f"{OF_BRACES}  whole.json\n{damaged}\n"
    (tmp_path / "SHA256SUMS").write_text(index, encoding="latin-1")
    (said,) = complaints(tmp_path)
    assert said.startswith("SHA256SUMS, line 2: ")
    assert said.endswith("is not 64 digits of 0-9 and a-f, two spaces and a file's name")


def test_a_later_line_of_the_index_replaces_none(tmp_path: Path) -> None:
    (tmp_path / "changed.json").write_text("{}")
    lines = f"{ANOTHER}  changed.json\n{OF_BRACES}  changed.json\n"
    (tmp_path / "SHA256SUMS").write_text(lines)
    assert complaints(tmp_path) == [
        "SHA256SUMS, line 2: names changed.json again, as line 1 does",
        "changed.json: was changed since it was published",
    ]


def test_a_forecast_is_never_replaced_nor_made_of_what_is_over(
    folder: Path, anthropic: Scenario
) -> None:
    assert complaints(folder) == []
    with pytest.raises(ScenarioError, match=r"small\.json: exists, and stays"):
        freeze([anthropic], "small", DAY, folder)
    with pytest.raises(ScenarioError, match="two forecasts of one lab: Anthropic, Anthropic"):
        freeze([anthropic, of_january("anthropic-tpu")], "other", DAY, folder)
    with pytest.raises(ScenarioError, match="2026Q1 was over on 2026-04-01"):
        freeze([anthropic], "other", date(2026, 4, 1), folder)
    assert sorted(file.name for file in folder.iterdir()) == [
        *("SHA256SUMS", "small.json", "small.parquet")
    ]


def test_every_figure_of_every_quarter_has_its_quantiles_in_order(labs: dict) -> None:
    quarters = [f"{year}Q{q}" for year in (2026, 2027, 2028) for q in (1, 2, 3, 4)]
    for lab in ("Anthropic", "OpenAI"):
        figures = labs[lab]["figures"]
        assert {metric.title for metric in Metric if "margin" in metric.title} < figures.keys()
        for by_quarter in figures.values():
            assert list(by_quarter) == quarters
            assert all(len(q) == 199 and q == sorted(q) for q in by_quarter.values())


def test_quarters_that_are_frozen_sum_to_the_year_that_a_run_counts(paths: pd.DataFrame) -> None:
    traced = run(of_january("anthropic-tpu"), paths=PATHS, threads=1)
    mine = paths[(paths["lab"] == "Anthropic") & paths["quarter"].str.startswith("2027")]
    for metric in ("revenue", "EBITDA", "free cash flow"):
        # Of the first replicate, whose paths come first.
        count = PATHS // traced.replicates
        year = mine.groupby("path")[metric].sum().to_numpy()[:count]
        own = traced.paths_of(metric)["2027Q4"].to_numpy()[:count]
        assert year == pytest.approx(own, rel=1e-3, abs=1e-2)


def test_a_joint_path_lies_in_the_forecasts_quantiles(labs: dict, paths: pd.DataFrame) -> None:
    for (lab, quarter), rows in paths.groupby(["lab", "quarter"]):
        assert list(rows["path"]) == list(range(JOINT))
        for figure, by_quarter in labs[str(lab)]["figures"].items():
            quantiles = by_quarter[quarter]
            share = np.mean(rows[figure] <= quantiles[99])
            # Five standard errors of a share of independent paths.
            assert abs(share - 0.5) < 5 * 0.5 / JOINT**0.5
            assert np.isfinite(rows[figure]).all()


def test_dates_are_shares_of_all_paths(labs: dict, paths: pd.DataFrame) -> None:
    for lab in ("Anthropic", "OpenAI"):
        for outcome, shares in labs[lab]["dates"].items():
            assert sum(shares.values()) == pytest.approx(1.0, abs=1e-4)
            assert list(shares)[-1] == "never"
            of_paths = set(paths[f"{outcome}, date"])
            assert of_paths <= shares.keys()


def test_an_alternative_has_its_share_of_paths_and_its_own_dates(
    labs: dict, paths: pd.DataFrame
) -> None:
    assert labs["Anthropic"]["alternatives"] == {}
    found = labs["OpenAI"]["alternatives"]
    assert {name: each["weight"] for name, each in found.items()} == {"base": 0.75, "slump": 0.25}
    for outcome, pooled in labs["OpenAI"]["dates"].items():
        for quarter, share in pooled.items():
            given = sum(each["weight"] * each["dates"][outcome][quarter] for each in found.values())
            assert share == pytest.approx(given, abs=5e-3)
    last = paths[(paths["lab"] == "OpenAI") & (paths["quarter"] == "2028Q4")]
    revenue = last.groupby("alternative")["revenue"]
    assert revenue.count()["slump"] / JOINT == pytest.approx(0.25, abs=0.1)
    assert revenue.median()["slump"] < revenue.median()["base"]


def test_operating_result_is_ebitda_less_what_hardware_loses_in_value(paths: pd.DataFrame) -> None:
    """All of the TPUs, which are bought by the end of 2027, serve in 2028."""
    late = paths[(paths["lab"] == "Anthropic") & paths["quarter"].str.startswith("2028")]
    lost = (late["EBITDA"] - late[OPERATING_RESULT]).to_numpy()
    rounding = np.abs(late["EBITDA"].to_numpy()) / 4000 + 1e-3
    assert (np.abs(lost - TPU_PRICE / TPU_LIFE_QUARTERS) <= rounding).all()


def test_an_exit_run_rate_is_that_of_the_last_28_days(anthropic: Scenario) -> None:
    """At a steady growth of 0.8 a year, from the middle of 91.3 days to that of the last 28."""
    growth, days = 0.8, 91.3125
    steady = {
        f"segments.{segment.name}.{key}": value
        for segment in anthropic.segments
        for key, value in (
            ("growth", {"initial": growth, "lasting": growth, "half_life": 1.0}),
            ("market", 1e30),
        )
    }
    scenario = without_uncertainty(anthropic, steady)
    kept = simulated(scenario, paths=64).outcomes
    pace = growth / 4 * (days / 2 - 14) / days
    for quarter in ("2026Q1", "2028Q4"):
        expected = 4 * kept[f"revenue {quarter}"] * np.exp(pace)
        assert kept[f"exit run rate {quarter}"].to_numpy() == pytest.approx(expected, rel=1e-9)


def test_januarys_misses_are_told_as_they_are_scored(anthropic: Scenario, openai: Scenario) -> None:
    page = (JANUARY / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"(?m)^\| (.* \([MN]\d+\) .*) \|$", page)
    rows = [line.split(" | ") for line in lines]
    scores = {
        f"{scenario.lab}, {score.observation.seen.name}": score
        for scenario in (anthropic, openai)
        for score in backtest(scenario, what_came_true(scenario), paths=1 << 17).scores
    }
    assert {f"{what} 2026Q1" for what, *_ in rows} == scores.keys()
    for what, *quantiles, came_true, share in rows:
        score = scores[f"{what} 2026Q1"]
        for written, value in zip(
            [*quantiles, came_true.partition(" ")[0], share],
            [
                *np.quantile(score.by_path, [0.01, 0.5, 0.99]),
                score.observation.value,
                score.place.value,
            ],
            strict=True,
        ):
            assert_written(written, value)


def what_came_true(scenario: Scenario) -> list[Observation]:
    file = OBSERVED / f"{scenario.lab.lower()}-2026Q1.toml"
    return read_observations([], file, scenario)


def assert_written(text: str, value: float) -> None:
    """Say that a value is written right, but for a last digit that is near to the next."""
    number, scale = text.rstrip("%"), 100.0 if text.endswith("%") else 1.0
    unit = 10.0 ** -len(number.partition(".")[2])
    assert float(number) == pytest.approx(scale * value, abs=1.5 * unit), text
