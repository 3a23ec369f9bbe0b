"""How alternatives are written, inherited, set, and refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulate.engine.plan import prepare
from simulate.engine.run import run
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.changes import lay_alternative
from simulate.scenario.distributions import Fixed, Normal
from simulate.scenario.inputs import correlated_inputs, list_inputs
from simulate.scenario.json_schema import scenario_schema
from simulate.scenario.layers import Layers, Table
from simulate.scenario.load import check_all
from simulate.scenario.mistakes import Told
from simulate.scenario.setting import find_setting

pytestmark = pytest.mark.usefixtures("january")

HEAD = """
name = "Anthropic, two structures"
extends = "anthropic.toml"

[[alternatives]]
name = "steady"
source = "assumption: as it was"

[[alternatives]]
name = "slump"
title = "growth slumps"
weight = 3
source = "assumption: as in 2001"
"""
CHANGE = '"segments.api.growth.initial" = { distribution = "normal", mean = 0.2, sd = 0.3 }\n'


def written(folder: Path, below: str = CHANGE, head: str = HEAD) -> Path:
    file = folder / "two.toml"
    file.write_text(head + below, encoding="utf-8")
    return file


def loaded(folder: Path, below: str = CHANGE, head: str = HEAD, **more: object) -> Scenario:
    return load_scenario(written(folder, below, head), **more)  # type: ignore[arg-type]


def test_an_alternative_changes_inputs_as_a_variant_does(tmp_path: Path) -> None:
    scenario = loaded(
        tmp_path,
        CHANGE
        + '"inference.overrun_carried" = 0.5\n'
        + "cash.tax_rate = 0.3\n"
        + '"segments.api.market.p90" = 1000\n'
        + 'times = { "inference.price_erosion" = 2.0 }\n',
    )
    base = {member.key: member.distribution for member in list_inputs(load_scenario())}
    under = {key: each[1] for key, each in scenario.overridden.items()}
    assert {key: each[0] for key, each in scenario.overridden.items()} == {
        k: base[k] for k in under
    }
    assert isinstance(under["segments.api.growth.initial"], Normal)
    assert isinstance(under["inference.overrun_carried"], Fixed)
    assert under["cash.tax_rate"].quantile(0.3) == 0.3
    assert under["segments.api.market"].quantile(0.9) == pytest.approx(1000.0)
    doubled = 2.0 * base["inference.price_erosion"].quantile(0.25)
    assert under["inference.price_erosion"].quantile(0.25) == pytest.approx(doubled)


def test_weights_are_equal_unless_said_and_sum_to_one(tmp_path: Path) -> None:
    assert loaded(tmp_path).alternative_weights == {"steady": 0.25, "slump": 0.75}
    equal = loaded(tmp_path, head=HEAD.replace("weight = 3\n", ""))
    assert equal.alternative_weights == {"steady": 0.5, "slump": 0.5}


def test_an_input_is_over_all_alternatives_what_their_weights_make_of_it(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, '"cash.tax_rate" = 0.5\n')
    (rate,) = (i.distribution for i in list_inputs(scenario) if i.key == "cash.tax_rate")
    # A quarter of the paths draw it from 0.18 to 0.27, evenly.
    assert rate.quantile(0.125) == pytest.approx(0.225, abs=1e-3)
    assert [rate.quantile(level) for level in (0.26, 0.6, 0.99)] == [0.5, 0.5, 0.5]
    assert "if growth slumps" in rate.source


def test_an_input_that_is_certain_but_for_one_alternative_is_drawn(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, '"cash.losses_carried_forward" = "8 bn to 12 bn"\n')
    drawn = [member.key for member in correlated_inputs(scenario)]
    assert drawn[0] == "alternative"
    assert "cash.losses_carried_forward" in drawn


def test_a_file_that_extends_merges_alternatives_by_name(tmp_path: Path) -> None:
    written(tmp_path)
    child = tmp_path / "child.toml"
    child.write_text(
        'name = "Anthropic, three"\nextends = "two.toml"\n'
        '[[alternatives]]\nname = "slump"\nweight = 1\n'
        '[[alternatives]]\nname = "boom"\n"segments.api.growth.initial" = 2.0\n',
        encoding="utf-8",
    )
    scenario = load_scenario(child)
    assert scenario.alternative_weights == pytest.approx(
        dict.fromkeys(("steady", "slump", "boom"), 1 / 3)
    )
    _, slump, boom = scenario.overridden["segments.api.growth.initial"]
    assert slump.quantile(0.5) == pytest.approx(0.2)
    assert boom.quantile(0.5) == 2.0


@pytest.mark.parametrize(
    ("setting", "weights"),
    [
        ("alternatives.slump.weight=1", {"steady": 0.5, "slump": 0.5}),
        ("alternatives.slump.weight=0", {"steady": 1.0}),
        ("alternatives.steady.weight=0", {"slump": 1.0}),
        ("alternatives.slump.weight=*2", {"steady": 1 / 7, "slump": 6 / 7}),
    ],
)
def test_a_weight_is_set_from_the_command_line(
    setting: str, weights: dict[str, float], tmp_path: Path
) -> None:
    assert loaded(tmp_path, settings=[setting]).alternative_weights == pytest.approx(weights)


def test_a_weight_of_nothing_leaves_an_alternative_out(tmp_path: Path) -> None:
    left = loaded(tmp_path, settings=["alternatives.steady.weight=0"])
    assert correlated_inputs(left)[0].key != "alternative"
    (growth,) = (i for i in list_inputs(left) if i.key == "segments.api.growth.initial")
    assert growth.distribution.quantile(0.5) == pytest.approx(0.2)


def test_an_alternatives_own_input_is_set_by_its_key(tmp_path: Path) -> None:
    key = 'alternatives.slump."segments.api.growth.initial".mean'
    scenario = loaded(tmp_path, settings=[f"{key}=0.1"])
    assert scenario.overridden["segments.api.growth.initial"][1].quantile(0.5) == pytest.approx(0.1)


MOVED = CHANGE + 'by = { "inference.price_erosion" = 0.1 }\n'
EROSION = "inference.price_erosion"


def medians(scenario: Scenario, key: str) -> list[Any]:
    """Return an input's median under each alternative."""
    (whole,) = (i.distribution for i in list_inputs(scenario) if i.key == key)
    under = scenario.overridden.get(key, (whole, whole))
    return [pytest.approx(each.quantile(0.5)) for each in under]


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        (f"{EROSION}=+0.05", [0.47, 0.57]),
        (f"{EROSION}=*2", [0.84, 1.04]),
        (f"{EROSION}=0.3", [0.3, 0.3]),
    ],
)
def test_a_setting_changes_an_input_under_every_alternative(
    setting: str, found: list[float], tmp_path: Path
) -> None:
    # 0.42, and 0.52 where growth slumps.
    assert medians(loaded(tmp_path, MOVED, settings=[setting]), EROSION) == found


