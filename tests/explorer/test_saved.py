"""What a page has changed, as a file."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulate.analysis.diff import differences
from simulate.engine.run import run
from simulate.explorer.changed import Explored, Refused
from simulate.explorer.controls import controls_of
from simulate.explorer.kinds import as_kind
from simulate.explorer.limits import limits_of
from simulate.explorer.saved import toml_of
from simulate.model.catalogue import stated_times
from simulate.scenario import Scenario, load_scenario
from simulate.scenario.dependence import MatrixOfCorrelations
from tests.explorer.own import explored, own_file

ON = date(2026, 11, 26)
NAMES = ["anthropic.toml", "openai-advertising.toml", "starter.toml", "bare.toml"]


def saved(opened: Explored, changes: dict[str, Any], file: str | Path, folder: Path) -> Scenario:
    path = folder / "by-hand.toml"
    path.write_text(toml_of(opened, changes, file, ON))
    return load_scenario(path)


def drawn(data: st.DataObject, opened: Explored) -> dict[str, Any]:
    """Return some changes that a hand could make, one after the other."""
    controls = st.sampled_from(controls_of(opened))
    changes: dict[str, Any] = {}
    for control in data.draw(st.lists(controls, min_size=1, max_size=5, unique_by=lambda c: c.key)):
        try:
            if control.kinds and data.draw(st.booleans()):
                kind = data.draw(st.sampled_from(control.kinds))
                changes[control.key] = as_kind(opened, changes, control.key, kind).value
            elif control.handles:
                handle = data.draw(st.sampled_from(control.handles))
                ends = limits_of(opened, changes, control.key, handle.part)
                at = data.draw(st.floats(ends.low, ends.high))
                value = control.value | {handle.part: at} if handle.part else at
                opened.with_changes(changes | {control.key: value})
                changes[control.key] = value
        except Refused:
            continue
    return changes


@pytest.mark.parametrize("name", [*NAMES, "own"])
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_saved_file_says_what_the_page_has(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    file = own_file(tmp_path) if name == "own" else name
    opened = explored(file)
    changes = drawn(data, opened)
    found = saved(opened, changes, file, tmp_path)
    assert not differences(opened.with_changes(changes), found)


CHANGES: dict[str, Any] = {
    "targets.gross_margin": 0.65,
    "inference.net_gain": {"distribution": "lognormal", "p10": 0.15, "p90": 0.45},
    'alternatives.slump."inference.net_gain"': {"distribution": "uniform", "low": -0.4, "high": 0},
    "alternatives.plateau.weight": 2.5,
    "segments.all.growth.half_life": {
        "distribution": "normal",
        "p10": "18 months",
        "p90": 6,
        "truncate": [0.25, None],
    },
    "funding.clouds.chance": 0.25,
    'correlations."inference.overrun, training.drift"': -0.2,
}


def test_a_saved_file_gives_the_pages_numbers_bit_for_bit(tmp_path: Path) -> None:
    opened = explored("anthropic.toml")
    found = saved(opened, CHANGES, "anthropic.toml", tmp_path)
    one, other = (
        run(scenario, paths=4096, threads=1) for scenario in (opened.with_changes(CHANGES), found)
    )
    for here, there in zip(one.tally, other.tally, strict=True):
        np.testing.assert_array_equal(here, there)


def test_levels_of_targets_counts_and_cells_of_a_matrix_are_saved(tmp_path: Path) -> None:
    file = own_file(tmp_path)
    opened = explored(file)
    changes = {
        "targets.hold_quarters": 2,
        "outcomes.revenue_at_least_100_bn.when": "150 bn",
        'correlations.block."free_users.growth, free_users.usage_growth"': 0.5,
    }
    found = saved(opened, changes, file, tmp_path)
    assert not differences(opened.with_changes(changes), found)
    assert found.targets.hold_quarters == 2
    assert found.outcomes["revenue_at_least_100_bn"].title == "revenue >= 150 bn"
    block = found.correlations["block"]
    assert isinstance(block, MatrixOfCorrelations) and block.matrix == ((1.0, 0.5), (0.5, 1.0))
    text = (tmp_path / "by-hand.toml").read_text()
    assert text.count("set by hand in the explorer") == 3 and "as the scenario was" not in text
    one, other = (run(each, paths=4096) for each in (opened.with_changes(changes), found))
    asked = one.probability("revenue >= 150 by 2027").value
    for each in (one, other):
        reached = each.hits(stated_times(each.scenario)[0])[
            :, : each.scenario.horizon.end_of(2027) + 1
        ]
        assert reached.sum() / each.paths == asked


def test_a_file_holds_only_what_differs_each_with_a_source() -> None:
    opened = explored("anthropic.toml")
    text = toml_of(opened, CHANGES, "anthropic.toml", ON)
    table = tomllib.loads(text)
    assert text.startswith(
        "# Written by simulate explore on 26 November 2026: 7 differences from "
        "packaged:anthropic.toml.\n"
    )
    assert table["extends"] == "packaged:anthropic.toml"
    assert {*table} == {
        "name",
        "lab",
        "extends",
        "targets",
        "segments",
        "inference",
        "funding",
        "correlations",
        "alternatives",
    }
    assert table["inference"]["net_gain"]["source"].startswith(
        "assumption: set by hand in the explorer, as lognormal on 26 November 2026; was: base-rates"
    )
    assert table["targets"] == {
        "gross_margin": 0.65,
        "source": "assumption: set by hand in the explorer on 26 November 2026; was: A8",
    }
    half_life = table["segments"][0]["growth"]["half_life"]
    assert (half_life["p10"], half_life["truncate"]) == (1.5, [0.25, float("inf")])
    assert [member["name"] for member in table["alternatives"]] == ["plateau", "slump"]


def test_a_file_without_changes_is_the_scenario(tmp_path: Path) -> None:
    opened = explored("openai.toml")
    assert not differences(opened.scenario, saved(opened, {}, "openai.toml", tmp_path))


def test_one_of_a_users_own_stands_beside_it(tmp_path: Path) -> None:
    file = own_file(tmp_path)
    text = toml_of(explored(file), {"cash.losses_carried_forward": {"value": 5.0}}, file, ON)
    assert "# It stands beside mine.toml.\n" in text
    assert tomllib.loads(text)["extends"] == "mine.toml"


@pytest.mark.parametrize(
    "opened_so",
    [
        {"variant": "bull"},
        {"stress": "largest_client_lost"},
        {"settings": ["horizon.last_quarter=2030Q4"]},
        {"settings": ["copula.nearest=true", "targets.hold_quarters=2"]},
    ],
)
def test_how_the_scenario_was_opened_is_in_the_file(
    tmp_path: Path, opened_so: dict[str, Any]
) -> None:
    opened = Explored.of(load_scenario("anthropic.toml", **opened_so))
    changes = {"cash.tax_rate": {"value": 0.2}}
    found = saved(opened, changes, "anthropic.toml", tmp_path)
    assert not differences(opened.with_changes(changes), found)
    if "variant" in opened_so:
        written = tomllib.loads((tmp_path / "by-hand.toml").read_text())
        assert "by hand" not in written["segments"][0]["growth"]["plateau"]["source"]


def test_a_file_of_other_folders_data_names_them(tmp_path: Path) -> None:
    data, own = tmp_path / "some data", tmp_path / "own"
    data.mkdir()
    own.mkdir()
    own_file(data)
    file = own / "mine.toml"
    file.write_text(f'name = "Mine"\nextends = "{data / "mine.toml"}"\n')
    opened = Explored.of(load_scenario(file, data=[data]))
    changes = {"cash.losses_carried_forward": {"value": 5.0}}
    text = toml_of(opened, changes, file, ON, [data])
    assert f"# Run it with --data '{data}'.\n" in text
    (own / "by-hand.toml").write_text(text)
    found = load_scenario(own / "by-hand.toml", data=[data])
    assert not differences(opened.with_changes(changes), found)


def test_a_name_of_a_file_makes_no_line_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "a\nextends = 'b'.toml"
    file.write_text('name = "Anthropic"\nextends = "packaged:anthropic.toml"\n')
    text = toml_of(explored(file), {"targets.gross_margin": 0.6}, file, ON)
    assert tomllib.loads(text)["extends"] == file.name


def test_changes_that_can_not_be_are_not_saved() -> None:
    with pytest.raises(Refused):
        toml_of(explored("anthropic.toml"), {"cash.tax_rate": 2.0}, "anthropic.toml", ON)
