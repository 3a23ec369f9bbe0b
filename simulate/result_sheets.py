"""A run's result as tables for a spreadsheet."""

import pandas as pd

from simulate.answer_parts import Table, headline
from simulate.assumption_parts import frame_table, stated_correlations
from simulate.number_format import NO_LIMIT
from simulate.result import DISCLAIMER, FUNDING_NEED, HITTING_TIMES, NEVER, Result
from simulate.scenario import Scenario
from simulate.scenario.inputs import NO_SOURCE, list_inputs
from simulate.spreadsheet import Sheet
from simulate.version import package_version

ANSWER, TIMES, METRICS, FUNDING = "Answer", "Hitting times", "Metrics", "Funding need"
INPUTS, FRAME, CORRELATIONS, OUTCOMES = "Inputs", "Targets", "Correlations", "Outcomes"
NAMES = (ANSWER, TIMES, METRICS, FUNDING, INPUTS, FRAME, CORRELATIONS, OUTCOMES)
# A spreadsheet opens it at once; Excel holds 1,048,576 rows and no more.
MOST_ROWS = 1 << 15
TRAILING = (
    "Billions of dollars, and shares. Flows and margins are of the trailing four quarters, cash is "
    "the balance."
)


def sheets_of(result: Result, outcomes: pd.DataFrame | None) -> list[Sheet]:
    """Return what a spreadsheet shows of a result.

    Parameters
    ----------
    result
        From ``run``.
    outcomes
        Of those ``paths_shown``, with all columns; None if they weren't kept.
    """
    scenario = result.scenario
    sheets = [
        Sheet(ANSWER, _by_year(result), _about(result), percent=True),
        Sheet(TIMES, _with_never(result.hitting_times)),
        Sheet(METRICS, result.metrics, (TRAILING,)),
        Sheet(FUNDING, _funding(result), ("Peak funding need, in billions of dollars.",)),
        Sheet(INPUTS, _inputs(scenario)),
        Sheet(FRAME, _as_frame(frame_table(scenario))),
        Sheet(CORRELATIONS, _correlations(scenario)),
    ]
    if outcomes is not None:
        remark = f"{kept_in_words(result, len(outcomes))} Quarters are the first at the target."
        sheets.append(
            Sheet(
                OUTCOMES,
                outcomes.rename(columns={FUNDING_NEED: f"{FUNDING_NEED}, bn USD"}),
                (remark,),
            )
        )
    return sheets


def paths_shown(result: Result) -> int:
    """Return how many paths of each replicate a spreadsheet shows.

    They are its first, since only those of a sampler's points lie evenly.
    """
    return min(result.replicate_paths, max(1, MOST_ROWS // result.replicates))


def kept_in_words(result: Result, rows: int) -> str:
    """Return which of all paths a spreadsheet shows."""
    if rows == result.paths:
        return f"All {rows:,} paths."
    return (
        f"{rows:,} of {result.paths:,} paths, the first {paths_shown(result):,} of each replicate; "
        "all are in outcomes.parquet."
    )


def _about(result: Result) -> tuple[str, ...]:
    sampling = result.scenario.sampling
    made = (
        f"{result.paths:,} paths in {result.replicates} replicates, {sampling.sampler}, "
        f"seed {sampling.seed}, version {package_version()}."
    )
    lines = (result.scenario.name, headline(result), result.goal, made, DISCLAIMER)
    return tuple(line for line in lines if line)


def _by_year(result: Result) -> pd.DataFrame:
    """Return the probability of each outcome by the end of each year, with its error."""
    rows = []
    for year in result.years:
        row: dict[str, float] = {"by the end of": year}
        for time, name in HITTING_TIMES.items():
            estimate = result.probability_by_year(time, year)
            row |= {name: estimate.value, f"{name}, standard error": estimate.standard_error}
        rows.append(row)
    return pd.DataFrame(rows)


def _with_never(times: pd.DataFrame) -> pd.DataFrame:
    return times.assign(quarter=[_quarter(quarter) for quarter in times["quarter"]])


def _quarter(quarter: str | float | None) -> str:
    return NEVER if pd.isna(quarter) else str(quarter)


def _funding(result: Result) -> pd.DataFrame:
    rows = [{"statistic": k, **estimate.as_dict()} for k, estimate in result.funding_need.items()]
    return pd.DataFrame(rows)


def _inputs(scenario: Scenario) -> pd.DataFrame:
    rows = []
    for member in list_inputs(scenario):
        distribution = member.distribution
        p10, p50, p90 = (_limit(distribution.quantile(level)) for level in (0.1, 0.5, 0.9))
        rows.append(
            {
                "input": member.quantity.title,
                "key": member.key,
                "P10": p10,
                "P50": p50,
                "P90": p90,
                "unit": member.quantity.unit,
                "drawn for each": member.quantity.drawn,
                "source": distribution.source or NO_SOURCE,
            }
        )
    return pd.DataFrame(rows)


def _limit(value: float) -> float | str:
    return "no limit" if value >= NO_LIMIT else value


def _correlations(scenario: Scenario) -> pd.DataFrame:
    columns = ["inputs", "correlation", "moved to", "of", "source", "note"]
    rows = [
        (c.inputs, c.value, c.moved_to, c.kind or "scores", c.source, c.note)
        for c in stated_correlations(scenario)
    ]
    return pd.DataFrame(rows, columns=columns).astype({"moved to": float})


def _as_frame(table: Table) -> pd.DataFrame:
    rows = [(row.name, *row.cells, row.note) for row in table.rows]
    return pd.DataFrame(rows, columns=[*table.columns, "note"])
