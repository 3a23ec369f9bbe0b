"""What a key means when a question varies it."""

import re
from pathlib import Path

import numpy as np
import pytest

from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.changes import Way
from simulate.scenario.correlations import correlated_pairs
from simulate.scenario.inputs import list_inputs, words_of_key
from simulate.scenario.setting import Settings, find_setting, parse_variation, refuse_overlap

pytestmark = pytest.mark.usefixtures("january")

CONFIGS = Path(__file__).parents[2] / "configs"
LEVELS = (0.1, 0.5, 0.9)


def quantiles(scenario: Scenario, key: str) -> np.ndarray:
    (found,) = [i.distribution for i in list_inputs(scenario) if i.key == key]
    return np.array([found.quantile(level) for level in LEVELS])


GAIN, MARKET = "inference.efficiency_gain", "segments.api.market"
BOTH_DRIFT = 'correlations."inference.overrun, training.drift"'


@pytest.mark.parametrize("key", [GAIN, MARKET, "cash.opening", "cash.tax_rate"])
def test_one_notation_sets_shifts_and_multiplies(key: str, anthropic: Scenario) -> None:
    now = quantiles(anthropic, key)
    value = float(now[0])
    assert quantiles(find_setting(anthropic, key).at(value), key) == pytest.approx([value] * 3)
    shifted = find_setting(anthropic, key, "by").at(0.03)
    assert quantiles(shifted, key) == pytest.approx(now + 0.03)
    multiplied = find_setting(anthropic, key, "times").at(0.9)
    assert quantiles(multiplied, key) == pytest.approx(now * 0.9)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cash.opening", "8 bn"),
        ("cash.opening", "+8 bn"),
        ("cash.opening", "-1.5 bn"),
        ("cash.opening", "*1.2"),
        ("inference.overrun", "=-0.1"),
        ("inference.overrun", "-10%"),
        ("inference.overrun.p90", "40%"),
        ("inference.overrun.p90", "+5%"),
        ("inference.overrun.p50", "3%"),
        ("funding.round_2026.chance", "*50%"),
        ("funding.round_2026.quarter", "2026Q3"),
        (BOTH_DRIFT, "0.5"),
        (BOTH_DRIFT, "-0.5"),
        (BOTH_DRIFT, "=-0.5"),
    ],
)
def test_varying_means_what_setting_means(key: str, value: str, anthropic: Scenario) -> None:
    setting, (number,) = parse_variation(anthropic, f"{key}={value}")
    varied, asked = setting.at(number), load_scenario(settings=[f"{key}={value}"])
    for one, other in zip(list_inputs(varied), list_inputs(asked), strict=True):
        assert one.distribution.quantile(0.3) == pytest.approx(other.distribution.quantile(0.3))
    assert varied.funding[0].chance == asked.funding[0].chance
    assert varied.funding[0].quarter == asked.funding[0].quarter
    assert correlated_pairs(varied) == pytest.approx(correlated_pairs(asked))


@pytest.mark.parametrize(
    ("key", "title", "baseline"),
    [
        ("inference.efficiency_gain.p50", "median efficiency gain", "0.8 log/yr"),
        ("inference.efficiency_gain", "efficiency gain", "uncertain"),
        ("inference.overrun.p90", "P90 of inference overrun", "23%"),
        ("segments.api.growth.initial.p50", "median initial growth of api", "0.9 log/yr"),
        ("segments.api.client_loss.rate", "rate of client losses of api", "0.15 times a year"),
        ("training.growth.half_life.p10", "P10 of half-life of training growth", "0.7 years"),
        ("funding.round_2026.chance", "chance of round 2026", "0.9"),
        ("cash.opening.mode", "mode of opening cash", "12 bn USD"),
        ("base_year.revenue", "revenue of base year", "4.5 bn USD"),
        (BOTH_DRIFT, "correlation of inference overrun and drift of training", "0.3"),
    ],
)
def test_a_setting_is_called_by_words_and_its_value_has_a_unit(
    key: str, title: str, baseline: str, anthropic: Scenario
) -> None:
    setting = find_setting(anthropic, key)
    assert (setting.title, setting.baseline) == (title, f"{baseline} in the baseline")


def test_a_stated_quantile_moves_alone(anthropic: Scenario) -> None:
    moved = find_setting(anthropic, "inference.overrun.p90").at(0.4)
    assert quantiles(moved, "inference.overrun") == pytest.approx([-0.08, 0.02, 0.4])
    moved = find_setting(anthropic, "inference.overrun.p90", "by").at(0.4)
    assert quantiles(moved, "inference.overrun") == pytest.approx([-0.08, 0.02, 0.63])