def test_a_value_that_is_varied_changes_under_every_alternative(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, MOVED)
    assert medians(find_setting(scenario, EROSION, "by").at(0.1), EROSION) == [0.52, 0.62]
    assert medians(find_setting(scenario, EROSION).at(0.3), EROSION) == [0.3, 0.3]
    assert medians(scenario.changed({EROSION: 0.3}), EROSION) == [0.3, 0.3]


def test_a_stress_test_and_a_variant_act_under_every_alternative(tmp_path: Path) -> None:
    below = (
        MOVED
        + f"""
[stresses.war]
by = {{ "{EROSION}" = 0.2 }}
[variants.still]
inference.price_erosion = 0.0
"""
    )
    file = written(tmp_path, below)
    assert medians(load_scenario(file, stress="war"), EROSION) == [0.62, 0.72]
    assert medians(load_scenario(file, variant="still"), EROSION) == [0.0, 0.0]
    assert medians(load_scenario(file, variant="still", stress="war"), EROSION) == [0.2, 0.2]
    kept = load_scenario(file, stress="war").overridden["segments.api.growth.initial"]
    assert kept[1].quantile(0.5) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("below", "told"),
    [
        ('"inference.overrun" = 0.1', "this one is drawn every year"),
        ('"training.generation.size" = 0.1', "this one is drawn at every event"),
        ('"inference.base_overrun" = 0.1', "this one is always certain"),
        ('"horizon.last_quarter" = "2030Q4"', "may only change inputs that are drawn once a path"),
        ('"funding.round_2026.chance" = 0.1', "may only change inputs that are drawn once a path"),
        ("by = { training.drift = 0.1 }", "alternatives.slump.by.training.drift"),
        ("inference.overrun = 0.1", "alternatives.slump.inference.overrun"),
        ('"inference.overrun_carrid" = 0.1', 'did you mean "overrun_carried"?'),
        ('"segments.apis.market" = 100', 'did you mean "api"?'),
        ('"cash.tax_rate" = "120%"', "tax on profit is from 0 to 1 share"),
        ("wieght = 2", 'did you mean "weight"?'),
        ('"alternatives.steady.weight" = 2', "may only change inputs that are drawn once a path"),
        ('correlations = { "cash.tax_rate, cash.opening" = 0.5 }', "drawn once a path"),
    ],
)
def test_what_an_alternative_may_not_say_is_told_with_its_place(
    below: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(ScenarioError) as error:
        loaded(tmp_path, below)
    (line,) = error.value.lines
    assert told in line
    assert line.startswith(f"{tmp_path / 'two.toml'}:14:")


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ('name = "slump"', 'name = "steady"', 'the name "steady" is used twice'),
        ("weight = 3", "weight = -1", "alternatives.slump.weight = -1: weight is from 0 to"),
        (
            '[[alternatives]]\nname = "steady"\nsource = "assumption: as it was"\n',
            "",
            "2 are the least",
        ),
        ('name = "slump"\n', "", "name: missing"),
    ],
)
def test_a_list_of_alternatives_that_can_not_be_is_refused(
    was: str, now: str, told: str, tmp_path: Path
) -> None:
    assert was in HEAD
    with pytest.raises(ScenarioError, match=told):
        loaded(tmp_path, head=HEAD.replace(was, now))


