"""What is asked of what scenarios have beside the model's outcomes."""

from simulate.model.catalogue import own_times
from simulate.model.outcomes import CASH_YEAR, Event, event_by_year, headline_events, target_event
from simulate.scenario import Scenario


def asked_events(scenario: Scenario, *others: Scenario) -> tuple[Event, ...]:
    """Return what an answer asks of a scenario: the headline events, and what it adds to them."""
    return (*headline_events(scenario), *own_events(scenario, *others))


def own_events(scenario: Scenario, *others: Scenario) -> tuple[Event, ...]:
    """Return each own outcome that all scenarios have: a target by its date, others by 2030."""
    return tuple(
        target_event(time, scenario) or event_by_year(time, CASH_YEAR, scenario)
        for time in own_times(scenario, *others)
    )
