"""What a key means when a question varies it."""

import re

import numpy as np
import pytest

from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.inputs import list_inputs
from simulate.scenario.setting import at_values, find_setting, parse_variation, refuse_overlap

LEVELS = (0.1, 0.5, 0.9)


def quantiles(scenario: Scenario, key: str) -> np.ndarray:
    (found,) = [i.distribution for i in list_inputs(scenario) if i.key == key]
    return np.array([found.quantile(level) for level in LEVELS])


@pytest.mark.parametrize("key", ["efficiency_gain", "efficiency_gain.p50"])
def test_a_distribution_and_its_unstated_median_move_it_as_a_whole(
    key: str, anthropic: Scenario
) -> None:
    setting = find_setting(anthropic, f"inference.{key}")
    moved = setting.at(float(setting.now) + 0.3)
    gain = "inference.efficiency_gain"
    assert quantiles(moved, gain) == pytest.approx(quantiles(anthropic, gain) + 0.3)
    assert "every draw" in setting.meaning


@pytest.mark.parametrize(
    ("key", "title", "now"),
    [
        ("inference.efficiency_gain.p50", "median efficiency gain", "0.8 log/yr"),
        ("inference.efficiency_gain", "shift of efficiency gain", "0 log/yr"),
        ("inference.overrun.p90", "P90 of inference overrun", "23%"),
        ("segments.api.growth.initial.p50", "median initial growth of api", "0.9 log/yr"),
        ("segments.api.market", "factor of market of api", "1 times"),
        ("segments.api.client_loss.rate", "rate of client losses of api", "0.15 a year"),
        ("training.growth.half_life.p10", "P10 of half-life of growth of training", "0.7 years"),
        ("funding.round_2026.chance", "chance of round 2026", "0.9"),
        ("cash.tax_rate", "shift of tax rate", "0%"),
        ("cash.opening.mode", "mode of opening cash", "12 bn USD"),
        ("base_year.revenue", "revenue of base year", "4.5 bn USD"),
    ],
)
def test_a_setting_is_called_by_words_and_its_value_has_a_unit(
    key: str, title: str, now: str, anthropic: Scenario
) -> None:
    setting = find_setting(anthropic, key)
    assert (setting.title, setting.written(setting.now)) == (title, now)


def test_a_stated_quantile_moves_alone(anthropic: Scenario) -> None:
    moved = find_setting(anthropic, "inference.overrun.p90").at(0.4)
    assert quantiles(moved, "inference.overrun") == pytest.approx([-0.08, 0.02, 0.4])


def test_a_lognormal_from_zero_is_stretched(anthropic: Scenario) -> None:
    setting = find_setting(anthropic, "segments.api.market.p50")
    now = quantiles(anthropic, "segments.api.market")
    assert setting.now == pytest.approx(now[1])
    assert quantiles(setting.at(2.0 * now[1]), "segments.api.market") == pytest.approx(2.0 * now)
    factor = find_setting(anthropic, "segments.api.market")
    assert (factor.now, factor.unit) == (1.0, "times")
    assert quantiles(factor.at(3.0), "segments.api.market") == pytest.approx(3.0 * now)


@pytest.mark.parametrize(
    "key",
    [
        "inference.efficiency_gain",
        "inference.efficiency_gain.p90",
        "inference.overrun.p50",
        "segments.api.market",
        "segments.api.client_loss.rate",
        "funding.round_2026.chance",
        "cash.opening.mode",
    ],
)
def test_a_scenario_at_its_own_value_is_the_same(key: str, anthropic: Scenario) -> None:
    setting = find_setting(anthropic, key)
    same = setting.at(setting.now)
    for member in list_inputs(anthropic):
        assert quantiles(same, member.key) == pytest.approx(quantiles(anthropic, member.key))
    assert [f.chance for f in same.funding] == [f.chance for f in anthropic.funding]


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("funding.round_2026.chance", 0.0, 1.0),
        ("cash.opening", -8.0, 11.101),
        ("inference.overrun", -0.62, 0.62),
        ("inference.efficiency_gain.p50", -0.8, 2.4),
        ("segments.api.client_loss.rate", 0.0, 0.45),
    ],
)
def test_the_range_to_search_is_as_wide_as_is_valid(
    key: str, low: float, high: float, anthropic: Scenario
) -> None:
    """The lowest draw of opening cash is 8 bn, and a chance lies from 0 to 1."""
    setting = find_setting(anthropic, key)
    assert setting.search_range(2.0) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("inference.eficiency_gain", 'did you mean "efficiency_gain"?'),
        ("segments.apis.market", 'did you mean "api"?'),
        ("inference", "no single value; name one of its keys: base_overrun"),
        ("segments.api.known_losses", "no single value"),
        ("sampling.paths", "no quantity of the lab"),
        ("targets.gross_margin", "no quantity of the lab"),
        ("name", "no quantity of the lab"),
    ],
)
def test_a_key_that_names_nothing_to_vary_is_explained(
    key: str, message: str, anthropic: Scenario
) -> None:
    with pytest.raises(ScenarioError, match=re.escape(f"--vary {key}: ") + ".*" + message):
        find_setting(anthropic, key)