def test_six_alternatives_are_too_many(tmp_path: Path) -> None:
    more = "".join(f'[[alternatives]]\nname = "a{i}"\n' for i in range(4))
    with pytest.raises(ScenarioError, match="has 6 members; 5 are the most"):
        loaded(tmp_path, CHANGE + more)


def test_all_weights_can_not_be_nothing(tmp_path: Path) -> None:
    off = [f"alternatives.{name}.weight=0" for name in ("steady", "slump")]
    with pytest.raises(ScenarioError, match="all weights are 0; one must be above"):
        loaded(tmp_path, settings=off)


def test_nothing_is_correlated_with_the_alternative(tmp_path: Path) -> None:
    pair = '[correlations]\n"alternative, cash.opening" = 0.5\n'
    with pytest.raises(ScenarioError, match='"alternative" is no input'):
        loaded(tmp_path, CHANGE + pair)


def test_mistakes_of_an_alternative_are_among_those_of_its_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="drawn every year"):
        check_all(written(tmp_path, '"inference.overrun" = 0.1\n'))


def test_what_is_drawn_every_quarter_is_no_alternative_either(tmp_path: Path) -> None:
    by_quarter = '[horizon]\ndeviations = "by quarter"\n'
    with pytest.raises(ScenarioError, match="this one is drawn every quarter"):
        loaded(tmp_path, '"training.drift" = 0.1\n' + by_quarter)


def test_a_scenario_with_alternatives_survives_json(tmp_path: Path) -> None:
    scenario = loaded(tmp_path)
    again = Scenario.model_validate(json.loads(scenario.model_dump_json()))
    assert again.overridden == scenario.overridden
    assert (
        run(again, paths=1024).summary()["alternatives"]
        == (run(scenario, paths=1024).summary()["alternatives"])
    )


def test_alternatives_are_read_once_when_they_are_loaded_and_not_again_when_they_are_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = []

    def counted(layers: Layers, table: Table) -> list[Told]:
        laid.append(table["name"])
        return lay_alternative(layers, table)

    monkeypatch.setattr("simulate.scenario.alternatives.lay_alternative", counted)
    scenario = loaded(tmp_path)
    assert laid == ["steady", "slump"]
    prepare(scenario)
    assert laid == ["steady", "slump"]


def test_an_alternative_is_held_to_what_its_parts_must_be_together(tmp_path: Path) -> None:
    below = '"inference.efficiency_gain" = 0.1\n"segments.api.share_of_revenue" = 0.5\n'
    with pytest.raises(ScenarioError, match="share_of_revenue sums to"):
        loaded(tmp_path, below)


def test_the_schema_knows_alternatives() -> None:
    found = scenario_schema()["definitions"]["Alternative"]
    assert found["required"] == ["name"]
    assert {"title", "weight", "source"} <= found["properties"].keys()
    assert found["additionalProperties"] is True


@pytest.mark.parametrize(
    "family", ['"normal", p10 = 0.1, p90 = 0.6', '"scipy.norm", loc = 0.35, scale = 0.2']
)
def test_a_limit_may_be_infinite_beside_alternatives(tmp_path: Path, family: str) -> None:
    growth = f"free_users.growth = {{ distribution = {family}, truncate = [0.0, inf] }}"
    scenario = loaded(tmp_path, "cash.tax_rate = 0.3\n", growth + HEAD).changed(
        {"cash.opening": 20}
    )
    assert scenario.free_users.growth.quantile(1e-9) == pytest.approx(0.0, abs=1e-6)
    assert scenario.free_users.growth.quantile(1.0) > 1.0
