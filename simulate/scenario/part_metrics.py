"""The metrics that a part of the model brings with it, where a scenario has that part."""

from typing import TYPE_CHECKING

from .own import OwnMetric

if TYPE_CHECKING:
    from .schema import Scenario

COMPUTE = {"compute_in_use": "trailing(compute_use)"}
COMMITMENTS = {
    "committed_compute": "trailing(commitments)",
    "cost_of_idle_compute": "trailing(idle_compute_cost)",
    "commitments_to_come": "commitments_ahead",
}
CAPACITY = {"demand_unserved": "unserved_share"}
CUT = {"cut_of_training": "training_cut"}


def part_metrics(scenario: "Scenario") -> dict[str, OwnMetric]:
    """Return the metrics of the parts that a scenario has, by name."""
    compute = scenario.compute
    money = {
        **(COMPUTE if compute is not None else {}),
        **(COMMITMENTS if scenario.commitments else {}),
    }
    shares = {
        **(CAPACITY if compute is not None and compute.has_capacity else {}),
        **(CUT if scenario.training.cut is not None else {}),
    }
    return {
        **{name: OwnMetric(formula=formula, unit="bn USD") for name, formula in money.items()},
        **{name: OwnMetric(formula=formula, unit="share") for name, formula in shares.items()},
    }
