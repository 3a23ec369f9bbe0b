"""The page of own lines: what it says is so, and its examples do what they say."""

import re
from pathlib import Path

import numpy as np
import pytest

from docs.make_own_lines import PAGE, written
from docs.replay import PARTS
from simulate.engine.run import simulate_traces
from simulate.model.catalogue import traced_lines
from simulate.model.rows import Flow, traced
from simulate.scenario import Scenario, load_scenario
from simulate.scenario.formula import FUNCTIONS, MOST_QUARTERS, MOST_STEPS
from simulate.scenario.schema import MOST_MEMBERS
from tests.pages import first_difference

TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = {found["file"]: found["toml"] for found in PARTS.finditer(TEXT) if found["file"]}
PATHS = 512


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in EXAMPLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def flow(traces: np.ndarray, which: Flow, scenario: Scenario) -> np.ndarray:
    """Return a flow of each path in the horizon's quarters."""
    return traces[:, traced(which), -scenario.horizon.quarters :]


def test_the_page_says_what_its_commands_say_in_an_empty_folder(tmp_path: Path) -> None:
    difference = first_difference(written(TEXT, tmp_path), TEXT)
    assert not difference, f"run python -m docs.make_own_lines: {difference}"


def test_it_names_every_function_and_every_limit() -> None:
    table = TEXT.partition("## Formulas")[2].partition("\n\nNames")[0]
    assert set(re.findall(r"`([a-z]+)\(", table)) == FUNCTIONS.keys()
    most = f"{MOST_MEMBERS} lines, metrics and outcomes each, {MOST_STEPS} steps a formula, "
    assert f"{most}{MOST_QUARTERS} quarters back" in " ".join(TEXT.split())


def test_it_has_targets_and_five_examples() -> None:
    assert list(EXAMPLES) == [
        "wanted.toml",
        "capped.toml",
        "burn.toml",
        "rule_of_40.toml",
        "oracle.toml",
        "price_cut.toml",
    ]


def test_microsoft_has_its_share_until_the_cap(folder: Path) -> None:
    capped = load_scenario(folder / "capped.toml")
    traces = simulate_traces(capped, PATHS)
    paid = traces[:, traced_lines(capped)["microsoft"], -capped.horizon.quarters :]
    # 2026Q2 to 2030Q4, of revenue in which the line itself is not.
    owed = 0.2 * flow(traces, Flow.REVENUE, capped)[:, :19]
    np.testing.assert_allclose(
        paid[:, :19].cumsum(axis=1), np.minimum(38.0, owed.cumsum(axis=1)), rtol=1e-9
    )
    assert not paid[:, 19:].any()
    assert 0.0 < np.mean(paid.sum(axis=1) < 37.9) < 0.5


def test_what_lies_idle_is_the_commitment_less_what_runs_there(folder: Path) -> None:
    oracle = load_scenario(folder / "oracle.toml").changed(
        {"lines.oracle_idle.inputs.there": 0.25, "lines.oracle_idle.inputs.committed": "80 bn"}
    )
    traces = simulate_traces(oracle, PATHS)
    idle = traces[:, traced_lines(oracle)["oracle_idle"], -oracle.horizon.quarters :]
    used = flow(traces, Flow.INFERENCE, oracle) + flow(traces, Flow.TRAINING, oracle)
    # 2028Q1 to 2032Q4 are the quarters 7 to 26 from 2026Q2.
    np.testing.assert_allclose(idle[:, 7:27], np.maximum(0.0, 20.0 - used / 4.0)[:, 7:27])
    assert not idle[:, :7].any() and not idle[:, 27:].any()


@pytest.mark.parametrize("elasticity", [0.0, 1.0, 2.0])
def test_a_price_cut_changes_revenue_by_price_and_use_and_inference_by_use(
    elasticity: float, folder: Path
) -> None:
    # Shocks that depend on all revenue would differ.
    alike = {"demand.size_exponent": 0.0}
    plain = load_scenario("anthropic.toml").changed(alike)
    cut = load_scenario(folder / "price_cut.toml").changed(
        {"lines.price_cut.inputs.elasticity": elasticity} | alike
    )
    before, after = (simulate_traces(each, PATHS) for each in (plain, cut))
    use = 0.7**-elasticity
    begun = slice(3, None)  # 2027Q1 from 2026Q2
    for which, factor in ((Flow.REVENUE, 0.7 * use), (Flow.PAYING_BILL, 1.0)):
        of = [flow(traces, which, cut)[:, begun] for traces in (before, after)]
        np.testing.assert_allclose(of[1], factor * of[0], rtol=1e-9)
    more = after[:, traced_lines(cut)["more_use"], -cut.horizon.quarters :][:, begun]
    bill = flow(before, Flow.PAYING_BILL, cut)[:, begun]
    np.testing.assert_allclose(more, (use - 1.0) * bill, rtol=1e-9, atol=1e-12)
