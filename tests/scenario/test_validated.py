"""A scenario made in Python is understood, or refused; nothing in it is taken for 0."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from simulate import Scenario, ScenarioError, run
from simulate.analysis.compare import compare
from simulate.engine.run import Session, simulate_traces
from simulate.scenario.distributions import Fixed, Lognormal
from tests.scenarios import value

PATHS = 4096


def smuggled(part: BaseModel, key: str, given: Any) -> None:
    """Set a value past the model, as nobody should."""
    object.__setattr__(part, key, given)


def out_of_cash(scenario: Scenario) -> float:
    return run(scenario, paths=PATHS, threads=1).chance_out_of_cash.value


def test_more_cash_at_the_start_lasts_longer_however_it_was_written(anthropic: Scenario) -> None:
    by_copy = [
        anthropic.model_copy(update={"cash": anthropic.cash.model_copy(update={"opening": cash})})
        for cash in (0, 20.0, "200 bn")
    ]
    by_key = [anthropic.changed({"cash.opening": cash}) for cash in (0.0, 20, "200 bn")]
    chances = [out_of_cash(scenario) for scenario in by_copy]
    assert chances[0] > chances[1] > chances[2]
    assert chances == [out_of_cash(scenario) for scenario in by_key]


@pytest.mark.parametrize("given", [200, 200.0, "200 bn", Fixed(value=200.0), {"value": "200 bn"}])
def test_a_key_takes_a_number_a_text_a_table_or_a_distribution(
    given: Any, anthropic: Scenario
) -> None:
    assert value(anthropic.changed({"cash.opening": given}).cash.opening) == 200.0
    assert value(anthropic.cash.model_copy(update={"opening": given}).opening) == 200.0


def test_changes_that_only_together_are_valid_are_made_together(anthropic: Scenario) -> None:
    changes = {
        "segments.api.share_of_revenue": 0.5,
        "segments.subscriptions.share_of_revenue": 0.5,
        'correlations."inference.overrun, training.drift"': 0.1,
        "inference.overrun.p90": "30%",
    }
    changed = anthropic.changed(changes)
    assert [value(segment.share_of_revenue) for segment in changed.segments] == [0.5, 0.5]
    assert changed.inference.overrun.quantile(0.9) == pytest.approx(0.3)
    assert changed.inference.overrun.source.startswith("Scenario.changed; before: A7")
    assert changed.provenance == anthropic.provenance


def test_a_changed_scenario_is_told_apart_by_its_name(anthropic: Scenario) -> None:
    changed = anthropic.changed({"cash.opening": 20, "cash.tax_rate": Fixed(value=0.2)})
    assert changed.name == "Anthropic, January 2026; cash.opening=20; cash.tax_rate changed"
    assert anthropic.changed({"name": "mine", "cash.opening": 20}).name == "mine"


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("cash.opning", 20, 'unknown key; did you mean "opening"'),
        ("csh.opening", 20, 'unknown key; did you mean "cash"'),
        ("cash.opening", -20, "cash at the start is from 0 to 1000 bn USD"),
        ("cash.opening", "lots", "cash.opening"),
        ("cash.opening", None, "cash.opening"),
        ("cash", {"opening": 20}, "cash.tax_rate: missing"),
        ("segments.apii.market", 3, 'did you mean "api"'),
        ("funding.round_2026.chance", 90, "write 0.9 for 90%"),
        ("cash..opening", 20, "write it as"),
        ("provenance.notes", [], "provenance: unknown key"),
    ],
)
def test_a_change_that_is_none_names_its_key(
    key: str, given: Any, words: str, anthropic: Scenario
) -> None:
    with pytest.raises(ScenarioError) as refused:
        anthropic.changed({key: given})
    assert str(refused.value).startswith("Scenario.changed")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("update", "words"),
    [
        ({"cash": {"opening": 20.0}}, "cash.tax_rate"),
        ({"csh": 20.0}, "csh"),
        ({"cash": 20.0}, "cash"),
        ({"sampling": {"paths": -1}}, "sampling.paths"),
    ],
)
def test_a_copy_is_as_strict_as_a_file(
    update: dict[str, Any], words: str, anthropic: Scenario
) -> None:
    with pytest.raises(ScenarioError, match=words):
        anthropic.model_copy(update=update)


def test_a_copy_of_a_part_is_as_strict_as_a_file(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match="opning"):
        anthropic.cash.model_copy(update={"opning": 20.0})
    with pytest.raises(ScenarioError, match="chance"):
        anthropic.funding[0].model_copy(update={"chance": 2.0})
    with pytest.raises(ScenarioError, match="p10"):
        anthropic.inference.overrun.model_copy(update={"p10": "a tenth"})


def test_no_scenario_is_made_unvalidated(anthropic: Scenario) -> None:
    assert Scenario.model_construct(**dict(anthropic)) == anthropic
    assert Scenario(**dict(anthropic)) == anthropic
    with pytest.raises(ScenarioError, match="horizon"):
        Scenario.model_construct(cash={"opening": 20.0})
    with pytest.raises(ValidationError, match=r"cash\.tax_rate"):
        Scenario.model_validate(dict(anthropic) | {"cash": {"opening": 20.0}})
    with pytest.raises(ValidationError, match="frozen"):
        anthropic.cash.opening = Fixed(value=20.0)  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    "use",
    [
        lambda scenario: run(scenario, paths=64, threads=1),
        lambda scenario: Session(threads=1).simulation(scenario),
        lambda scenario: simulate_traces(scenario, 64),
        lambda scenario: compare([scenario, scenario], paths=64, threads=1),
    ],
)
@pytest.mark.parametrize("given", [{"opening": 20.0}, None, 20.0])
def test_what_was_smuggled_in_is_refused_where_it_is_simulated(
    use: Callable[[Scenario], object], given: Any, anthropic: Scenario
) -> None:
    scenario = anthropic.model_copy(deep=True)
    smuggled(scenario, "cash", given)
    with pytest.raises(ScenarioError, match="cash"):
        use(scenario)


def test_a_number_that_was_smuggled_in_counts_as_what_it_is(anthropic: Scenario) -> None:
    scenario = anthropic.model_copy(deep=True)
    smuggled(scenario.cash, "opening", 200.0)
    assert out_of_cash(scenario) == out_of_cash(anthropic.changed({"cash.opening": 200.0}))


def test_only_a_scenario_is_simulated() -> None:
    with pytest.raises(ScenarioError, match="not a str; load_scenario reads one"):
        Session().simulation("anthropic.toml")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ScenarioError, match="not a str; load_scenario reads one"):
        run("anthropic.toml", paths=PATHS)  # pyright: ignore[reportArgumentType]


def test_a_distribution_that_was_asked_for_a_quantile_is_copied_like_any() -> None:
    given = Lognormal.model_validate({"distribution": "lognormal", "p10": 8.0, "p90": 18.0})
    before = given.quantile(0.9)
    copy = given.model_copy(update={"source": "my own view"})
    assert copy.quantile(0.9) == before
    assert copy.source == "my own view"
