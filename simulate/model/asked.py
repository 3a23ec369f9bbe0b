"""What is asked of scenarios beside what every answer tells, as texts such as those of ``--of``."""

from collections.abc import Sequence
from dataclasses import replace

from simulate.scenario import Scenario

from .outcomes import Event, asked_of, refuse_other_target
from .statistics import OutcomeStatistic, parse_statistic

# One text or several.
Of = str | Sequence[str]


def parse_asked(of: Of, scenario: Scenario) -> tuple[OutcomeStatistic, ...]:
    """Return the statistics that texts state, each once; see ``parse_statistic``.

    Raises
    ------
    ScenarioError
        If one is none, or names another gross margin than the scenario's target.
    """
    found = [_parse(text, scenario, is_first=True) for text in texts_of(of)]
    return tuple(dict.fromkeys(found))


def texts_of(of: Of) -> Sequence[str]:
    """Return texts that are given one or several."""
    return [of] if isinstance(of, str) else of


def asking(scenario: Scenario, statistics: Sequence[OutcomeStatistic]) -> Scenario:
    """Return a scenario whose runs count what statistics are of; see ``with_target``."""
    return asked_of(scenario, [statistic.outcome for statistic in statistics])


def ask(
    of: Of, scenarios: Sequence[Scenario]
) -> tuple[tuple[OutcomeStatistic, ...], list[Scenario]]:
    """Return what texts ask of the first of several scenarios, and all of them as they are asked.

    Raises
    ------
    ScenarioError
        If one of them can't be asked it.
    """
    first, *others = scenarios
    asked = parse_asked(of, first)
    of_others = [[_parse(text, other) for text in texts_of(of)] for other in others]
    return asked, [asking(*each) for each in zip(scenarios, [asked, *of_others], strict=True)]


def _parse(text: str, scenario: Scenario, is_first: bool = False) -> OutcomeStatistic:
    """Return a statistic at the scenario's own target, which the first has to be asked of."""
    where = f'--of "{text}"{"" if is_first else f", of {scenario.name}"}'
    found = parse_statistic(text, scenario, where)
    if not isinstance(found.outcome, Event):
        return found
    if is_first:
        refuse_other_target(found.outcome, scenario, where)
    return replace(found, outcome=replace(found.outcome, level=None))
