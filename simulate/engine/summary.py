"""A result as tables, and in whole as the summary that is written."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simulate.model.catalogue import HittingTime, hitting_times_of, metrics_of
from simulate.version import package_version

if TYPE_CHECKING:
    import pandas as pd

    from .result import Result

# Of hitting times, in the summary.
LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def in_json(summary: Mapping[str, Any]) -> str:
    """Return a summary, of a result or of what an analysis found, as it is written."""
    return json.dumps(summary, indent=2, ensure_ascii=False)


def hitting_table(result: "Result") -> "pd.DataFrame":
    """Return the distribution of each hitting time; see ``Result.hitting_times``."""
    import pandas as pd

    return pd.DataFrame(_hitting_rows(result, None))


def alternatives_table(result: "Result") -> "pd.DataFrame":
    """Return the same under each alternative; see ``Result.by_alternative``."""
    import pandas as pd

    return pd.DataFrame(
        {"alternative": name, "weight": weight, **row}
        for name, weight in result.alternatives.items()
        for row in _hitting_rows(result, name)
    )


def _hitting_rows(result: "Result", given: str | None) -> list[dict[str, Any]]:
    quarters = result.scenario.horizon.quarters
    rows = []
    for time, name in hitting_times_of(result.scenario).items():
        hits = result.hits(time, given).sum(axis=0)
        share = hits / hits.sum()
        for quarter in range(quarters + 1):
            never = quarter == quarters
            by = (
                result.probability_never(time, given)
                if never
                else result.probability_by(time, quarter, given)
            )
            rows.append(
                {
                    "outcome": name,
                    "quarter": result.quarter_name(quarter),
                    "probability": float(share[quarter]),
                    "cumulative": np.nan if never else by.value,
                    "standard_error": by.standard_error,
                    "low": by.low,
                    "high": by.high,
                }
            )
    return rows


def metrics_table(result: "Result") -> "pd.DataFrame":
    """Return mean and quantiles of each metric by quarter; see ``Result.metrics``."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "metric": name,
                "quarter": result.quarter_name(quarter),
                "statistic": statistic,
                "value": estimate.value,
                "standard_error": estimate.standard_error,
                "low": estimate.low,
                "high": estimate.high,
            }
            for metric, name in metrics_of(result.scenario).items()
            for quarter in range(result.scenario.horizon.quarters)
            for statistic, estimate in result.in_quarter(metric, quarter).items()
        ]
    )


def summary_of(result: "Result") -> dict[str, Any]:
    """Return the answer and all that made it, ready for JSON."""
    scenario = result.scenario
    return {
        "name": scenario.name,
        "version": package_version(),
        "seed": scenario.sampling.seed,
        "sampler": scenario.sampling.sampler,
        "paths": result.paths,
        "replicates": result.replicates,
        "seconds": round(result.seconds, 3),
        "goal": result.goal,
        "gross_margin_target": scenario.targets.gross_margin,
        "company_projection": scenario.targets.model_dump(
            include={"projected_year", "projected_margin", "source"}
        ),
        "asked": _asked(result),
        "hitting_times": _hitting_times(result),
        "alternatives": _alternatives(result),
        "peak_funding_need": {k: v.as_dict() for k, v in result.funding_need.items()},
        "fiscal_years": _fiscal_years(result),
        "beyond_range": {m.title: b._asdict() for m, b in result.beyond_range.items()},
        "without_value": {name: each._asdict() for name, each in value_gaps(result).items()},
        "provenance": {
            "files": list(scenario.provenance.files),
            "notes": list(scenario.provenance.notes),
        },
        "scenario": scenario.model_dump(mode="json"),
    }


class ValueGap(NamedTuple):
    """Since when a formula has a value, and in what share of paths it has none after that."""

    first: str | None
    worst: str | None
    share: float


def value_gaps(result: "Result") -> dict[str, ValueGap]:
    """Return which own formulas lack a value somewhere, by name.

    Returns
    -------
    dict of str to ValueGap
        ``first`` is the first quarter in which some path has a value, None where none ever has;
        ``worst`` the quarter after it in which most paths have none, None where all have one.
    """
    found = {}
    for name, shares in result.without_value.items():
        if not shares.any():
            continue
        if (shares == 1.0).all():
            found[name] = ValueGap(None, None, 1.0)
            continue
        first = int(np.argmax(shares < 1.0))
        worst = first + int(np.argmax(shares[first:]))
        most = float(shares[worst])
        name_of_worst = result.quarter_name(worst) if most else None
        found[name] = ValueGap(result.quarter_name(first), name_of_worst, most)
    return found


def _asked(result: "Result") -> dict[str, Any]:
    from .reading import read

    return {each.name: read(each, result).estimate.as_dict() for each in result.asked}


def _hitting_times(result: "Result") -> dict[str, Any]:
    return {
        name: {
            "by_end_of": _by_end_of(result, time, None),
            "never": result.probability_never(time).as_dict(),
            "quarter": {
                name_of_level: result.hitting_quarter(time, level)._asdict()
                for name_of_level, level in LEVELS.items()
            },
        }
        for time, name in hitting_times_of(result.scenario).items()
    }


def _alternatives(result: "Result") -> dict[str, Any]:
    return {
        each.name: {
            "title": each.title,
            "weight": result.alternatives[each.name],
            "hitting_times": {
                name: {
                    "by_end_of": _by_end_of(result, time, each.name),
                    "never": result.probability_never(time, each.name).as_dict(),
                }
                for time, name in hitting_times_of(result.scenario).items()
            },
        }
        for each in result.scenario.possible_alternatives
    }


def _by_end_of(result: "Result", time: HittingTime, given: str | None) -> dict[str, Any]:
    return {
        str(year): result.probability_by_year(time, year, given).as_dict() for year in result.years
    }


def _fiscal_years(result: "Result") -> dict[str, Any]:
    return {
        name: {
            str(year): {k: v.as_dict() for k, v in result.in_year(metric, year).items()}
            for year in result.years
        }
        for metric, name in metrics_of(result.scenario).items()
    }
