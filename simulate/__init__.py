"""Monte Carlo risk of AI-lab economics: when gross margin and free cash flow get there."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from simulate.interruption import end_while_loading, is_command

if is_command():
    # Before the imports that take seconds.
    end_while_loading()

if TYPE_CHECKING:
    from simulate.analysis.backtest import backtest
    from simulate.analysis.compare import compare
    from simulate.analysis.converge import converge
    from simulate.analysis.decide import decide
    from simulate.analysis.discover import discover
    from simulate.analysis.drivers import drivers
    from simulate.analysis.fit import fit
    from simulate.analysis.goal import goal
    from simulate.analysis.hindcast import hindcast
    from simulate.analysis.stress import stress
    from simulate.analysis.sweep import sweep
    from simulate.analysis.update import update
    from simulate.engine.estimate import Estimate
    from simulate.engine.result import Result
    from simulate.engine.run import run
    from simulate.scenario import Scenario, ScenarioError, load_scenario

__all__ = [
    "Estimate",
    "Result",
    "Scenario",
    "ScenarioError",
    "backtest",
    "compare",
    "converge",
    "decide",
    "discover",
    "drivers",
    "fit",
    "goal",
    "hindcast",
    "load_scenario",
    "run",
    "stress",
    "sweep",
    "update",
]

# A question is answered by the module of analysis that has its name.
_ELSEWHERE = {
    "Estimate": "simulate.engine.estimate",
    "Result": "simulate.engine.result",
    "run": "simulate.engine.run",
    "Scenario": "simulate.scenario",
    "ScenarioError": "simulate.scenario",
    "load_scenario": "simulate.scenario",
}


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for: all of them together take seconds."""
    if name not in __all__:
        raise AttributeError(f"module 'simulate' has no attribute {name!r}")
    found = getattr(import_module(_ELSEWHERE.get(name, f"simulate.analysis.{name}")), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
