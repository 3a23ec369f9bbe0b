"""Monte Carlo risk of AI-lab economics: when gross margin and free cash flow get there."""

from simulate.interruption import end_while_loading, is_command

# Before the imports that take seconds.
if is_command():
    end_while_loading()

from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.model.rows import Hit, Metric
from simulate.scenario import Scenario, ScenarioError, load_scenario

__all__ = ["Hit", "Metric", "Result", "Scenario", "ScenarioError", "load_scenario", "run"]
