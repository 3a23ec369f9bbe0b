"""Monte Carlo risk of AI-lab economics: when gross margin and free cash flow get there."""

from simulate.kernels.rows import Hit, Metric
from simulate.result import Result
from simulate.run import run
from simulate.scenario import Scenario, ScenarioError, load_scenario

__all__ = ["Hit", "Metric", "Result", "Scenario", "ScenarioError", "load_scenario", "run"]
