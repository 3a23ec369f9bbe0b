"""How two scenarios differ, in words."""

from pathlib import Path

import pytest

from simulate.scenario import Scenario, load_scenario
from simulate.text.diff import describe_difference
from tests.calling import call

pytestmark = pytest.mark.usefixtures("january")


def difference(before: str, after: str, *settings: str, **changes: str) -> list[str]:
    changed = load_scenario(after, settings=settings, **changes)
    return describe_difference(load_scenario(before), changed)


def test_a_file_is_compared_with_its_own_variant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "diff", "anthropic.toml", "anthropic.toml@bear") == 0
    assert "\nsegments.api.growth.initial: " in capsys.readouterr().out
    assert call(monkeypatch, "diff", "anthropic.toml", "anthropic.toml@ber") == 2
    assert 'no variant or stress test "ber"; it has bull, bear' in capsys.readouterr().err


def test_a_scenario_does_not_differ_from_itself(anthropic: Scenario) -> None:
    assert describe_difference(anthropic, anthropic) == []


@pytest.mark.parametrize(
    "setting", ["name=x", "sampling.seed=1", 'inference.overrun.source="x"', "targets.source=x"]
)
def test_names_sources_and_sampling_do_not_count(setting: str) -> None:
    assert difference("anthropic", "anthropic", setting) == []


def test_another_date_of_a_target_is_told(anthropic: Scenario) -> None:
    sooner, later = (
        anthropic.changed({"outcomes.big": {"when": "revenue >= 100", "by": f"{year}Q4"}})
        for year in (2028, 2029)
    )
    assert describe_difference(sooner, later) == ["outcomes.big.by: 2028Q4 becomes 2029Q4"]


def test_the_same_distribution_said_otherwise_is_told_apart_by_its_kind() -> None:
    same = 'cash.tax_rate={distribution="uniform", p10=0.189, p90=0.261}'
    assert difference("anthropic", "anthropic", same) == []
    certain = 'other_costs.fixed={distribution="discrete", values=[1.46]}'
    assert difference("anthropic", "anthropic", certain) == [
        "other_costs.fixed: certain becomes discrete"
    ]


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        (
            "cash.opening=20",
            "cash.opening: 10 / 12.52 / 15.55 becomes 20 bn USD (higher, now certain)",
        ),
        ("inference.base_overrun=0", "inference.base_overrun: 23% becomes 0% (lower)"),
        (
            'inference.other_sales_cost="5% to 8%"',
            "inference.other_sales_cost: 6.522% becomes 5.266% / 6.325% / 7.595% "
            "(lower, now uncertain)",
        ),
        (
            "segments.api.growth.initial.p90=1.9",
            "segments.api.growth.initial: 0.35 / 0.9 / 1.45 becomes 0.35 / 1.125 / 1.9 log/yr "
            "(higher, wider)",
        ),
        (
            'segments.api.growth.initial={distribution="normal", p10=0.8, p90=1.0}',
            "segments.api.growth.initial: 0.35 / 0.9 / 1.45 becomes 0.8 / 0.9 / 1 log/yr "
            "(narrower)",
        ),
        (
            "free_users.growth.p90=0.8",
            "free_users.growth: 0 / 0.3 / 0.6 becomes 0 / 0.4 / 0.8 log/yr (higher, wider)",
        ),
        (
            'cash.working_capital={distribution="student_t", p10=-0.06, p90=0.08, '
            "degrees_of_freedom=30}",
            "cash.working_capital: normal becomes student_t",
        ),
        ("horizon.last_quarter=2030Q4", "horizon: 2026Q1 to 2035Q4 becomes 2026Q1 to 2030Q4"),
        ("targets.gross_margin=75%", "target of gross margin: 70% becomes 75%"),
        ("targets.gross_margin=0.705", "target of gross margin: 70% becomes 70.5%"),
        ("targets.hold_quarters=2", "quarters that it must hold: 4 becomes 2"),
        ("targets.projected_year=2028", "projected year: 2027 becomes 2028"),
        ("funding.round_2026.chance=0", "funding.round_2026.chance: 90% becomes 0%"),
        ("funding.round_2026.quarter=2026Q2", "funding.round_2026.quarter: 2026Q1 becomes 2026Q2"),
        (
            'segments.api.known_losses=[{quarter="2026Q4", share="13%"}]',
            "segments.api.known_losses: none becomes 13% in 2026Q4",
        ),
        (
            'copula={distribution="student_t", degrees_of_freedom=4}',
            "joint extremes: normal becomes Student-t of 4 degrees of freedom",
        ),
        (
            'correlations."inference.overrun, training.drift"=0.5',
            "correlation of inference.overrun and training.drift: 0.3 becomes 0.5",
        ),
        (
            'correlations."inference.overrun, training.drift"={value=0.5, kind="spearman"}',
            "correlation of inference.overrun and training.drift: 0.3 becomes 0.5 (Spearman)",
        ),
        (
            'correlations."inference.overrun, cash.opening"==-0.1',
            "correlation of cash.opening and inference.overrun: 0 becomes -0.1",
        ),
    ],
)
def test_a_change_is_told_in_a_line(setting: str, line: str) -> None:
    assert difference("anthropic", "anthropic", setting) == [line]


def test_a_purchase_comes_with_its_dates_and_inputs_and_goes_in_one_line() -> None:
    assert difference("anthropic", "anthropic-tpu") == [
        "hardware.tpu: new, first_quarter 2026Q3, last_quarter 2027Q4, life_years 5 years",
        "hardware.tpu.amount: new, 21 bn USD",
        "hardware.tpu.rent_replaced: new, 6 / 7.746 / 10 bn USD/yr",
        "hardware.tpu.saving: new, 66.12% / 73.69% / 80%",
    ]
    assert difference("anthropic-tpu", "anthropic") == ["hardware.tpu: left out"]


def test_a_new_segment_tells_only_what_it_has() -> None:
    lines = difference("openai", "openai-advertising")
    assert lines[0] == "segments.advertising: new, starts 2026Q3"
    assert not any("market" in line or "growth" in line for line in lines)


def test_an_optional_part_that_comes_or_goes_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "anthropic.toml"\n[[segments]]\nname = "subscriptions"\n'
        "client_loss = { rate = 0.1, share = 0.05 }\n"
    )
    assert difference("anthropic", str(file)) == [
        "segments.subscriptions.client_loss.rate: new, 0.1 times a year",
        "segments.subscriptions.client_loss.share: new, 5%",
    ]
    assert difference(str(file), "anthropic") == [
        "segments.subscriptions.client_loss.rate: left out",
        "segments.subscriptions.client_loss.share: left out",
    ]


def test_a_stress_test_differs_by_what_it_supposes() -> None:
    assert difference("anthropic", "anthropic", stress="no_next_round") == [
        "funding.round_2026.chance: 90% becomes 0%"
    ]
