"""What scenarios have beside the model's outcomes and metrics: which all of them have, by when."""

from simulate.model.catalogue import OwnHit, OwnMetric, hitting_times_of, metrics_of
from simulate.model.outcomes import CASH_YEAR, Event, event_by_year, headline_events, target_event
from simulate.scenario import Scenario


def own_times(scenario: Scenario, *others: Scenario) -> tuple[OwnHit, ...]:
    """Return a scenario's own hitting times, those that the others have, too."""
    return tuple(
        time
        for time in hitting_times_of(scenario)
        if isinstance(time, OwnHit)
        and all(time.title in hitting_times_of(other).values() for other in others)
    )


def own_metrics(scenario: Scenario, *others: Scenario) -> tuple[OwnMetric, ...]:
    """Return a scenario's own metrics, those that the others have, too."""
    return tuple(
        metric
        for metric in metrics_of(scenario)
        if isinstance(metric, OwnMetric) and all(metric in metrics_of(other) for other in others)
    )


def asked_events(scenario: Scenario, *others: Scenario) -> tuple[Event, ...]:
    """Return what an answer asks of a scenario: the headline events, and what it adds to them."""
    return (*headline_events(scenario), *own_events(scenario, *others))


def own_events(scenario: Scenario, *others: Scenario) -> tuple[Event, ...]:
    """Return each own outcome that all scenarios have: a target by its date, others by 2030."""
    return tuple(
        target_event(time, scenario) or event_by_year(time, CASH_YEAR, scenario)
        for time in own_times(scenario, *others)
    )
