"""What a headline rests on."""

from simulate.analysis.drivers import Drivers, drivers
from simulate.model.outcomes import projected_event
from simulate.scenario import Scenario
from simulate.text.drivers import what_it_rests_on

# With fewer paths, what the answer rests on would take longer than the answer.
LEAST_TO_EXPLAIN, PATHS_TO_EXPLAIN = 1 << 17, 1 << 10


def headline_rests_on(scenario: Scenario, threads: int | None, found: Drivers | None = None) -> str:
    """Return what the headline rests on, in words; empty where that would take longer than it.

    Parameters
    ----------
    scenario
        Of the run.
    threads
        By default one a processor.
    found
        What drives the headline outcomes, where that has been found out.
    """
    event = projected_event(scenario)
    if found is None:
        if scenario.sampling.paths < LEAST_TO_EXPLAIN:
            return ""
        found = drivers(scenario, [event], paths=PATHS_TO_EXPLAIN, threads=threads)
    of_headline = next(each for each in found.explanations if each.outcome == event)
    return what_it_rests_on(of_headline, scenario)
