"""A scenario that adds to the model: three lines, three metrics and two outcomes."""

from typing import Any

from docs import additions
from simulate.scenario import Scenario
from tests.scenarios import changed

LINES: list[dict[str, Any]] = [
    {
        "name": "content licences",
        "counts_in": "cost of revenue",
        "formula": "max(minimum, share * revenue)",
        "from": "2026Q3",
        "inputs": {
            "share": {"distribution": "uniform", "low": 0.01, "high": 0.05},
            "minimum": "5 m",
        },
    },
    {
        "name": "royalty",
        "title": "training",
        "counts_in": "operating cost",
        "formula": "min(0.2 * revenue, max(0, cap - previous(total(royalty), 1)))",
        "inputs": {"cap": "8 bn"},
    },
    {
        "name": "price cut",
        "title": "a cut of list prices, of subscriptions and of the interface for developers",
        "counts_in": "revenue",
        "formula": "where(year >= 2028, -0.1 * segment_revenue, 0)",
    },
    {
        "name": "loan",
        "counts_in": "financing",
        "formula": "where(year == 2028, 1, 0) * unit",
        "inputs": {"unit": "1 bn"},
    },
]
METRICS = additions.METRICS | {
    "nothing": {"formula": "revenue / (revenue - revenue)", "unit": "share"}
}
OUTCOMES = additions.OUTCOMES | {
    "growing": {"when": "net_new_revenue > 0"},
    "never_met": {"when": "revenue < 0"},
}


def with_additions(scenario: Scenario) -> Scenario:
    """Return the scenario with all of them."""
    return changed(scenario, {"lines": LINES, "metrics": METRICS, "outcomes": OUTCOMES})
