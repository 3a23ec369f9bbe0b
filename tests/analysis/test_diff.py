"""In what scenarios differ, key by key, and a scenario with some of the differences."""

from pathlib import Path

import pytest

from simulate.analysis.diff import Difference, differences, with_differences
from simulate.scenario import Scenario, ScenarioError, load_scenario
from tests.scenarios import changed

OVERRUN = {"distribution": "normal", "p10": -0.1, "p90": 0.2}
DATA = """
name = "Mine"
extends = "anthropic.toml"

[inference.overrun]
distribution = "empirical"
file = "overruns.csv"
column = "overrun"
source = "{}"
"""


def names(before: Scenario, after: Scenario) -> list[str]:
    return [each.name for each in differences(before, after)]


def test_a_scenario_differs_in_nothing_from_itself(anthropic: Scenario) -> None:
    assert differences(anthropic, anthropic.model_copy()) == ()


def test_what_is_only_told_of_an_assumption_is_no_difference(anthropic: Scenario) -> None:
    told = {"name": "Mine", "description": "my own", "targets.source": "a friend"}
    assert differences(anthropic, changed(anthropic, told)) == ()


def test_an_input_differs_as_a_whole_and_other_keys_each(anthropic: Scenario) -> None:
    before = changed(anthropic, {"inference.overrun": OVERRUN, "cash.opening": 10.0})
    after = changed(
        before,
        {
            "inference.overrun": OVERRUN | {"p90": 0.3},
            "cash.opening": {"distribution": "uniform", "low": 8.0, "high": 12.0},
            "targets.gross_margin": 0.6,
            "sampling.seed": 7,
        },
    )
    found = {each.name: each for each in differences(before, after)}
    assert set(found) == {
        "inference.overrun",
        "cash.opening",
        "targets.gross_margin",
        "sampling.seed",
    }
    assert found["inference.overrun"].before == OVERRUN
    assert found["inference.overrun"].after == OVERRUN | {"p90": 0.3}
    assert found["targets.gross_margin"].after == 0.6


def test_a_member_differs_by_its_name_and_a_list_by_its_members(anthropic: Scenario) -> None:
    first = anthropic.funding[0]
    smaller = changed(anthropic, {f"funding.{first.name}.chance": 0.25})
    assert names(anthropic, smaller) == [f"funding.{first.name}.chance"]
    assert names(anthropic, changed(anthropic, {"funding": []})) == ["funding"]


def test_what_comes_and_goes_differs_from_nothing(anthropic: Scenario) -> None:
    without = changed(anthropic, {"correlations": {}})
    pair = next(iter(anthropic.correlations))
    (found,) = [each for each in differences(without, anthropic) if each.key[-1] == pair]
    assert found.before is None
    assert found.name == f"correlations.{pair}"


def test_all_differences_make_the_other_scenario_and_some_go_between(anthropic: Scenario) -> None:
    first = anthropic.funding[0].name
    after = changed(
        anthropic,
        {
            "inference.overrun": OVERRUN,
            f"funding.{first}.chance": 0.25,
            "correlations": {},
            "segments": anthropic.model_dump(mode="json")["segments"][::-1],
        },
    )
    found = differences(anthropic, after)
    assert differences(with_differences(anthropic, found), after) == ()
    assert differences(with_differences(anthropic, found[:1]), after) == found[1:]


def test_differences_that_do_not_go_alone_are_refused(anthropic: Scenario) -> None:
    alone = Difference(("targets", "projected_year"), 2027, 2020)
    with pytest.raises(ScenarioError, match="lies before the horizon"):
        with_differences(anthropic, [alone])


@pytest.mark.usefixtures("january")
def test_other_data_in_the_same_file_are_a_difference(tmp_path: Path) -> None:
    file, data = tmp_path / "mine.toml", tmp_path / "overruns.csv"

    def read(last: float, source: str = "") -> Scenario:
        values = [0.001 * place for place in range(999)]
        data.write_text("\n".join(["overrun", *map(str, [*values, last])]))
        file.write_text(DATA.format(source))
        return load_scenario(file)

    before, same, told, other = read(1.0), read(1.0), read(1.0, "me"), read(2.0)
    assert differences(before, same) == differences(before, told) == ()
    (found,) = differences(before, other)
    assert found.name == "inference.overrun"
    assert found.is_of_data
    assert Path(found.after) == data
