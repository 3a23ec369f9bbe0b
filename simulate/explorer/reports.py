"""Reports of what a page shows."""

from dataclasses import dataclass

from simulate.engine.run import run
from simulate.engine.sampling import with_sampling
from simulate.output.workers import DRAWING
from simulate.scenario import Scenario

from .aside import Aside
from .work import Message


def reports() -> Aside:
    """Return what makes reports."""
    return Aside("the report could not be made; simulate report says why", DRAWING)


@dataclass(frozen=True)
class Report:
    """What makes a report, where it is called.

    Attributes
    ----------
    scenario, paths
        That is run.
    command
        That makes the same page.
    name
        Of its file.
    """

    scenario: Scenario
    paths: int
    command: str
    name: str

    def __call__(self) -> Message:
        """Return the page that ``simulate report`` makes of a scenario."""
        # What draws takes a second to import, which only the worker has to.
        from simulate.output.report import render_report
        from simulate.output.rests_on import headline_rests_on

        scenario = with_sampling(self.scenario, self.paths, None)
        result = run(scenario)
        rests_on = headline_rests_on(scenario, None)
        text = render_report(result, command=self.command, rests_on=rests_on)
        return {"type": "report", "name": self.name, "text": text}