def test_a_value_is_told_with_what_it_does(anthropic: Scenario) -> None:
    key = "cash.opening"
    told = {
        way: (found.label, found.shown(8.0), found.shown(-0.5), found.baseline)
        for way in ("set", "by", "times")
        for found in [find_setting(anthropic, key, way)]
    }
    assert told == {
        "set": ("opening cash, bn USD", "8", "-0.5", "uncertain in the baseline"),
        "by": ("shift of opening cash, bn USD", "+8", "-0.5", "+0 bn USD in the baseline"),
        "times": ("factor of opening cash", "×8", "×-0.5", "×1 in the baseline"),
    }
    assert "every draw of opening cash shifted" in find_setting(anthropic, key, "by").in_words
    assert "opening cash certain at the value" in find_setting(anthropic, key).in_words
    assert "uncertain" not in find_setting(anthropic, "free_users.users").baseline


def test_a_median_that_nobody_stated_has_four_digits(anthropic: Scenario) -> None:
    # The 90% interval of a lognormal distribution has its geometric mean, sqrt(24), as the median.
    cash = anthropic.changed({"cash.opening": "4 to 6"})
    assert "(now uncertain, its median 4.899 bn USD)" in find_setting(cash, "cash.opening").in_words
    certain = anthropic.changed({"cash.opening": 4.89898})
    assert "(now 4.89898 bn USD)" in find_setting(certain, "cash.opening").in_words


@pytest.mark.parametrize("way", ["by", "times"])
@pytest.mark.parametrize(
    "key",
    [
        "inference.efficiency_gain",
        "inference.efficiency_gain.p90",
        "segments.api.market",
        "segments.api.client_loss.rate",
        "funding.round_2026.chance",
        "cash.opening.mode",
        BOTH_DRIFT,
    ],
)
def test_no_shift_and_a_factor_of_one_leave_the_scenario(
    key: str, way: Way, anthropic: Scenario
) -> None:
    setting = find_setting(anthropic, key, way)
    assert setting.now is not None
    same = setting.at(setting.now)
    for member in list_inputs(anthropic):
        assert quantiles(same, member.key) == pytest.approx(quantiles(anthropic, member.key))
    assert [f.chance for f in same.funding] == [f.chance for f in anthropic.funding]
    assert correlated_pairs(same) == pytest.approx(correlated_pairs(anthropic))


@pytest.mark.parametrize(
    ("key", "way", "low", "high"),
    [
        ("funding.round_2026.chance", "set", 0.0, 1.0),
        ("cash.opening", "by", -8.0, 11.101),
        ("inference.overrun", "by", -0.62, 0.62),
        ("inference.efficiency_gain", "set", -0.8, 2.4),
        ("segments.api.client_loss.rate", "set", 0.0, 0.45),
        (BOTH_DRIFT, "set", -0.3, 0.9),
    ],
)
def test_the_range_to_search_is_as_wide_as_is_valid(
    key: str, way: Way, low: float, high: float, anthropic: Scenario
) -> None:
    """The lowest draw of opening cash is 8 bn, and a chance lies from 0 to 1."""
    setting = find_setting(anthropic, key, way)
    assert setting.search_range(2.0) == pytest.approx((low, high), abs=1e-5)


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
        ("cash opening", "is no key"),
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
    with pytest.raises(ScenarioError, match=r"--vary cash.tax_rate: at 1.1: .* from 0 to 1 share"):
        find_setting(anthropic, "cash.tax_rate").at(1.1)
    with pytest.raises(
        ScenarioError, match=r"--vary cash.tax_rate: at \+0.9: .* from 0 to 1 share"
    ):
        find_setting(anthropic, "cash.tax_rate", "by").at(0.9)
    with pytest.raises(ScenarioError, match="no inputs can be correlated like this"):
        find_setting(anthropic, BOTH_DRIFT).at(-0.99)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("cash.tax_rate=0.1:0.5:5", [0.1, 0.2, 0.3, 0.4, 0.5]),
        ("cash.tax_rate=10%,20%", [0.1, 0.2]),
        ("cash.opening=8 bn,900 m, 1 200 m", [8.0, 0.9, 1.2]),
        ("cash.opening=1,200 m:2,000 m:3", [1.2, 1.6, 2.0]),
        ("cash.opening=8, 12", [8.0, 12.0]),
        ("cash.opening=8,12", [8.0, 12.0]),
        ("cash.opening=0.125,12.5", [0.125, 12.5]),
        ("cash.opening=0,0.5,10", [0.0, 0.5, 10.0]),
        ("cash.opening=+0:+5:6", [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
        ("cash.opening=-2 bn:+2 bn:3", [-2.0, 0.0, 2.0]),
        ("cash.opening=*0.5:*2:4", [0.5, 1.0, 1.5, 2.0]),
        ("cash.opening=*50%,*120%", [0.5, 1.2]),
        ("inference.overrun==-0.3:=0.3:3", [-0.3, 0.0, 0.3]),
        (f"{BOTH_DRIFT}==-0.2,0.4", [-0.2, 0.4]),
        ("hardware.tpu.amount=10 bn:30 bn:3", [10.0, 20.0, 30.0]),
        ("hardware.tpu.life_years=3:5:3", [3, 4, 5]),
        ("funding.round_2026.quarter=2026Q1,2026Q3", ["2026Q1", "2026Q3"]),
    ],
)
def test_values_are_listed_or_ranged(text: str, values: list[float | str]) -> None:
    setting, found = parse_variation(load_scenario("anthropic-tpu.toml"), text)
    assert found == values
    for value in found:
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
        ("cash.tax_rate=0.1:0.2:" + "9" * 5000, "is no range"),
        ("cash.tax_rate=" + ",".join(["0.1"] * 1001), "has 1001 values; the most is 1000"),
        ("cash.tax_rate=5 bn", "is an amount"),
        ("cash.opening=1,200 m", '"1,200" may be one number or two'),
        ("cash.opening=0,125", '"0,125" may be one number or two'),
        ("cash.opening=8 bn,0,900 bn", '"0,900" may be one number or two'),
        ("inference.efficiency_gain=0,9", '"0,9" may be one number or two'),
        ("inference.efficiency_gain=*0,9", '"0,9" may be one number or two'),
        ("cash.tax_rate=0.3,0,35", '"0,35" may be one number or two'),
        ("cash.opening=0,9 bn", '"0,9" may be one number or two'),
        ("cash.tax_rate=0,5%", '"0,5" may be one number or two'),
        ("cash.opening=100,200,300", '"100,200" may be one number or two'),
        ("cash.opening=8, 12 m", "give each value its unit"),
        ("cash.opening=8:12 m:3", "give each value its unit"),
        ("cash.opening=1.200,5 m:2 bn:3", 'write "1200.5 m"'),
        ("cash.opening=8,+12", "alike"),
        ("cash.opening=0:+5:6", "alike"),
        ("cash.opening=+much", '"much" is no number'),
    ],
)
def test_what_lists_no_values_is_explained(text: str, message: str, anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match=f"--vary {re.escape(text)}: .*{message}"):
        parse_variation(anthropic, text)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("inference.efficiency_gain.p50", "inference.efficiency_gain states no p50"),
        ("funding.round_2026.quarter", "2026Q1 is a text, which no value moves"),
    ],
)
def test_what_no_value_moves_is_explained(key: str, message: str, anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match=f"--vary {key}: {message}"):
        parse_variation(anthropic, f"{key}=+1")


