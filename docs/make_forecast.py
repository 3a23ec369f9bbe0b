"""Freezes forecasts before they come true: ``python -m docs.make_forecast SCENARIO… --on DAY``.

Writes ``docs/forecasts/DAY.json``, each lab's quantiles of figures by quarter and the dates of all
outcomes, beside ``DAY.parquet``, joint paths, and adds their SHA-256 to ``SHA256SUMS``. What is
there is never replaced: a later model adds a forecast of another name (``--name``).
"""

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from docs.check_forecasts import FORECASTS, add_to_index
from simulate import Result, Scenario, ScenarioError, load_scenario, run
from simulate.engine.result import dated
from simulate.model.catalogue import hitting_times_of
from simulate.model.outcomes import (
    MARGIN_METRICS,
    OPERATING_RESULT,
    Amount,
    Measure,
    OperatingResult,
)
from simulate.model.rows import Flow, Metric, traced
from simulate.scenario.figures import RUN_RATE_DAYS
from simulate.scenario.inputs import ALTERNATIVE
from simulate.scenario.quarters import (
    MONTHS_A_QUARTER,
    QUARTERS_A_YEAR,
    format_quarter,
    parse_quarter,
    quarter_of,
)
from simulate.scenario.reconstruct import DAYS_A_MONTH
from simulate.version import package_version

Array = NDArray[np.float64]

LAST_QUARTER = "2028Q4"
PATHS, JOINT_PATHS = 1 << 17, 10_000
LEVELS = np.arange(1, 200) / 200.0
# A quarter alone, but for cash, which is a balance.
OWN = (Metric.REVENUE, *MARGIN_METRICS, Metric.EBITDA, Metric.FREE_CASH_FLOW, Metric.CASH)
EXIT_RUN_RATE = "exit run rate"
DEFINITIONS = {
    "figures": "bn USD of the quarter alone; gross margins are shares of its revenue, cash is the "
    "balance at its end",
    EXIT_RUN_RATE: "a year's revenue at the pace of the quarter's last 28 days: four times the "
    "quarter's, moved from its middle to theirs by the growth to the next quarter",
    OPERATING_RESULT: "EBITDA less depreciation of owned hardware; stock pay is a cost, as in "
    "reports; left out are write-offs of other capital spending and of what acquisitions brought; "
    "revaluations, interest and tax stand below it",
    "dates": "share of paths that get there in the quarter, or never within the horizon; gross "
    "margins are of the trailing four quarters there",
    "alternatives": "structures of which each path lives in one, and the dates of its paths",
}
# From a quarter's middle to that of its last 28 days, in quarters.
TO_RUN_RATE = 0.5 - 0.5 * RUN_RATE_DAYS / (MONTHS_A_QUARTER * DAYS_A_MONTH)


def exit_run_rate(traces: Array, quarter: int) -> Array:
    """Return the run rate with which each path leaves a quarter that is not its last."""
    revenue, following = (traces[:, traced(Flow.REVENUE), q] for q in (quarter, quarter + 1))
    return QUARTERS_A_YEAR * revenue * (following / revenue) ** TO_RUN_RATE


def figures(quarter: int) -> dict[str, Measure]:
    """Return what is forecast of a quarter, counted from the first of the horizon."""
    own = {
        metric.title: Amount(metric, quarter, "", is_own=metric != Metric.CASH).of_traces
        for metric in OWN
    }
    return own | {
        EXIT_RUN_RATE: partial(exit_run_rate, quarter=quarter),
        OPERATING_RESULT: OperatingResult(Metric.EBITDA, quarter, "", is_own=True).of_traces,
    }


def quarters_of(scenario: Scenario) -> dict[str, int]:
    """Return the quarters that are forecast, by name, counted from the first of the horizon."""
    first = scenario.horizon.first_quarter
    count = parse_quarter(LAST_QUARTER) - first + 1
    if not 0 < count < scenario.horizon.quarters:
        raise ScenarioError(f"{scenario.name}: its horizon must go beyond {LAST_QUARTER}")
    return {format_quarter(first + quarter): quarter for quarter in range(count)}


def simulated(scenario: Scenario, paths: int) -> Result:
    """Return a run that keeps every figure of every path, in columns such as ``revenue 2026Q2``."""
    measures = {
        f"{name} {quarter}": measure
        for quarter, place in quarters_of(scenario).items()
        for name, measure in figures(place).items()
    }
    return run(scenario, paths=paths, keep_outcomes=True, keep_inputs=True, measures=measures)


def forecast(result: Result) -> dict[str, Any]:
    """Return a lab's quantiles by figure and quarter, its dates, and its scenario."""
    scenario, kept, given = result.scenario, result.outcomes, result.by_alternative
    return {
        "name": scenario.name,
        "seed": scenario.sampling.seed,
        "paths": result.paths,
        "figures": {
            name: {
                quarter: _digits(np.quantile(kept[f"{name} {quarter}"], LEVELS))
                for quarter in quarters_of(scenario)
            }
            for name in figures(0)
        },
        "dates": _dates(result.hitting_times),
        "alternatives": {
            name: {"weight": weight, "dates": _dates(given[given["alternative"] == name])}
            for name, weight in result.alternatives.items()
        },
        "scenario": scenario.model_dump(mode="json"),
    }


