"""What a user writes: scenarios, their inputs and distributions."""

from .load import find_scenario, load_scenario, packaged_configs
from .mistakes import ScenarioError
from .schema import Scenario

__all__ = ["Scenario", "ScenarioError", "find_scenario", "load_scenario", "packaged_configs"]
