"""What is committed, used and left idle of compute, in words."""

from simulate.analysis.cash import NOTHING
from simulate.engine.result import Result

from .numbers import dollars


def compute_finding(result: Result) -> str:
    """Say in which fiscal year idle compute costs most, or that little of it is left unused."""
    costs = {
        year: result.in_year("cost of idle compute", year)["p90"].value for year in result.years
    }
    worst = max(costs, key=costs.__getitem__)
    if costs[worst] < NOTHING:
        return "In nine paths of ten all compute that is firmly committed is used"
    return f"Idle compute costs {dollars(costs[worst])} or more in {worst}, in one path of ten"