def _dates(rows: pd.DataFrame) -> dict[Any, dict[str, float]]:
    """Return the share of paths by outcome and quarter."""
    return {
        outcome: dict(zip(found["quarter"], _digits(found["probability"]), strict=True))
        for outcome, found in rows.groupby("outcome", sort=False)
    }


def _digits(values: Sequence[float] | Array | pd.Series) -> list[float]:
    return [float(f"{value:.6g}") for value in values]


def joint_paths(result: Result, count: int) -> pd.DataFrame:
    """Return the first paths: a row a path and quarter, with all figures and the path's dates.

    Where the scenario has alternatives, a column names the one that the path lives in.
    """
    scenario = result.scenario
    kept = dated(result.outcomes.head(count), scenario)
    of_path = kept[list(hitting_times_of(scenario).values())].astype(str).add_suffix(", date")
    if ALTERNATIVE in kept:
        of_path[ALTERNATIVE] = kept[ALTERNATIVE].astype(str)
    by_quarter = [
        pd.DataFrame(
            {"lab": scenario.lab, "path": np.arange(len(kept), dtype=np.int32), "quarter": quarter}
            | {name: _shortened(kept[f"{name} {quarter}"]) for name in figures(0)}
        ).join(of_path)
        for quarter in quarters_of(scenario)
    ]
    return pd.concat(by_quarter).sort_values(["path", "quarter"], kind="stable")


def _shortened(values: pd.Series) -> pd.Series:
    """Return float32 whose last 11 bits are rounded to 0: right to 1/8,000, and stored smaller."""
    bits = values.to_numpy(np.float32).view(np.uint32)
    rounded = (bits + np.uint32(1 << 10)) & np.uint32(0xFFFFF800)
    return pd.Series(rounded.view(np.float32), index=values.index)


def freeze(
    scenarios: Sequence[Scenario],
    name: str,
    on: date,
    folder: Path = FORECASTS,
    paths: int = PATHS,
    joint: int = JOINT_PATHS,
) -> list[str]:
    """Write the forecasts of labs; return the lines of the index for the new files.

    Raises
    ------
    ScenarioError
        If there is a forecast of that name, two are of one lab, or one begins with a quarter that
        was over.
    """
    files = [folder / f"{name}.json", folder / f"{name}.parquet"]
    for file in files:
        if file.exists():
            raise ScenarioError(f"{file}: exists, and stays; give the new forecast a --name")
    for scenario in scenarios:
        first = scenario.horizon.first_quarter
        if first < quarter_of(on):
            raise ScenarioError(f"{scenario.name}: {format_quarter(first)} was over on {on}")
    labs = [scenario.lab for scenario in scenarios]
    if len(set(labs)) < len(labs):
        raise ScenarioError(f"two forecasts of one lab: {', '.join(labs)}")
    results = {scenario.lab: simulated(scenario, paths) for scenario in scenarios}
    found = {
        "on": on.isoformat(),
        "version": package_version(),
        "definitions": DEFINITIONS,
        "levels": LEVELS.tolist(),
        "labs": {lab: forecast(result) for lab, result in results.items()},
    }
    table = pd.concat([joint_paths(result, joint) for result in results.values()])
    write_json(found, files[0])
    write_paths(table, files[1])
    return add_to_index(folder, files)


def write_json(found: Mapping[str, Any], file: Path) -> None:
    """Write a forecast with a line for each quarter's quantiles."""
    text = json.dumps(found, indent=1, ensure_ascii=False)
    lines = re.sub(r"\[\n[^\[\]{}]*\]", lambda list_: re.sub(r"\n\s*", "", list_[0]), text)
    file.write_text(lines + "\n", encoding="utf-8", newline="\n")


def write_paths(table: pd.DataFrame, file: Path) -> None:
    """Write joint paths as small as Parquet makes them."""
    numbers = list(table.select_dtypes("float32").columns)
    words = [name for name in table.columns if name not in numbers]
    pq.write_table(
        pa.Table.from_pandas(table, preserve_index=False),
        file,
        compression="zstd",
        use_dictionary=words,  # pyright: ignore[reportArgumentType]
        use_byte_stream_split=numbers,  # pyright: ignore[reportArgumentType]
    )


def main() -> None:
    """Freeze what is asked for, and print the SHA-256 of the new files for the changelog."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("scenarios", nargs="+", metavar="SCENARIO", help="one of each lab")
    parser.add_argument("--on", type=date.fromisoformat, required=True, help="what was known by")
    parser.add_argument("--name", help="of the files; by default the day")
    options = parser.parse_args()
    try:
        scenarios = [load_scenario(name) for name in options.scenarios]
        lines = freeze(scenarios, options.name or options.on.isoformat(), options.on)
    except ScenarioError as error:
        parser.exit(2, f"error: {error}\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
