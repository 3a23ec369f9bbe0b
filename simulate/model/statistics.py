"""A number of all paths: the probability of an event, or the mean or a quantile of an amount."""

import math
from dataclasses import dataclass

from simulate.scenario import Scenario, ScenarioError

from .outcome_texts import parse_outcome, refuse_statistic, spaced, split_statistic
from .outcomes import Event, Outcome, Unit, refuse_uncounted

LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
LEVEL_NAMES = tuple(f"p{100 * level:02.0f}" for level in LEVELS)
LEVEL_OF = dict(zip(LEVEL_NAMES, LEVELS, strict=True))
MEAN, MEDIAN = "mean", "p50"
IN_WORDS = {name: f"P{100 * level:.0f}" for name, level in LEVEL_OF.items()}
IN_WORDS |= {MEAN: "mean", MEDIAN: "median"}
STATISTIC_FORM = '"P10(cash 2028)", "mean(revenue 2027)" or "P(gross margin by 2027)"'


@dataclass(frozen=True)
class OutcomeStatistic:
    """A statistic of an outcome over paths.

    Attributes
    ----------
    outcome
        What each path has.
    kind
        ``mean``, which of an event is its probability, or a quantile's name, such as ``p10``.
    """

    outcome: Outcome
    kind: str

    @property
    def unit(self) -> Unit:
        """That of the outcome."""
        return self.outcome.unit

    @property
    def name(self) -> str:
        """What it is and of which date, as ``parse_statistic`` reads it."""
        if self.outcome.is_probability:
            return self.outcome.asked
        part = "" if self.kind in (MEAN, MEDIAN) else "of "
        return f"{IN_WORDS[self.kind]} {part}{self.outcome.name}"

    def in_words(self, scenario: Scenario, *others: Scenario) -> str:
        """Return its name, an event's as a clause; see ``Event.in_words``."""
        if isinstance(self.outcome, Event):
            return f"P({self.outcome.in_words(scenario, *others)})"
        return self.name

    @property
    def kind_in_words(self) -> str:
        """What it is, whatever of, such as ``P10``."""
        return "probability" if self.outcome.is_probability else IN_WORDS[self.kind]

    def written(self, value: float, error: float) -> str:
        """Return a value with two digits of its error, where that is known, in the unit."""
        scale, sign = {"bn USD": (1.0, " bn"), "times": (1.0, "x")}.get(self.unit, (100.0, "%"))
        if not error > 0.0:
            return f"{scale * value:,.6g}{sign}, its error unknown"
        decimals = max(0, 1 - math.floor(math.log10(scale * error)))
        return f"{scale * value:,.{decimals}f}{sign} ± {scale * error:.{decimals}f}"


def usual_statistic(outcome: Outcome) -> OutcomeStatistic:
    """Return what is read of an outcome where nothing is said: a probability, or a median."""
    return OutcomeStatistic(outcome, MEAN if isinstance(outcome, Event) else MEDIAN)


def parse_statistic(
    text: str, scenario: Scenario, where: str, form: str = STATISTIC_FORM
) -> OutcomeStatistic:
    """Return the statistic that a text states, which a run counts.

    Parameters
    ----------
    text
        An outcome, as ``parse_outcome`` reads it, by itself or with what is asked of an amount:
        ``P10(cash 2028)``, ``P90 of peak funding need``, ``mean revenue 2027``. An amount by itself
        is its median.
    scenario, where, form
        As for ``parse_outcome``.

    Raises
    ------
    ScenarioError
        If the text is none, or a run counts no such quantile.
    """
    said, of = split_statistic(spaced(text), scenario)
    outcome = parse_outcome(of, scenario, where, form)
    refuse_uncounted(outcome, where)
    refuse_statistic(said, outcome, where)
    if not said:
        return usual_statistic(outcome)
    return OutcomeStatistic(outcome, _kind(said, outcome, where))


def _kind(said: str, outcome: Outcome, where: str) -> str:
    if (kind := said.lower()) in (MEAN, "median"):
        return MEAN if kind == MEAN else MEDIAN
    percent = float(kind[1:])
    by_percent = {round(100 * level): name for name, level in LEVEL_OF.items()}
    if percent in by_percent:
        return by_percent[round(percent)]
    every = ", ".join(f"P{known}" for known in by_percent)
    nearest = min(by_percent, key=lambda known: abs(known - percent))
    raise ScenarioError(
        f'{where}: a run counts {every}, and no {said.upper()}; write "P{nearest}({outcome.name})"'
    )
