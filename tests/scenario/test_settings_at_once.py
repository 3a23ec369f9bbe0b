"""Several settings at once make the scenario that they make one after the other."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate.engine.layout import layout_of
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.changes import Way
from simulate.scenario.load import judged_anew
from simulate.scenario.setting import Setting, Settings, Value, find_setting
from simulate.scenario.unchanged import table_of

# Of June's scenario, with what stands in alternatives, correlations, members, and in other kinds.
VARIED: dict[str, tuple[Value, ...]] = {
    "cash.opening=*": (0.0, 0.5, 2.0),
    "cash.tax_rate=+": (-0.05, 0.05, 2.0),
    "inference.net_gain=+": (-0.4, 0.1),
    "inference.overrun.p50": (-0.1, 0.4),
    "inference.overrun.p90": (-0.1, 0.5),
    "segments.all.growth.half_life=*": (0.0, 0.7, 1.5),
    "segments.all.growth.plateau": (0.0, 1.0, -1.0),
    "segments.all.volatility": (0.2, "wide"),
    "training.drift=*": (0.0, 2.0),
    'correlations."inference.overrun, training.drift"': (0.0, 0.5, 3.0),
    "alternatives.slump.weight": (0.0, 2.0),
    "funding.listing.chance=*": (0.0, 0.5),
    "funding.listing.quarter": ("2028Q1", "2020Q1", 7.0),
    "shocks.degrees_of_freedom": (4.0, 1.0),
}


def one_after_the_other(settings: Sequence[Setting], values: Sequence[Value]) -> Scenario:
    scenario = settings[0].scenario
    for setting, value in zip(settings, values, strict=True):
        scenario = replace(setting, scenario=scenario).at(value)
    return scenario


@cache
def june() -> Scenario:
    return load_scenario("anthropic.toml")


@cache
def varied(written: str) -> Setting:
    key, _, sign = written.rpartition("=") if written[-1] in "+*" else (written, "", "")
    ways: dict[str, Way] = {"": "set", "+": "by", "*": "times"}
    return find_setting(june(), key, ways[sign])


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(list(VARIED)), min_size=2, max_size=4, unique=True).flatmap(
        lambda keys: st.tuples(*(st.tuples(st.just(k), st.sampled_from(VARIED[k])) for k in keys))
    )
)
def test_settings_at_once_make_what_they_do_one_after_the_other(
    given: tuple[tuple[str, Value], ...],
) -> None:
    several, values = [varied(key) for key, _ in given], [value for _, value in given]
    try:
        expected = one_after_the_other(several, values)
    except ScenarioError as error:
        # What the order alone forbids is a scenario; all else is told in the same words.
        try:
            found = Settings(several).at(values)
        except ScenarioError as told:
            assert str(told) == str(error)
        else:
            assert judged_anew(found) == found
        return
    found = Settings(several).at(values)
    assert found == expected
    assert table_of(found) == table_of(expected)
    assert found.overridden == expected.overridden
    assert layout_of(found) == layout_of(expected)


def test_what_only_the_order_of_settings_forbids_may_be() -> None:
    """As a file says both at once: the median rises above the P90 of before, and P90 with it."""
    both = [varied("inference.overrun.p50"), varied("inference.overrun.p90")]
    with pytest.raises(ScenarioError, match="quantiles must rise"):
        both[0].at(0.31)
    overrun = Settings(both).at((0.31, 1.5)).inference.overrun
    assert [overrun.quantile(level) for level in (0.5, 0.9)] == pytest.approx([0.31, 1.5])
