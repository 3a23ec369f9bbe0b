"""What a user writes: scenarios, their inputs and distributions."""

from typing import TYPE_CHECKING, Any

from .mistakes import ScenarioError
from .packaged import find_scenario, packaged_configs

if TYPE_CHECKING:
    from .load import load_scenario
    from .schema import Scenario

__all__ = ["Scenario", "ScenarioError", "find_scenario", "load_scenario", "packaged_configs"]


def __getattr__(name: str) -> Any:
    """Load what judges a scenario when it is first asked for: its error is needed before."""
    if name == "load_scenario":
        from .load import load_scenario as found
    elif name == "Scenario":
        from .schema import Scenario as found
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found
