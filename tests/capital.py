"""Money that is sought, with debt, and funding that shuts: every input of [raising]."""

from copy import deepcopy
from typing import Any

from simulate.scenario import Scenario
from tests.scenarios import changed

RAISING: dict[str, Any] = {
    "below_months": {"distribution": "uniform", "low": 6, "high": 18},
    "months": {"distribution": "uniform", "low": 18, "high": 30},
    "share_of_value": {"distribution": "uniform", "low": 0.02, "high": 0.2},
    "chance": {"distribution": "uniform", "low": 0.2, "high": 0.9},
    "full_growth": {"distribution": "uniform", "low": 0.1, "high": 0.6},
    "after_listing": 0.95,
    "value": {
        "today": 200,
        "multiple": {"distribution": "lognormal", "interval": [8, 40]},
        "size_exponent": {"distribution": "uniform", "low": 0.2, "high": 0.6},
        "growth_exponent": 0.3,
        "reference_growth": 0.8,
        "floor": {"distribution": "uniform", "low": 1, "high": 5},
    },
    "debt": {
        "share": {"distribution": "uniform", "low": 0, "high": 0.6},
        "interest_rate": 0.09,
        "maturity": {"distribution": "uniform", "low": 4, "high": 30},
        "recovery": {"distribution": "uniform", "low": 0, "high": 0.4},
        "opening": 1.5,
    },
    "shut": {
        "rate": {"distribution": "uniform", "low": 0.05, "high": 0.8},
        "quarters": {"distribution": "uniform", "low": 1, "high": 6},
    },
}


def with_capital(scenario: Scenario) -> Scenario:
    """Return the scenario with all of that."""
    return changed(scenario, {"raising": deepcopy(RAISING)})
