"""A run's folder holds what it takes to run it again, to the same numbers."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.output.files import MANIFEST, SUMMARY, whole_folder
from simulate.output.results import OWN_FILES, RUN
from simulate.output.stored_run import read_run
from simulate.scenario import Scenario, ScenarioError, load_scenario, packaged_configs
from simulate.scenario.load import list_changes
from tests.stored import store_summary

PATHS = 3000
SCENARIOS = [file.name for file in packaged_configs().glob("*.toml") if file.name != "base.toml"]


def store(result: Result, folder: Path) -> Path:
    return store_summary(result.summary(), folder)


@pytest.fixture(scope="module")
def result(anthropic: Scenario) -> Result:
    return run(anthropic, paths=PATHS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_summarys_scenario_is_the_scenario_that_made_it(name: str) -> None:
    names = list_changes(name)
    scenarios = [load_scenario(name)]
    scenarios += [load_scenario(name, variant=variant) for variant in names.variants]
    scenarios += [load_scenario(name, stress=stress) for stress in names.stresses]
    for scenario in scenarios:
        written = json.loads(json.dumps(scenario.model_dump(mode="json")))
        assert Scenario.model_validate(written) == scenario


def test_a_stored_run_runs_again_to_the_last_bit(tmp_path: Path, result: Result) -> None:
    stored = read_run(store(result, tmp_path))
    again = run(stored.scenario, threads=1)
    for counted, before in zip(again.tally, result.tally, strict=True):
        assert np.array_equal(counted, before)
    assert np.array_equal(again.traces, result.traces)
    stored.refuse_another(again)


def test_a_run_with_a_goal_is_stored_with_the_paths_that_it_took(
    tmp_path: Path, anthropic: Scenario
) -> None:
    reached = run(anthropic, until="P(gross margin by 2027) ± 0.002")
    stored = read_run(store(reached, tmp_path))
    assert stored.scenario.sampling.paths == reached.paths < reached.scenario.sampling.paths
    assert stored.goal.startswith("Goal met")
    assert np.array_equal(run(stored.scenario).tally.hits, reached.tally.hits)


def test_numbers_that_another_program_wrote_are_refused(tmp_path: Path, result: Result) -> None:
    summary = result.summary()
    summary["peak_funding_need"]["p90"]["value"] *= 1.5
    store_summary(summary, tmp_path)
    with pytest.raises(ScenarioError, match=r"other numbers \(peak_funding_need, p90\)"):
        read_run(tmp_path).refuse_another(result)


def test_a_run_of_another_version_is_refused(tmp_path: Path, result: Result) -> None:
    store_summary(result.summary() | {"version": "0.0.1"}, tmp_path)
    with pytest.raises(ScenarioError, match=r"written by version 0\.0\.1; this is version"):
        read_run(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "holds no summary.json; name a folder of a run"),
        ("{", "not readable as JSON"),
        ("[]", "written by something else than simulate run"),
        ("{}", "written by something else than simulate run"),
    ],
)
def test_a_folder_of_something_else_is_refused(
    text: str | None, message: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / SUMMARY).write_text(text)
    with pytest.raises(ScenarioError, match=message):
        read_run(tmp_path)


def test_a_text_that_was_changed_is_not_shown_as_the_runs(tmp_path: Path, result: Result) -> None:
    summary = store(result, tmp_path) / SUMMARY
    text = summary.read_text()
    assert "assumption:" in text
    summary.write_text(text.replace("assumption:", "audited:"))
    with pytest.raises(ScenarioError, match=r"summary\.json: not as simulate run wrote it"):
        read_run(tmp_path)


def test_a_summary_without_its_manifest_is_refused(tmp_path: Path, result: Result) -> None:
    (store(result, tmp_path) / MANIFEST).unlink()
    with pytest.raises(ScenarioError, match=r"summary\.json: not as simulate run wrote it"):
        read_run(tmp_path)


def test_pictures_may_be_taken_away_and_files_put_beside(tmp_path: Path, result: Result) -> None:
    with whole_folder(tmp_path, OWN_FILES, RUN, force=False, tell=print) as partial:
        (partial / SUMMARY).write_text(result.to_json())
        (partial / "fans.png").touch()
    (tmp_path / "fans.png").unlink()
    (tmp_path / "notes.txt").touch()
    assert read_run(tmp_path).scenario.name == result.scenario.name


@pytest.mark.parametrize("value", [None, "0.5", [], float("nan"), math.inf, True])
def test_an_estimate_that_is_no_number_is_another(
    value: object, tmp_path: Path, result: Result
) -> None:
    summary = result.summary()
    summary["peak_funding_need"]["p90"]["value"] = value
    with pytest.raises(ScenarioError, match=r"other numbers \(peak_funding_need, p90\)"):
        read_run(store_summary(summary, tmp_path)).refuse_another(result)


@pytest.mark.parametrize(
    "change",
    [
        {"scenario": "x"},
        {"scenario": []},
        {"scenario": {}},
        {"paths": "many"},
        {"goal": 3},
        {"hitting_times": []},
        {"peak_funding_need": {"p50": 1}},
    ],
)
def test_a_summary_with_a_part_of_another_type_is_refused(
    change: dict[str, object], tmp_path: Path, result: Result
) -> None:
    store_summary(result.summary() | change, tmp_path)
    with pytest.raises(ScenarioError):
        read_run(tmp_path).refuse_another(result)


@pytest.mark.parametrize("part", ["scenario", "paths", "goal"])
def test_a_summary_with_a_part_missing_is_refused(
    part: str, tmp_path: Path, result: Result
) -> None:
    summary = {key: value for key, value in result.summary().items() if key != part}
    store_summary(summary, tmp_path)
    with pytest.raises(ScenarioError, match=f"not what simulate run writes: '{part}'"):
        read_run(tmp_path)


def test_a_stored_text_that_steers_the_terminal_is_refused(tmp_path: Path, result: Result) -> None:
    summary = result.summary()
    summary["scenario"]["name"] = "\x1b]0;title\x07"
    store_summary(summary, tmp_path)
    with pytest.raises(ScenarioError, match=r"\\x1b\]0;title\\x07.* holds a control character"):
        read_run(tmp_path)


def test_a_summary_nested_too_deep_is_refused(tmp_path: Path, result: Result) -> None:
    nested: object = "deepest"
    for _ in range(600):
        nested = [nested]
    store_summary(result.summary() | {"goal": nested}, tmp_path)
    with pytest.raises(ScenarioError):
        read_run(tmp_path)


def test_a_scenario_that_is_none_is_refused(tmp_path: Path, result: Result) -> None:
    summary = result.summary()
    summary["scenario"]["targets"]["gross_margin"] = 70
    store_summary(summary, tmp_path)
    with pytest.raises(ScenarioError, match=r"scenario\.targets\.gross_margin"):
        read_run(tmp_path)
