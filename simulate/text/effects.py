"""An outcome by the value of an input, in words."""

from collections.abc import Sequence

from simulate.analysis.drivers import Explanation
from simulate.analysis.effects import Effect
from simulate.model.outcomes import Outcome
from simulate.scenario.inputs import words_of_key

from .numbers import Unit, unit_of
from .sentences import capitalized, uncapitalized

# In standard errors: an effect as wide is no chance.
SURE = 4.0


def tenths_finding(explanation: Explanation) -> str:
    """Return an outcome in the lowest and the highest tenth of the input that moves it most."""
    outcome, widest = explanation.outcome, telling(ordered(explanation.effects), 1)
    found = between_tenths(outcome, widest[0]) if widest else "no input has an effect"
    return f"{capitalized(outcome.asked)}: {found}"


def tornado_finding(explanation: Explanation) -> str:
    """Return how far an outcome goes from the P10 to the P90 of the input that moves it most."""
    outcome, widest = explanation.outcome, telling(explanation.effects, 1)
    found = how_far(outcome, widest[0]) if widest else "No input has an effect"
    return f"{capitalized(outcome.asked)}: {uncapitalized(found)}"


def how_far(outcome: Outcome, effect: Effect) -> str:
    """Return how far an outcome goes from the P10 to the P90 of an input."""
    low, high = (figure_of(outcome, at.value) for at in (effect.at_p10, effect.at_p90))
    if effect.ends is not None:
        return f"From {low} if {effect.ends[0]} to {high} if {effect.ends[1]}"
    return f"From {low} at the P10 of {words_of_key(effect.key)} to {high} at its P90"


def between_tenths(outcome: Outcome, effect: Effect) -> str:
    """Return an outcome in the lowest and in the highest tenth of an input."""
    low, high = (figure_of(outcome, effect.deciles[place].value) for place in (0, -1))
    return f"{low} in the lowest tenth of {words_of_key(effect.key)}, {high} in the highest"


def ordered(effects: Sequence[Effect]) -> list[Effect]:
    """Return the effects of inputs whose values have an order."""
    return [effect for effect in effects if effect.ends is None]


def telling(effects: Sequence[Effect], most: int) -> list[Effect]:
    """Return the effects that are more than chance, the widest first."""
    return [e for e in effects if abs(e.change.value) > SURE * e.change.standard_error][:most]


def amount_of(unit: Unit, value: float) -> str:
    """Return a number to three digits, without its unit's name; 0 where it is of no use."""
    return "0" if unit.is_nothing(value) else unit.significant(value, 3)


def figure_of(outcome: Outcome, value: float) -> str:
    """Return a probability or a margin in percent, or an amount with its unit."""
    unit = unit_of(outcome.unit)
    if not unit.is_percentage:
        return unit.named(amount_of(unit, value))
    return unit.rounded(value, 0 if 0.095 <= value < 0.905 else 1)
