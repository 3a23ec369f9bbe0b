"""What a user writes: scenarios, their inputs and distributions."""

from .errors import ScenarioError
from .load import find_scenario, load_scenario, packaged_configs
from .schema import Scenario

__all__ = ["Scenario", "ScenarioError", "find_scenario", "load_scenario", "packaged_configs"]
