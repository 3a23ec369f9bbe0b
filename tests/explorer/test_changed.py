"""What a page may change of a scenario, and what becomes of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulate.analysis.diff import differences
from simulate.explorer.changed import Explored, Refused
from simulate.explorer.controls import controls_of
from simulate.explorer.places import distribution_at
from simulate.scenario import ScenarioError
from simulate.scenario.inputs import own_inputs
from simulate.scenario.packaged import packaged_names
from tests.explorer.own import explored, own_file

GAIN = {"distribution": "normal", "p10": 0.0, "p90": 0.4}
SLUMP = 'alternatives.slump."inference.net_gain"'


@pytest.fixture(scope="module")
def anthropic_now() -> Explored:
    return explored("anthropic.toml")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    return explored(own_file(tmp_path_factory.mktemp("own")))


def quantiles(explored: Explored, changes: dict[str, Any], key: str) -> tuple[float, float]:
    given = distribution_at(explored.with_changes(changes), explored.places[key])
    return given.quantile(0.1), given.quantile(0.9)


@pytest.mark.parametrize("name", packaged_names())
def test_what_stands_there_sent_back_changes_nothing(name: str) -> None:
    opened = explored(name)
    values = json.loads(json.dumps({c.key: c.value for c in controls_of(opened)}, allow_nan=False))
    assert opened.with_changes(values) is opened.scenario


def test_what_stands_there_in_a_scenario_of_all_kinds_sent_back_changes_nothing(
    own: Explored,
) -> None:
    values = json.loads(json.dumps({c.key: c.value for c in controls_of(own)}, allow_nan=False))
    kinds = {c.kind for c in controls_of(own)}
    assert {"mixture", "discrete", "empirical", "shifted", "scipy.beta"} <= kinds
    assert own.with_changes(values) is own.scenario


def test_an_input_is_changed_where_it_stands_and_not_where_an_alternative_has_its_own(
    anthropic_now: Explored,
) -> None:
    changes = {"inference.net_gain": GAIN}
    assert quantiles(anthropic_now, changes, "inference.net_gain") == pytest.approx((0.0, 0.4))
    assert quantiles(anthropic_now, changes, SLUMP) == pytest.approx((-0.5, 0.1))
    changes = {SLUMP: GAIN}
    assert quantiles(anthropic_now, changes, SLUMP) == pytest.approx((0.0, 0.4))
    before = quantiles(anthropic_now, {}, "inference.net_gain")
    assert quantiles(anthropic_now, changes, "inference.net_gain") == before


def test_plain_numbers_are_set(anthropic_now: Explored) -> None:
    pair = "inference.overrun, training.drift"
    now = anthropic_now.with_changes(
        {
            "targets.gross_margin": "65%",
            "alternatives.slump.weight": 3,
            "funding.clouds.chance": 0.25,
            f'correlations."{pair}"': -0.1,
        }
    )
    assert now.targets.gross_margin == 0.65
    assert now.alternative_weights["slump"] == 0.5
    assert next(f.chance for f in now.funding if f.name == "clouds") == 0.25
    assert now.correlations[pair].model_dump()["value"] == -0.1


def test_a_correlation_of_ranks_stays_one(own: Explored) -> None:
    pair = "cash.working_capital, cash.capital_spending"
    given = own.with_changes({f'correlations."{pair}"': 0.3}).correlations[pair].model_dump()
    assert (given["value"], given["kind"]) == (0.3, "kendall")


def test_an_own_lines_input_keeps_its_unit(own: Explored) -> None:
    key = "lines.data_centres.inputs.fixed"
    now = own.with_changes({key: {"value": 0.2}})
    (line,) = (member for member in own_inputs(now) if member.key == key)
    assert (line.quantity.unit, line.distribution.quantile(0.5)) == ("bn USD", 0.2)
    typed = own.with_changes({key: {"value": "200 m"}})
    assert not differences(now, typed)


def test_what_is_typed_is_read_with_its_unit(anthropic_now: Explored) -> None:
    typed = {"distribution": "normal", "p10": "12%", "p90": "30 %", "truncate": [0, 1]}
    assert quantiles(anthropic_now, {"training.floor": typed}, "training.floor") == pytest.approx(
        (0.12, 0.3), abs=1e-3
    )


def test_a_change_says_who_made_it_and_what_was_there(anthropic_now: Explored) -> None:
    place = anthropic_now.places["cash.tax_rate"]
    source = distribution_at(
        anthropic_now.with_changes({"cash.tax_rate": {"value": 0.2}}), place
    ).source
    was = distribution_at(anthropic_now.scenario, place).source
    assert source == f"assumption: set by hand in the explorer, as certain; was: {was}"


def test_what_a_scenario_can_not_have_is_nothing_to_change() -> None:
    # The last base quarter's cost is 1 by definition, and users saturate a segment that they make.
    assert "base_quarters.2026Q1.cost" not in explored("anthropic.toml").places
    assert "segments.advertising.market" not in explored("openai-advertising.toml").places


def nested(depth: int) -> Any:
    value: Any = 1.0
    for _ in range(depth):
        value = [value]
    return value


HOSTILE: list[tuple[Any, str]] = [
    ({"extends": "/etc/passwd"}, "nothing that can be changed"),
    ({"name": "x"}, "nothing that can be changed"),
    ({"cash": {"tax_rate": 0.2}}, "nothing that can be changed"),
    ({"cash.opening.p50": 1.0}, "nothing that can be changed"),
    ({"x" * 1_000_000: 1.0}, "nothing that can be changed"),
    ({"sampling.paths": 10**9}, "nothing that can be changed"),
    ({"cash.tax_rate": "x" * 1_000_000}, "more than 300 characters"),
    ({"cash.tax_rate": {"x" * 1_000_000: 1}}, "more than 300 characters"),
    ({"cash.tax_rate": {"value": nested(10_000)}}, "nested too deep"),
    ({"cash.tax_rate": {"value": [0.0] * 100_000}}, "too many values"),
    ({"cash.tax_rate": {"value": float("nan")}}, "not finite"),
    ({"cash.tax_rate": float("inf")}, "not finite"),
    ({"cash.tax_rate": 10**400}, "not finite"),
    ({"cash.tax_rate": None}, "must be a number or a table"),
    ({"cash.tax_rate": [0.2]}, "must be a number or a table"),
    ({"cash.tax_rate": {"value": True}}, "must be a number"),
    ({"cash.tax_rate": {"value": 2.0}}, "from 0 to 1 share"),
    ({"cash.tax_rate": {"distribution": ["normal"]}}, "can't be"),
    ({"cash.tax_rate": {"distribution": "scipy.levy_stable", "alpha": 1.5}}, "can't be"),
    ({"cash.tax_rate": {"distribution": "shifted", "of": 0.2}}, "can't be"),
    (
        {"cash.tax_rate": {"distribution": "empirical", "file": "/etc/passwd", "column": "x"}},
        "names a file",
    ),
    ({"cash.tax_rate": {"value": {"file": "/etc/passwd"}}}, "names a file"),
    ({"targets.gross_margin": {"value": 0.5}}, "must be a number"),
    ({"targets.gross_margin": "7\x1b[31m"}, "must be a number"),
    ({"alternatives.slump.weight": -1}, "weight is from 0 to 1000"),
    ({f"k{place}": 1.0 for place in range(201)}, "too many"),
    ([], "must be a table"),
    ("x", "must be a table"),
    ({1: 2.0}, "nothing that can be changed"),
]


@pytest.mark.parametrize(("changes", "why"), HOSTILE, ids=[why for _, why in HOSTILE])
def test_what_a_page_may_not_send_is_refused_in_one_line(
    anthropic_now: Explored, changes: Any, why: str
) -> None:
    with pytest.raises(Refused, match=why) as refused:
        anthropic_now.with_changes(changes)
    (line,) = refused.value.lines
    assert isinstance(refused.value, ScenarioError)
    assert line.isprintable()
    assert len(line) < 500


def test_a_file_of_data_is_only_the_scenarios_own(own: Explored, tmp_path: Path) -> None:
    key = "cash.interest_rate"
    stated = own.stated[key]
    assert own.with_changes({key: stated | {"smooth": False}}) != own.scenario
    (tmp_path / "other.csv").write_text("rate\n1\n")
    for file in (str(tmp_path / "other.csv"), "../rates.csv", "/proc/self/environ"):
        with pytest.raises(Refused, match="names a file"):
            own.with_changes({key: stated | {"file": file}})


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"cash.tax_rate": {"value": 2.0}, "funding.clouds.chance": 0.2}, "cash.tax_rate"),
        ({"cash.tax_rate": {"value": 0.2}, "funding.clouds.chance": 2.0}, "funding.clouds.chance"),
        ({SLUMP: {"distribution": "normal", "p10": 0.4, "p90": 0.1}}, SLUMP),
        ({"inference.net_gain": GAIN, SLUMP: {"value": 9.0}}, SLUMP),
        ({"segments.all.share_of_revenue": {"value": 0.9}}, "segments.all.share_of_revenue"),
    ],
)
def test_a_mistake_is_told_of_the_change_that_made_it(
    anthropic_now: Explored, changes: dict[str, Any], key: str
) -> None:
    with pytest.raises(Refused) as refused:
        anthropic_now.with_changes(changes)
    assert refused.value.key == key