@pytest.mark.parametrize("key", ["hardware.tpu.life_years", "funding.round_2026.quarter"])
def test_what_can_not_move_by_a_little_has_no_range(key: str) -> None:
    with pytest.raises(ScenarioError, match="compare some with simulate sweep"):
        find_setting(load_scenario("anthropic-tpu.toml"), key).search_range()


def test_a_value_that_can_not_be_says_why(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"--vary cash.tax_rate: at 0.9: .* from 0 to 1 share"):
        find_setting(anthropic, "cash.tax_rate").at(0.9)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("cash.tax_rate=0.1:0.5:5", [0.1, 0.2, 0.3, 0.4, 0.5]),
        ("cash.tax_rate=10%, 0.2", [0.1, 0.2]),
        ("hardware.tpu.amount=10 bn:30 bn:3", [10.0, 20.0, 30.0]),
        ("hardware.tpu.life_years=3:5:3", [3, 4, 5]),
        ("funding.round_2026.quarter=2026Q1,2026Q3", ["2026Q1", "2026Q3"]),
    ],
)
def test_values_are_listed_or_ranged(text: str, values: list[float | str]) -> None:
    setting, found = parse_variation(load_scenario("anthropic-tpu.toml"), text)
    assert found == values
    for value in found:
        if text.startswith("hardware"):
            setting.at(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cash.tax_rate", "write it as key="),
        ("cash.tax_rate=", "write it as key="),
        ("cash.tax_rate=0.1,,0.2", "empty place"),
        ("cash.tax_rate=0.1:0.2", "is no range"),
        ("cash.tax_rate=0.1:0.2:many", "is no range"),
        ("cash.tax_rate=low:high:3", "is no range"),
        ("cash.tax_rate=5 bn", "is an amount"),
    ],
)
def test_what_lists_no_values_is_explained(text: str, message: str, anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match=f"--vary {re.escape(text)}: .*{message}"):
        parse_variation(anthropic, text)


@pytest.mark.parametrize("key", ["inference.efficiency_gain", "inference.efficiency_gain.p50"])
def test_a_distribution_is_not_moved_to_a_word(key: str, anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match=f"--vary {key}: at far: must be a number"):
        find_setting(anthropic, key).at("far")


def test_settings_are_laid_one_over_the_other(anthropic: Scenario) -> None:
    keys = ("inference.overrun.p90", "inference.overrun.p50", "cash.tax_rate")
    settings = [find_setting(anthropic, key) for key in keys]
    refuse_overlap(settings)
    found = at_values(settings, (0.5, 0.05, 0.01))
    assert quantiles(found, "inference.overrun") == pytest.approx([-0.08, 0.05, 0.5])
    moved = quantiles(anthropic, "cash.tax_rate") + 0.01
    assert quantiles(found, "cash.tax_rate") == pytest.approx(moved)


@pytest.mark.parametrize(
    "keys",
    [
        ("inference.overrun", "inference.overrun.p90"),
        ("inference.efficiency_gain.p50", "inference.efficiency_gain.p90"),
        ("inference.overrun.p90", "inference.overrun.p90"),
    ],
)
def test_settings_that_change_the_same_are_refused(
    keys: tuple[str, str], anthropic: Scenario
) -> None:
    with pytest.raises(ScenarioError, match="both change inference"):
        refuse_overlap([find_setting(anthropic, key) for key in keys])


def test_a_key_without_its_first_part_is_told(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"did you mean segments.api.growth.initial.p50\?"):
        find_setting(anthropic, "api.growth.initial.p50")
