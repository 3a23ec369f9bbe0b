"""One thing of a scenario that a question varies: a value that is set, shifted or multiplied."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from simulate.scenario.distributions.quantiles import QUANTILE_KEY, level_of

from .changes import SIGNS, Way, change_key, read_changes, split_list
from .correlations import STAR, misnamed_inputs, used_correlations
from .edits import dotted
from .inputs import list_inputs, words_of_setting
from .keys import CORRELATIONS, parse_key, place_of
from .layers import Key, Layers, Origin
from .load import layers_of, validate
from .mistakes import ScenarioError
from .schema import Scenario
from .units import MULTIPLE

Value = float | str
Range = tuple[float, float]
NOT_OF_THE_LAB = ("name", "lab", "description", "sampling", "horizon", "targets", "decision")
BISECTIONS = 16
MOST_VALUES = 1000
LONGEST_COUNT = 9
# How a value is marked that shifts or multiplies, what such a value is called, and what it does.
MARKS: dict[Way, str] = {"set": "", "by": "+", "times": "×"}
NAMES: dict[Way, str] = {"set": "", "by": "shift of ", "times": "factor of "}
DONE: dict[Way, str] = {"set": "set to", "by": "shifted by", "times": "multiplied by"}


@dataclass(frozen=True)
class Setting:
    """What is varied of a scenario.

    Attributes
    ----------
    scenario
        The baseline.
    key
        As TOML writes it, such as ``inference.efficiency_gain``.
    way
        ``set`` sets the value, which makes an uncertain input certain; ``by`` adds it to what is
        there, a number or every draw of an input; ``times`` multiplies that.
    stated
        The value that the scenario has; the median of an uncertain input.
    unit
        Of the stated value; empty where the schema declares none.
    spread
        A scale of the stated value: from P10 to P90 of its input, or its own size.
    is_uncertain
        Whether it is an input with more than one value.
    """

    scenario: Scenario
    key: str
    way: Way
    stated: Value
    unit: str
    spread: float
    is_uncertain: bool = False

    @property
    def now(self) -> Value | None:
        """Its value in the baseline; None if no value does."""
        if self.way == "set":
            return None if self.is_uncertain else self.stated
        return 0.0 if self.way == "by" else 1.0

    @property
    def label(self) -> str:
        """Its title and unit, for an axis."""
        unit = "" if self.way == "times" else self.unit
        return f"{self.title}, {unit}" if unit else self.title

    @property
    def name(self) -> str:
        """What the value is, by its key: that of the key, its shift or its factor."""
        return f"{NAMES[self.way]}{self.key}"

    @cached_property
    def title(self) -> str:
        """What the value is, in words, such as ``shift of efficiency gain``."""
        inputs = {member.key for member in list_inputs(self.scenario)}
        return f"{NAMES[self.way]}{words_of_setting(self.key, inputs)}"

    @property
    def meaning(self) -> str:
        """How the scenario changes with the value, in words."""
        words = self.title.removeprefix(NAMES[self.way])
        if self.way != "set":
            what = f"every draw of {words}" if self.is_uncertain else words
            return f"{what} {DONE[self.way]} the value"
        if self.is_uncertain:
            return f"{words} certain at the value"
        return f"{words} set to the value, all else as stated"

    @property
    def in_words(self) -> str:
        """Its key, how the scenario changes with the value, and what it has now."""
        now = self._with_unit(self.stated)
        if self.is_uncertain:
            # Nobody stated its median, which has digits without end.
            now = f"uncertain, its median {self._with_unit(float(f'{self.stated:.4g}'))}"
        return f"{self.key}: {self.meaning} (now {now})"

    @property
    def baseline(self) -> str:
        """What it is in the baseline, in words."""
        now = "uncertain" if self.now is None else self.written(self.now)
        return f"{now} in the baseline"

    def written(self, value: Value) -> str:
        """Return a value with a sign of what it does and its unit, a share in percent."""
        return self.shown(value) if self.way == "times" else self.marked(self._with_unit(value))

    def _with_unit(self, value: Value) -> str:
        if isinstance(value, str):
            return value
        if self.unit == "share":
            return f"{shown_value(100.0 * value)}%"
        if self.unit == MULTIPLE:
            return f"{shown_value(value)}x"
        return f"{shown_value(value)} {self.unit}".rstrip()

    def shown(self, value: Value) -> str:
        """Return a value as people read it, with a sign of what it does."""
        return self.marked(shown_value(value))

    def marked(self, number: str) -> str:
        """Return a written number with a sign of what it does."""
        return number if self.way == "by" and number.startswith("-") else MARKS[self.way] + number

    def at(self, value: Value) -> Scenario:
        """Return the scenario at a value.

        Raises
        ------
        ScenarioError
            If the scenario can't have it.
        """
        origin = self._origin(value)
        layers, known = layers_of(self.scenario, origin)
        self.lay(layers, value)
        found, mistakes = validate(layers, Path(origin.setting), known)
        if found is None:
            raise ScenarioError(*mistakes)
        return found.model_copy(update={"name": self.name_at(value, self.scenario.name)})

    def lay(self, layers: Layers, value: Value) -> None:
        """Change layers of the scenario to a value.

        Raises
        ------
        ScenarioError
            If nothing stands there that the value can change.
        """
        if isinstance(self.stated, int) and isinstance(value, float) and value.is_integer():
            value = int(value)
        change_key(layers, self._steps, self.way, value, self._origin(value))

    def name_at(self, value: Value, name: str) -> str:
        """Return what a scenario is called at a value, of one that has a name."""
        return f"{name}; {self.title} {self.written(value)}"

    def _origin(self, value: Value) -> Origin:
        return Origin(None, (), f"--vary {self.key}: at {self.shown(value)}")

    @cached_property
    def _steps(self) -> Key:
        return parse_key(self.key)

    def can_be(self, value: float) -> bool:
        """Tell whether the scenario can have a value."""
        try:
            self.at(value)
        except ScenarioError:
            return False
        return True

    def search_range(self, spreads: float = 1.0) -> Range:
        """Return where to look for a value, as far as is valid.

        Parameters
        ----------
        spreads
            How many to either side of the value now, or of the median.

        Raises
        ------
        ScenarioError
            If the value can't be moved by a little.
        """
        if isinstance(self.stated, (str, int)):
            kind = "a text" if isinstance(self.stated, str) else "a whole number"
            raise ScenarioError(
                f"--vary {self.key}: {self.stated} is {kind}; compare some with simulate sweep"
            )
        middle = self.stated if self.now is None else float(self.now)
        reach = spreads * self.spread
        if self.way == "times":
            reach = min(reach / abs(self.stated), 1.0) if self.stated else 1.0
        return self._valid_end(middle, middle - reach), self._valid_end(middle, middle + reach)

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


class Between(NamedTuple):
    """Any value of a range."""

    low: float
    high: float


# A setting, and values to give it.
Variation = tuple[Setting, Sequence[Value]]


def find_setting(scenario: Scenario, key: str, way: Way = "set") -> Setting:
    """Return what a key names, to vary it.

    Parameters
    ----------
    scenario
        A validated one.
    key
        Of an input, or of any single value, as ``place_of`` reads it.
    way
        Whether values set it, shift it or multiply it.

    Returns
    -------
    Setting

    Raises
    ------
    ScenarioError
        If the scenario has no such key, or it is no single value.
    """
    origin = Origin(None, (), f"--vary {key}")
    layers, _ = layers_of(scenario, origin)
    steps = place_of(key, layers.table, origin.setting)
    key, inputs = dotted(steps), {member.key: member for member in list_inputs(scenario)}
    if steps[0] in NOT_OF_THE_LAB:
        raise ScenarioError(f"{origin.setting}: is no quantity of the lab")
    if found := inputs.get(".".join(steps)):
        low, middle, high = (round(found.distribution.quantile(p), 12) for p in (0.1, 0.5, 0.9))
        spread, unit = high - low or _size(middle), found.quantity.unit
        is_uncertain = not found.distribution.is_certain
        return Setting(scenario, key, way, middle, unit, spread, is_uncertain)
    if len(steps) == 2 and steps[0] == CORRELATIONS and steps[1] not in layers.table[CORRELATIONS]:
        now = _unstated_correlation(scenario, steps[1], way, origin)
        return Setting(scenario, key, way, now, "", 1.0)
    parent, last = ".".join(steps[:-1]), steps[-1]
    around = inputs.get(parent)
    if around and QUANTILE_KEY.fullmatch(last) and last not in layers.get(steps[:-1], origin):
        if way != "set":
            raise ScenarioError(f"{origin.setting}: {parent} states no {last}; move it as a whole")
        stated: Value = round(around.distribution.quantile(level_of(last)), 12)
    else:
        stated = _single(layers.get(steps, origin), origin)
    if way != "set" and isinstance(stated, str):
        raise ScenarioError(f"{origin.setting}: {stated} is a text, which no value moves")
    if around is None:
        return Setting(scenario, key, way, stated, "", _size(stated))
    low, high = (around.distribution.quantile(level) for level in (0.1, 0.9))
    return Setting(scenario, key, way, stated, around.quantity.unit, high - low or _size(stated))


def _unstated_correlation(scenario: Scenario, pair: str, way: Way, origin: Origin) -> float:
    """Return the correlation of two inputs of which the scenario gives none by their names.

    It may be that of a group, or else they are independent.
    """
    inputs = {member.key: member.quantity for member in list_inputs(scenario)}
    if wrong := misnamed_inputs({pair: 0.0}, inputs):
        raise ScenarioError(f"{origin.setting}: {wrong[0].message}")
    if way != "set" or STAR in pair:
        raise ScenarioError(f"{origin.setting}: the scenario states no such correlation to vary")
    both = {name.strip() for name in pair.split(",")}
    used = used_correlations(scenario)
    return next((value for p, value in used.items() if {p.first, p.second} == both), 0.0)


def _single(given: Any, origin: Origin) -> Value:
    if isinstance(given, dict) and "value" in given:
        given = given["value"]
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        keys = f"; name one of its keys: {', '.join(given)}" if isinstance(given, dict) else ""
        raise ScenarioError(f"{origin.setting}: is no single value{keys}")
    return given


def _size(stated: Value) -> float:
    return 1.0 if isinstance(stated, str) else abs(stated) or 1.0


def shown_value(value: Value) -> str:
    """Return a value as people read it."""
    return value if isinstance(value, str) else f"{value:.6g}"


class Settings:
    """Settings of one scenario, to be given values any number of times.

    Parameters
    ----------
    settings
        None of which changes what another does; see ``refuse_overlap``.
    """

    def __init__(self, settings: Sequence[Setting]) -> None:
        self._settings = tuple(settings)
        self._scenario = settings[0].scenario
        self._layers, self._known = layers_of(self._scenario, Origin(None, (), "--vary"))

    def at(self, values: Sequence[Value]) -> Scenario:
        """Return the scenario with each setting at its value.

        It is judged once, with all of them, so that what only one before the other forbids may be.

        Raises
        ------
        ScenarioError
            If the scenario can't have them: of the first that it can't.
        """
        layers, name = self._layers.copy(), self._scenario.name
        given = list(zip(self._settings, values, strict=True))
        try:
            for setting, value in given:
                setting.lay(layers, value)
                name = setting.name_at(value, name)
            layers.table["name"] = name
            found, _ = validate(layers, Path("--vary"), self._known)
        except ScenarioError:
            found = None
        if found is not None:
            return found
        # One after the other they tell which of them it is.
        scenario = self._scenario
        for setting, value in given:
            scenario = replace(setting, scenario=scenario).at(value)
        return scenario


def refuse_overlap(settings: Sequence[Setting]) -> None:
    """Raise unless each setting leaves alone what the others change."""
    for one, other in itertools.combinations(settings, 2):
        within, around = sorted(
            (parse_key(setting.key) for setting in (one, other)), key=len, reverse=True
        )
        if within[: len(around)] == around:
            shared = one.key if parse_key(one.key) == around else other.key
            raise ScenarioError(f"--vary {one.key}, --vary {other.key}: both change {shared}")


def parse_variation(scenario: Scenario, text: str) -> tuple[Setting, list[Value]]:
    """Return a setting and the values that a text lists for it.

    Parameters
    ----------
    scenario
        Whose setting it is.
    text
        ``key=a,b,c``, or ``key=a:b:n`` for n values from a to b at even distances; values may be
        written with their unit, such as ``10%``, and with what they do, such as ``+10%``.

    Raises
    ------
    ScenarioError
        If it is neither.
    """
    key, equals, listed = (part.strip() for part in text.partition("="))
    if not equals or not listed:
        raise ScenarioError(f"--vary {text}: write it as key=0.1,0.2,0.4 or key=0.1:0.5:5")
    setting = find_setting(scenario, key)
    try:
        way, values = _values(listed, setting.unit)
    except ValueError as error:
        raise ScenarioError(f"--vary {text}: {error}") from None
    return find_setting(scenario, key, way), values


def parse_spread(scenario: Scenario, text: str) -> Variation:
    """Return a setting and what a design draws its values from.

    Parameters
    ----------
    scenario
        Whose setting it is.
    text
        ``key=low:high`` for any value between, of a whole number each of those between; or values
        as ``parse_variation`` reads them.

    Raises
    ------
    ScenarioError
        If it is neither.
    """
    key, _, listed = text.partition("=")
    if not listed.strip():
        raise ScenarioError(f"--vary {text}: write it as {key.strip()}=0.1:0.5 or key=0.1,0.2,0.4")
    if listed.count(":") != 1:
        return parse_variation(scenario, text)
    setting, found = parse_search(scenario, text)
    if found is None or not all(map(math.isfinite, found)):
        raise ScenarioError(f"--vary {text}: is no range; write it as key=0.1:0.5")
    if not isinstance(setting.stated, int) or setting.way == "times":
        return setting, Between(*found)
    low, high = math.ceil(found[0]), math.floor(found[1])
    if not 0 <= high - low < MOST_VALUES:
        raise ScenarioError(f"--vary {text}: must hold 1 to {MOST_VALUES} whole numbers")
    return setting, [float(value) for value in range(low, high + 1)]


def _values(listed: str, unit: str) -> tuple[Way, list[Value]]:
    first, *rest = listed.split(":")
    if not rest:
        parts = split_list(listed)
        if len(parts) > MOST_VALUES:
            raise ValueError(f"has {len(parts)} values; the most is {MOST_VALUES}")
        return read_changes(parts, unit)
    last, count = (*rest, "")[:2]
    is_counted = len(rest) == 2 and count.strip().isdecimal() and len(count) < LONGEST_COUNT
    way, ends = read_changes((first, last), unit)
    low, high = ends
    is_range = is_counted and 2 <= int(count) <= MOST_VALUES
    if not is_range or isinstance(low, str) or isinstance(high, str):
        raise ValueError(f"is no range; write key=first:last:count, with 2 to {MOST_VALUES} values")
    return way, [round(float(value), 12) for value in np.linspace(low, high, int(count))]


def parse_search(
    scenario: Scenario, text: str, low: str | None = None, high: str | None = None
) -> tuple[Setting, Range | None]:
    """Return a setting whose value is to be found, and where to look for it.

    Parameters
    ----------
    scenario
        Whose setting it is.
    text
        ``key`` to set it, ``key=+`` to shift it, ``key=*`` to multiply it; or ``key=low:high``
        with values of either kind, such as ``key=+0:+5 bn``.
    low, high
        Either end of the range, where the text has none.

    Raises
    ------
    ScenarioError
        If it is none of these, or no range.
    """
    key, equals, search = (part.strip() for part in text.partition("="))
    first, colon, last = search.partition(":")
    if (equals and not colon and search not in SIGNS) or (colon and (low or high)) or ":" in last:
        raise ScenarioError(f"--vary {text}: write it as key, key=+, key=* or key=low:high")
    ends = (first, last) if colon else (low, high)
    given = [end for end in ends if end is not None]
    setting = find_setting(scenario, key)
    try:
        way, values = read_changes(given, setting.unit) if given else (SIGNS.get(search, "set"), [])
        if search in SIGNS and way != SIGNS[search]:
            raise ValueError(f"write its ends with {search}, too")
        numbers = [value for value in values if not isinstance(value, str)]
        if len(numbers) < len(values):
            raise ValueError("its ends must be numbers")
    except ValueError as error:
        raise ScenarioError(f"--vary {text}: {error}") from None
    setting = find_setting(scenario, key, way)
    if not given:
        return setting, None
    found = setting.search_range() if len(given) == 1 else (math.nan, math.nan)
    bottom, top = (
        there if end is None else numbers.pop(0) for end, there in zip(ends, found, strict=True)
    )
    if bottom >= top:
        shown = f"from {setting.shown(bottom)} to {setting.shown(top)}"
        raise ScenarioError(f"--vary {text}: {shown} is no range")
    return setting, (bottom, top)
