"""Ways to turn a scenario into one whose answer is known."""

from typing import Any

from simulate.scenario import Scenario
from simulate.scenario.distributions import Uncertain
from simulate.scenario.frame import BaseYear
from simulate.scenario.inputs import list_inputs

QUIET = {
    "demand.volatility": 0.0,
    "inference.overrun": 0.0,
    "training.drift": 0.0,
}


def changed(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    """Return the scenario with dotted keys set; named list members are addressed by name."""
    table = scenario.model_dump(mode="json", exclude_none=True)
    for key, value in changes.items():
        *parents, last = key.split(".")
        here: Any = table
        for step in parents:
            here = (
                next(m for m in here if m["name"] == step) if isinstance(here, list) else here[step]
            )
        here[last] = value
    return Scenario.model_validate(table)


def without_uncertainty(scenario: Scenario, changes: dict[str, Any] | None = None) -> Scenario:
    """Return the scenario at its medians: no shocks, no deviations from plan, no events."""
    quiet: dict[str, Any] = {
        i.key: i.distribution.quantile(0.5)
        for i in list_inputs(scenario)
        if not i.distribution.is_certain and i.quantity.drawn == "path"
    }
    quiet |= QUIET | {"correlations": {}}
    for segment in scenario.segments:
        quiet[f"segments.{segment.name}.volatility"] = 0.0
        if segment.client_loss is not None:
            quiet[f"segments.{segment.name}.client_loss.rate"] = 0.0
    if scenario.training.generation is not None:
        quiet["training.generation.rate"] = 0.0
    for funding in scenario.funding:
        quiet[f"funding.{funding.name}.chance"] = 1.0
    return changed(scenario, quiet | (changes or {}))


def base_year(scenario: Scenario) -> BaseYear:
    """Return the base year of a scenario that has one."""
    assert scenario.base_year is not None
    return scenario.base_year


def from_quarter(scenario: Scenario, first: str) -> Scenario:
    """Return the scenario as if what it says of its start were said of another one."""
    return changed(scenario, {"horizon.first_quarter": first, "funding": []})


def value(quantity: Uncertain) -> float:
    """Return a certain input's value."""
    assert quantity.is_certain
    return quantity.quantile(0.5)
