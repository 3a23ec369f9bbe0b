"""Outcomes by path as they leave the program: dates by name, and never as a word."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulate.engine.result import NEVER, Result, dated
from simulate.engine.run import run
from simulate.model.rows import Hit
from simulate.output.parquet import OutcomeWriter
from simulate.scenario import Scenario
from tests.scenarios import changed

PATHS = 4096


def written(scenario: Scenario, folder: Path) -> tuple[Result, pd.DataFrame]:
    file = folder / "outcomes.parquet"
    with OutcomeWriter(file, scenario) as sink:
        result = run(scenario, paths=PATHS, sink=sink)
    return result, pd.read_parquet(file)


@pytest.mark.parametrize(("last", "years"), [("2026Q4", 1), ("2035Q4", 10), ("2075Q4", 50)])
def test_kept_paths_name_quarters_and_never(
    anthropic: Scenario, tmp_path: Path, last: str, years: int
) -> None:
    result, table = written(changed(anthropic, {"horizon.last_quarter": last}), tmp_path)
    times = result.hitting_times
    for name in (time.title for time in Hit):
        known = times[times["outcome"] == name].set_index("quarter")["probability"]
        assert list(table[name].cat.categories) == list(known.index)
        assert known.index[-2:].tolist() == [last, NEVER] and len(known) == 4 * years + 1
        shares = table[name].value_counts(normalize=True).reindex(known.index)
        np.testing.assert_allclose(shares, known, atol=1e-12)


def test_dates_are_in_order_and_never_is_after_all(anthropic: Scenario, tmp_path: Path) -> None:
    result, table = written(anthropic, tmp_path)
    for time, name in ((time, time.title) for time in Hit):
        by_2028 = np.mean(table[name] <= "2028Q4")
        assert by_2028 == pytest.approx(result.probability_by_year(time, 2028).value)
        assert (table[name].max() == NEVER) == (result.probability_never(time).value > 0.0)


def test_what_is_no_date_stays_as_it_is(anthropic: Scenario) -> None:
    outcomes = run(anthropic, paths=1024, keep_outcomes=True, keep_inputs=True).outcomes
    found, dates = dated(outcomes, anthropic), [time.title for time in Hit]
    assert list(found.columns) == list(outcomes.columns)
    pd.testing.assert_frame_equal(found.drop(columns=dates), outcomes.drop(columns=dates))


def test_a_result_is_shown_in_a_line(anthropic: Scenario) -> None:
    shown = repr(run(anthropic, paths=1024))
    assert shown == "<Result of 'Anthropic, January 2026': 1,024 paths, seed 20260122>"
