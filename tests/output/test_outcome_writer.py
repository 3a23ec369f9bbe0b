"""Every path's outcomes: the same file, whether they are written at the end or on the way."""

from pathlib import Path

import pandas as pd
import pytest

from simulate import Scenario, run
from simulate.engine.result import dated
from simulate.output import parquet

PATHS = 1 << 14


def written(scenario: Scenario, file: Path) -> pd.DataFrame:
    with parquet.OutcomeWriter(file, scenario) as sink:
        run(scenario, paths=PATHS, keep_inputs=True, sink=sink)
    return pd.read_parquet(file)


def test_outcomes_are_the_same_written_at_once_or_piece_by_piece(
    openai: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = written(openai, tmp_path / "at_once")
    monkeypatch.setattr(parquet, "MOST_HELD", 0)
    piecemeal = written(openai, tmp_path / "piecemeal")
    kept = run(openai, paths=PATHS, keep_inputs=True, keep_outcomes=True).outcomes
    pd.testing.assert_frame_equal(at_once, piecemeal)
    pd.testing.assert_frame_equal(at_once, dated(kept, openai))
    assert len(at_once) == PATHS


def test_nothing_is_written_of_a_run_that_fails(openai: Scenario, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), parquet.OutcomeWriter(tmp_path / "table", openai) as sink:
        run(openai, paths=1024, sink=sink)
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
