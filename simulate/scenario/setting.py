"""One thing of a scenario that a question varies: a stated value, or a whole distribution."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError

from .distributions import Lognormal, Uncertain
from .distributions.quantiles import QUANTILE_KEY, level_of
from .errors import ScenarioError
from .explain import describe, mistakes_of
from .inputs import list_inputs
from .key_words import words_of_key, words_of_setting
from .layers import Key, Layers, Origin
from .schema import Scenario
from .units import in_unit

Value = float | str
Way = Literal["set", "by", "times"]
NOT_OF_THE_LAB = ("name", "lab", "description", "sampling", "horizon", "targets", "decision")
BISECTIONS = 16
MOST_VALUES = 1000


@dataclass(frozen=True)
class Setting:
    """What is varied of a scenario.

    Attributes
    ----------
    scenario
        As it is.
    key
        As the user wrote it, such as ``inference.efficiency_gain.p50``.
    now
        The value that the scenario has.
    unit
        Of the value; empty where the schema declares none.
    spread
        A scale of the value: from P10 to P90 of its input, or its own size.
    owner
        Key of the input that the value belongs to, or the key itself.
    way
        ``set`` sets the value; ``by`` moves the owner's distribution as a whole by adding to every
        draw, ``times`` by multiplying every draw.
    """

    scenario: Scenario
    key: str
    now: Value
    unit: str
    spread: float
    owner: str
    way: Way

    @property
    def title(self) -> str:
        """What it is called, such as ``median efficiency gain``."""
        if self.way == "set" or self.key != self.owner:
            return words_of_setting(self.key, (self.owner,))
        return f"{'shift' if self.way == 'by' else 'factor'} of {words_of_key(self.owner)}"

    @property
    def label(self) -> str:
        """Its title and unit, for an axis."""
        return f"{self.title}, {self.unit}" if self.unit else self.title

    @property
    def meaning(self) -> str:
        """How the scenario changes with the value, in words."""
        if self.way == "set":
            return f"{self.title} set to the value, all else as stated"
        does = "shifted" if self.way == "by" else "multiplied"
        every = f"every draw of {words_of_key(self.owner)} {does}"
        if self.key == self.owner:
            return f"{every} by the value"
        return f"{every} alike, until the {self.title} is the value"

    @property
    def in_words(self) -> str:
        """Its key, how the scenario changes with the value, and the value now."""
        return f"{self.key}: {self.meaning} (now {self.written(self.now)})"

    def written(self, value: Value) -> str:
        """Return a value with its unit, a share in percent."""
        if isinstance(value, str):
            return value
        if self.unit == "share":
            return f"{shown_value(100.0 * value)}%"
        return f"{shown_value(value)} {self.unit}".rstrip()

    def at(self, value: Value) -> Scenario:
        """Return the scenario at a value.

        Raises
        ------
        ScenarioError
            If the scenario can't have it.
        """
        origin = Origin(None, (), f"--vary {self.key}: at {shown_value(value)}")
        if self.way != "set" and isinstance(value, str):
            raise ScenarioError(f"{origin.setting}: must be a number")
        layers = _layers(self.scenario, origin)
        if self.way == "set":
            if isinstance(self.now, int) and isinstance(value, float) and value.is_integer():
                value = int(value)
            layers.set(_steps(self.key), value, origin)
        else:
            of = layers.get(_steps(self.owner), origin)
            now, then = float(self.now), float(value)
            amount = then - now if self.way == "by" else then / now
            moved = {"distribution": "shifted", "of": of, self.way: amount, "source": self.meaning}
            layers.set(_steps(self.owner), moved, origin)
        try:
            with np.errstate(all="ignore"):
                return Scenario.model_validate(layers.table)
        except ValidationError as error:
            mistakes = mistakes_of(error, layers.table)
            lines = describe(mistakes, layers, Path(origin.setting))
            raise ScenarioError(*lines) from None

    def can_be(self, value: float) -> bool:
        """Tell whether the scenario can have a value."""
        try:
            self.at(value)
        except ScenarioError:
            return False
        return True

    def search_range(self, spreads: float = 1.0) -> tuple[float, float]:
        """Return where to look for a value, as far as is valid.

        Parameters
        ----------
        spreads
            How many to either side of the value now.

        Raises
        ------
        ScenarioError
            If the value can't be moved by a little.
        """
        now, reach = self.now, spreads * self.spread
        if isinstance(now, (str, int)):
            kind = "a text" if isinstance(now, str) else "a whole number"
            raise ScenarioError(
                f"--vary {self.key}: {now} is {kind}; compare some with simulate sweep"
            )
        return self._valid_end(now, now - reach), self._valid_end(now, now + reach)

    def _valid_end(self, inside: float, outside: float) -> float:
        """Return the outermost valid value between a valid one and another."""
        digits = 5 - math.ceil(math.log10(abs(outside - inside)))
        if self.can_be(outside):
            return round(outside, digits)
        for _ in range(BISECTIONS):
            middle = (inside + outside) / 2.0
            if self.can_be(middle):
                inside = middle
            else:
                outside = middle
        # A limit of 1 is found as 0.99999994.
        rounded = round(inside, digits)
        return rounded if self.can_be(rounded) else inside


def find_setting(scenario: Scenario, key: str) -> Setting:
    """Return what a key names, to vary it.

    Parameters
    ----------
    scenario
        A validated one.
    key
        An uncertain input's moves its whole distribution: the value is added to every draw, or, of
        a lognormal that begins at 0, multiplies it. So does the key of a quantile that the
        scenario doesn't state (``p50`` of a normal given by ``p10`` and ``p90``), until the
        quantile is the value. Any other key's value is set, as ``--set`` does: a quantile that
        is stated moves alone.

    Returns
    -------
    Setting

    Raises
    ------
    ScenarioError
        If the scenario has no such key, or it is no single value.
    """
    origin = Origin(None, (), f"--vary {key}")
    if key.split(".")[0] in NOT_OF_THE_LAB:
        raise ScenarioError(f"{origin.setting}: is no quantity of the lab")
    layers = _layers(scenario, origin)
    parent, _, last = key.rpartition(".")
    inputs = {member.key: member for member in list_inputs(scenario)}
    owner = inputs.get(key) or inputs.get(parent)
    if owner is None:
        for known in inputs:
            part, _, within = known.partition(".")
            if f"{key}.".startswith(f"{within}."):
                raise ScenarioError(f"{origin.setting}: did you mean {part}.{key}?")
        now = _single(layers.get(_steps(key), origin), origin)
        return Setting(scenario, key, now, "", _size(now), key, "set")
    unit, distribution = owner.quantity.unit, owner.distribution
    if distribution.is_certain:
        now = distribution.quantile(0.5)
        return Setting(scenario, owner.key, now, unit, _size(now), owner.key, "set")
    low, middle, high = (round(distribution.quantile(level), 12) for level in (0.1, 0.5, 0.9))
    spread, way = high - low, _natural_way(distribution)
    if owner.key == key and way == "times":
        return Setting(scenario, key, 1.0, "times", spread / middle, key, way)
    if owner.key == key:
        return Setting(scenario, key, 0.0, unit, spread, key, way)
    if QUANTILE_KEY.fullmatch(last) and last not in layers.get(_steps(parent), origin):
        now = round(distribution.quantile(level_of(last)), 12)
        return Setting(scenario, key, now, unit, spread, parent, way)
    now = _single(layers.get(_steps(key), origin), origin)
    return Setting(scenario, key, now, unit, spread, parent, "set")


def _steps(key: str) -> Key:
    return tuple(key.split("."))


def _layers(scenario: Scenario, origin: Origin) -> Layers:
    layers = Layers()
    layers.lay(scenario.model_dump(mode="json", exclude_none=True), origin)
    return layers


def _single(given: Any, origin: Origin) -> Value:
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        keys = f"; name one of its keys: {', '.join(given)}" if isinstance(given, dict) else ""
        raise ScenarioError(f"{origin.setting}: is no single value{keys}")
    return given


def _size(now: Value) -> float:
    return 1.0 if isinstance(now, str) else abs(now) or 1.0


def _natural_way(distribution: Uncertain) -> Way:
    """Return what moves a distribution and leaves its shape: a factor if it begins at 0."""
    begins_at_zero = isinstance(distribution, Lognormal) and distribution.origin == 0.0
    return "times" if begins_at_zero else "by"


def shown_value(value: Value) -> str:
    """Return a value as people read it."""
    return value if isinstance(value, str) else f"{value:.6g}"


def at_values(settings: Sequence[Setting], values: Sequence[Value]) -> Scenario:
    """Return the scenario with several settings at their values, one after the other.

    Raises
    ------
    ScenarioError
        If the scenario can't have them.
    """
    scenario = settings[0].scenario
    for setting, value in zip(settings, values, strict=True):
        scenario = replace(setting, scenario=scenario).at(value)
    return scenario


def refuse_overlap(settings: Sequence[Setting]) -> None:
    """Raise unless each setting leaves alone what the others change."""
    for one, other in itertools.combinations(settings, 2):
        moves = one.way != "set" or other.way != "set"
        if one.key == other.key or (one.owner == other.owner and moves):
            raise ScenarioError(f"--vary {one.key}, --vary {other.key}: both change {one.owner}")


def parse_variation(scenario: Scenario, text: str) -> tuple[Setting, list[Value]]:
    """Return a setting and the values that a text lists for it.

    Parameters
    ----------
    scenario
        Whose setting it is.
    text
        ``key=a,b,c``, or ``key=a:b:n`` for n values from a to b at even distances; numbers may be
        written with their unit, such as ``10%``.

    Raises
    ------
    ScenarioError
        If it is neither.
    """
    key, equals, listed = text.partition("=")
    if not equals or not listed.strip():
        raise ScenarioError(f"--vary {text}: write it as key=0.1,0.2,0.4 or key=0.1:0.5:5")
    setting = find_setting(scenario, key.strip())
    try:
        return setting, _values(listed, setting.unit)
    except ValueError as error:
        raise ScenarioError(f"--vary {text}: {error}") from None


def _values(listed: str, unit: str) -> list[Value]:
    first, *rest = listed.split(":")
    if not rest:
        values = [in_unit(part.strip(), unit) for part in listed.split(",")]
        if "" in values:
            raise ValueError("has an empty place; write key=a,b,c")
        return values
    last, count = (*rest, "")[:2]
    low, high = (in_unit(end.strip(), unit) for end in (first, last))
    is_range = len(rest) == 2 and count.strip().isdecimal() and 2 <= int(count) <= MOST_VALUES
    if not is_range or isinstance(low, str) or isinstance(high, str):
        raise ValueError(f"is no range; write key=first:last:count, with 2 to {MOST_VALUES} values")
    return [round(float(value), 12) for value in np.linspace(low, high, int(count))]
