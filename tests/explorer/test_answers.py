"""What a page draws of a run."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.explorer.answers import answer_of, came_true, fans_of, scene_of, times_of
from simulate.model.outcomes import projected_time
from simulate.scenario import load_scenario
from simulate.text.run import headline
from tests.explorer.own import explored, own_file

PATHS = 4096
CASH = "free cash flow positive, four quarters in a row"
ROUNDED = 1e-4


@cache
def result_of(name: str = "anthropic.toml") -> Result:
    return run(load_scenario(name), paths=PATHS)


def answer(name: str = "anthropic.toml") -> dict[str, Any]:
    return json.loads(json.dumps(answer_of(result_of(name)), allow_nan=False))


@pytest.mark.parametrize("name", ["anthropic.toml", "openai-advertising.toml", "bare.toml"])
def test_an_answer_says_what_the_command_says(name: str) -> None:
    found, result = answer(name), result_of(name)
    assert found["sentence"] == headline(result)
    assert found["paths"] == PATHS
    assert [*found["times"]] == [t["name"] for t in scene_of(explored(name), name)["times"]]
    assert [*found["fans"]] == [f["name"] for f in scene_of(explored(name), name)["fans"]]


def test_dates_are_the_runs_probabilities() -> None:
    result, found = result_of(), answer()["times"]["gross margin"]
    time = projected_time(result.scenario)
    for year, (value, low, high) in zip(result.years, found["by_year"], strict=True):
        wanted = result.probability_by_year(time, year)
        told = (wanted.value, wanted.low, wanted.high)
        assert (value, low, high) == pytest.approx(told, rel=ROUNDED)
    quarters = [result.probability_by(time, q).value for q in range(len(found["by_quarter"]))]
    assert found["by_quarter"] == pytest.approx(quarters, rel=ROUNDED)
    assert found["never"] == pytest.approx(1.0 - quarters[-1], rel=1e-3)


def test_fans_are_the_runs_quantiles() -> None:
    result, fans = result_of(), answer()["fans"]
    for name, metric in fans_of(result.scenario).items():
        frame = result.frame(metric).iloc[fans[name]["quarters"]]
        for level in ("p05", "p25", "p50", "p75", "p95"):
            np.testing.assert_allclose(fans[name][level], frame[level], rtol=ROUNDED, atol=1e-9)


def test_a_fan_without_a_value_has_none() -> None:
    result = result_of()
    tally = result.tally._replace(margin=np.zeros_like(result.tally.margin))
    fan = answer_of(replace(result, tally=tally))["fans"]["gross margin"]
    assert set(fan["p50"]) == {None}


def test_the_range_is_between_alternatives() -> None:
    result, found = result_of(), answer()
    time, year = projected_time(result.scenario), 2027
    under = [result.probability_by_year(time, year, name).value for name in result.alternatives]
    least, most = min(under), max(under)
    assert found["range"] == f"{100 * least:.0f} to {100 * most:.0f}% by alternative"
    assert answer("bare.toml")["range"] == ""


def test_the_headlines_two_times_come_first() -> None:
    assert [*times_of(load_scenario("anthropic.toml"))][:2] == ["gross margin", CASH]


def test_definitions_that_a_lab_does_not_have_are_no_times() -> None:
    names = [*times_of(load_scenario("bare.toml"))]
    assert "gross margin, with free users" not in names
    assert "gross margin" in names


def test_what_came_true_stands_at_its_years_end() -> None:
    # A2: revenue of 2025 was 4.5; the horizon begins with 2026Q2, two quarters after its end.
    revenue = came_true(load_scenario("anthropic.toml"))["revenue"]
    assert {"quarter": -2, "value": 4.5, "text": "4.5 in 2025 (A2)"} in revenue


def test_the_scene_has_a_place_for_every_number_of_an_answer() -> None:
    scene, found = scene_of(explored("anthropic.toml"), "anthropic.toml"), answer()
    assert len(scene["quarters"]) == len(found["times"]["gross margin"]["by_quarter"])
    assert len(scene["years"]) == len(found["times"]["gross margin"]["by_year"])
    assert scene["year_ends"] == found["fans"]["revenue"]["quarters"]
    assert scene["final_paths"] == 1_048_576
    assert scene["quarters"][scene["year_ends"][0]] == f"{scene['years'][0]}Q4"
    json.dumps(scene, allow_nan=False)


def test_the_funding_need_is_the_runs() -> None:
    need = answer()["need"]
    assert need["p90"] == pytest.approx(result_of().funding_need["p90"].value, rel=ROUNDED)
    assert math.isfinite(need["p50"])
    assert "Half of the paths" in need["text"]


def test_own_metrics_have_a_fan() -> None:
    scenario = load_scenario("anthropic.toml")
    changed = scenario.model_copy(
        update={"metrics": {"rent": {"formula": "revenue * 0.1", "unit": "bn USD"}}}
    )
    result = run(changed, paths=PATHS)
    fan, ends = answer_of(result)["fans"]["rent"], changed.horizon.year_ends
    np.testing.assert_allclose(fan["p50"], result.frame("rent")["p50"].iloc[ends], rtol=ROUNDED)


def test_an_answer_needs_no_pandas_and_no_pictures() -> None:
    code = (
        "import sys; from simulate.explorer import answers, controls, kinds, limits, ranks, saved, "
        "shares; from simulate.scenario import load_scenario; from simulate.engine.run import run; "
        "from simulate.explorer.changed import Explored; s = load_scenario('bare.toml'); "
        "answers.scene_of(Explored.of(s), 'bare.toml'); answers.answer_of(run(s, paths=1024)); "
        "print({'pandas', 'matplotlib'} & {*sys.modules})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_a_target_of_its_own_is_asked_about_by_its_date_and_told_at_its_level(
    tmp_path: Path,
) -> None:
    opened = explored(own_file(tmp_path))
    name = "outcomes.revenue_at_least_100_bn"
    scene = scene_of(opened, "mine.toml")
    told = next(time for time in scene["times"] if time["name"] == name)
    assert (told["title"], told["by"]) == ("revenue >= 100 bn", 2027)
    raised = run(opened.with_changes({f"{name}.when": 150}), paths=2048)
    assert answer_of(raised)["times"][name]["title"] == "revenue >= 150 bn"
