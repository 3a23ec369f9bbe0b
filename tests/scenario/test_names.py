"""What is taken for a slip of the pen, and what could be several things."""

from pathlib import Path

import pytest

from simulate.scenario import ScenarioError, load_scenario
from simulate.scenario.load import check_all
from simulate.scenario.mistakes import meant, near_names, question

pytestmark = pytest.mark.usefixtures("january")

INPUTS = (
    "segments.api.growth.initial",
    "segments.api.growth.lasting",
    "free_users.growth",
    "base_year.training",
    "training.drift",
    "cash.tax_rate",
    "cash.opening",
)


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("opening", ["cash.opening"]),
        ("drift", ["training.drift"]),
        ("tax", ["cash.tax_rate"]),
        ("growth", list(INPUTS[:3])),
        ("api.growth", list(INPUTS[:2])),
        ("training", ["base_year.training", "training.drift"]),
    ],
)
def test_steps_of_an_input_mean_it_where_no_other_has_them(given: str, near: list[str]) -> None:
    assert near_names(given, INPUTS) == near
    assert meant(given, INPUTS) == (near[0] if len(near) == 1 else None)


def test_words_of_a_key_mean_it_where_no_other_has_them() -> None:
    keys = ("name", "share_of_revenue", "starting_revenue", "inference_cost")
    assert meant("share", keys) == "share_of_revenue"
    assert meant("cost", keys) == "inference_cost"
    assert near_names("revenue", keys) == ["share_of_revenue", "starting_revenue"]
    assert near_names("hare", keys) == []


def test_a_question_names_a_few_of_many() -> None:
    assert question("a", "b") == 'did you mean "a" or "b"?'
    assert question(*"abcdef") == 'did you mean "a" or "b" or "c" or "d" or another?'


def test_what_is_missing_is_inherited_from_nowhere_and_said_once(tmp_path: Path) -> None:
    file = tmp_path / "nova.toml"
    file.write_text(
        'lab = "Nova"\nname = "Nova"\nextends = "base.toml"\n[other_costs]\nfixed = 4\n'
    )
    with pytest.raises(ScenarioError) as caught:
        check_all(file)
    missing = [line for line in caught.value.lines if "missing" in line]
    assert f"{file}: training.growth: missing; it has no default" in missing
    assert f"{file}:4:2: other_costs.variable: missing; it has no default" in missing
    assert len({line.rpartition(f"{file}")[2].partition(": ")[2] for line in missing}) == len(
        missing
    )
    assert not any("inherited" in line for line in missing)


def test_a_correlation_of_what_could_be_several_inputs_is_asked_about(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "anthropic.toml"\n[correlations]\n"growth, inference.overrun" = 0.4\n'
    )
    with pytest.raises(
        ScenarioError, match=r'did you mean "segments\.api\.growth\.initial" or'
    ) as told:
        load_scenario(file)
    assert all(each.fix is None for each in told.value.told)
