"""What a scenario assumes of money that comes in from outside."""

from .quarters import format_quarter
from .schema import Scenario


def funding_assumption(scenario: Scenario) -> str:
    """Return what is assumed where cash runs short, as in "assuming no funding round"."""
    last = scenario.horizon.last_quarter
    quarters = [f.quarter for f in scenario.funding if f.chance > 0.0 and f.quarter <= last]
    after = f" after {format_quarter(max(quarters))}" if quarters else ""
    return f"no funding round{after}, and no budget or investor that reacts"
