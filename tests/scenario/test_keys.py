"""One place of a scenario, however its key is written, whoever asks for it."""

import re
from pathlib import Path

import pytest

from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.correlations import correlated_pairs
from simulate.scenario.keys import place_of
from simulate.scenario.setting import find_setting, refuse_overlap
from tests.january import JANUARY

CONFIGS = Path(__file__).parents[2] / "configs"
pytestmark = pytest.mark.usefixtures("january")

EFFICIENCY, EROSION = "inference.efficiency_gain", "inference.price_erosion"
PAIR = f"{EFFICIENCY}, {EROSION}"
OF_A_PAIR = (
    f'correlations."{PAIR}"',
    f"correlations.'{PAIR}'",
    f"correlations.{PAIR}",
    PAIR,
    f'"{PAIR}"',
    f"{EFFICIENCY},{EROSION}",
    f"{EROSION}, {EFFICIENCY}",
    f'correlations."{EROSION} ,  {EFFICIENCY}"',
)
OF_AN_INPUT = (
    "inference.overrun",
    " inference . overrun ",
    '"inference.overrun"',
    'inference."overrun"',
)


def correlation(scenario: Scenario, pair: str) -> float:
    return correlated_pairs(scenario)[frozenset(pair.split(", "))]


@pytest.mark.parametrize("key", OF_A_PAIR)
def test_a_pair_of_inputs_names_their_correlation(key: str, anthropic: Scenario) -> None:
    table = anthropic.model_dump(mode="json")
    assert place_of(key, table, "here") == ("correlations", PAIR)
    varied = find_setting(anthropic, key)
    assert (varied.stated, varied.title) == (
        0.6,
        "correlation of efficiency gain and price erosion",
    )
    changed = load_scenario("anthropic.toml", settings=[f"{key}=0.25"])
    for scenario in (changed, varied.at(0.25), anthropic.changed({key: 0.25})):
        assert correlation(scenario, PAIR) == pytest.approx(0.25)
        assert len(scenario.correlations) == len(anthropic.correlations)


@pytest.mark.parametrize("key", OF_AN_INPUT)
def test_an_input_is_found_however_it_is_quoted(key: str, anthropic: Scenario) -> None:
    varied = find_setting(anthropic, key)
    assert (varied.key, varied.unit, varied.is_uncertain) == ("inference.overrun", "share", True)
    changed = load_scenario("anthropic.toml", settings=[f"{key}=0.3"])
    assert changed.inference.overrun == varied.at(0.3).inference.overrun


def test_the_correlation_that_nobody_states_is_none(anthropic: Scenario) -> None:
    varied = find_setting(anthropic, "cash.opening, inference.overrun")
    assert (varied.stated, varied.now) == (0.0, 0.0)
    found = correlation(varied.at(0.4), "cash.opening, inference.overrun")
    assert found == pytest.approx(0.4)


def test_the_correlation_that_only_a_group_states_is_the_groups() -> None:
    grouped = load_scenario(
        "anthropic.toml", settings=['correlations."segments.*.growth.lasting"=0.35']
    )
    keys = [f"segments.{segment.name}.growth.lasting" for segment in grouped.segments]
    assert find_setting(grouped, f"{keys[0]}, {keys[1]}").stated == pytest.approx(0.35)


def test_a_variant_names_a_correlation_by_its_pair(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'extends = "packaged:anthropic.toml"\n[variants.free]\n"{PAIR}" = 0.1\n')
    varied = load_scenario(file, variant="free")
    assert correlation(varied, PAIR) == pytest.approx(0.1)


def test_one_correlation_is_not_varied_twice(anthropic: Scenario) -> None:
    settings = [find_setting(anthropic, key) for key in (PAIR, f"{EROSION}, {EFFICIENCY}")]
    with pytest.raises(ScenarioError, match="both change correlations"):
        refuse_overlap(settings)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("inference.efficency_gain, inference.price_erosion", 'did you mean "inference.efficiency'),
        ("a, b, c", 'the key must name two inputs, as "first, second"'),
        ('correlations."cash.opening, cash.nothing"', '"cash.nothing" is no input'),
        ("api.growth.initial", "did you mean segments.api.growth.initial?"),
        ("overrun.p50", "did you mean inference.overrun.p50?"),
        ("inference/overrun", 'is no key; write it as "segments.api.'),
    ],
)
def test_setting_and_varying_explain_a_wrong_key_alike(
    key: str, message: str, anthropic: Scenario
) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        load_scenario("anthropic.toml", settings=[f"{key}=0.3"])
    with pytest.raises(ScenarioError, match=re.escape(message)):
        find_setting(anthropic, key)


@pytest.mark.parametrize("name", ["anthropic", "openai"])
@pytest.mark.parametrize("day", ["january", "june"])
def test_the_example_of_a_key_is_one_that_the_scenario_has(name: str, day: str) -> None:
    folder = JANUARY if day == "january" else CONFIGS
    scenario = load_scenario(folder / f"{name}.toml")
    with pytest.raises(ScenarioError) as refused:
        load_scenario(folder / f"{name}.toml", settings=["inference/overrun"])
    example = re.search(r'write it as "(segments\.\S+)=(\S+)"', str(refused.value))
    assert example
    assert find_setting(scenario, example[1]).stated == pytest.approx(float(example[2]), rel=1e-5)
    assert load_scenario(folder / f"{name}.toml", settings=[f"{example[1]}={example[2]}"])


def test_what_no_correlation_states_can_not_be_shifted(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match="states no such correlation"):
        find_setting(anthropic, "cash.opening, inference.overrun", "by")