def test_an_input_is_not_set_to_a_word(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"--vary cash\.opening: at far: .* must be a number"):
        find_setting(anthropic, "cash.opening").at("far")


def test_settings_are_laid_one_over_the_other(anthropic: Scenario) -> None:
    settings = [
        find_setting(anthropic, "inference.overrun.p90"),
        find_setting(anthropic, "inference.overrun.p50", "by"),
        find_setting(anthropic, "cash.tax_rate", "by"),
    ]
    refuse_overlap(settings)
    found = Settings(settings).at((0.5, 0.03, 0.01))
    assert quantiles(found, "inference.overrun") == pytest.approx([-0.08, 0.05, 0.5])
    moved = quantiles(anthropic, "cash.tax_rate") + 0.01
    assert quantiles(found, "cash.tax_rate") == pytest.approx(moved)


@pytest.mark.parametrize(
    "keys",
    [
        ("inference.overrun", "inference.overrun.p90"),
        ("inference.overrun.p90", "inference.overrun"),
        ("inference.overrun.p90", "inference.overrun.p90"),
        (BOTH_DRIFT, BOTH_DRIFT),
    ],
)
def test_settings_that_change_the_same_are_refused(
    keys: tuple[str, str], anthropic: Scenario
) -> None:
    with pytest.raises(ScenarioError, match="both change "):
        refuse_overlap([find_setting(anthropic, key) for key in keys])


def test_a_key_without_its_first_part_is_told(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"did you mean segments.api.growth.initial.p50\?"):
        find_setting(anthropic, "api.growth.initial.p50")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("segments.all.inference_cost", "inference cost over revenue"),
        ("segments.all.growth.initial", "initial growth of revenue"),
        ("segments.all.growth.half_life", "half-life of revenue growth"),
        ("segments.api.inference_cost", "inference cost of api"),
        ("training.growth.initial", "initial growth of training"),
        ("base_quarters.2025Q4.training", "training cost of 2025Q4"),
    ],
)
def test_the_one_segment_of_a_lab_is_the_lab(key: str, words: str) -> None:
    assert words_of_key(key) == words


@pytest.mark.parametrize("name", ["anthropic", "openai"])
def test_no_input_of_the_newest_scenarios_is_called_by_a_segment_all(name: str) -> None:
    inputs = list_inputs(load_scenario(CONFIGS / f"{name}.toml"))
    called = [words_of_key(each.key) for each in inputs]
    assert not [words for words in called if words.endswith("of all")]
    assert len(set(called)) == len(called)
