"""How far a hand may move a part of a control."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from simulate.explorer import changed, limits
from simulate.explorer.changed import Explored, Refused
from simulate.explorer.controls import control_of
from simulate.explorer.limits import limits_of
from tests.explorer.own import explored

SLUMP = 'alternatives.slump."inference.net_gain"'
PAIR = 'correlations."demand.initial, training.growth.initial"'


@pytest.fixture(scope="module")
def anthropic_now() -> Explored:
    return explored("anthropic.toml")


def with_part(explored: Explored, key: str, part: str, value: float) -> dict[str, Any]:
    return {key: explored.stated[key] | {part: value} if part else value}


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("targets.gross_margin", ""),
        ("base_quarters.2026Q1.revenue", "p90"),
        ("segments.all.growth.initial", "p10"),
        ("segments.all.growth.half_life", "p10"),
        ("segments.all.market", "p90"),
        ("inference.overrun", "p50"),
        (SLUMP, "p10"),
        ("training.floor", "low"),
        ("other_costs.stock_pay", "mode"),
        ("other_costs.variable", "value"),
        ("funding.clouds.amount", "high"),
        ("funding.clouds.chance", ""),
        ("alternatives.slump.weight", ""),
        (PAIR, ""),
    ],
)
def test_limits_are_tight(anthropic_now: Explored, key: str, part: str) -> None:
    found = limits_of(anthropic_now, {}, key, part)
    low, high = control_of(anthropic_now, key, anthropic_now.scenario).scale
    beyond = 2e-3 * (high - low)
    for end, why, sign in ((found.low, found.why_low, -1), (found.high, found.why_high, 1)):
        anthropic_now.with_changes(with_part(anthropic_now, key, part, end))
        with pytest.raises(Refused):
            anthropic_now.with_changes(with_part(anthropic_now, key, part, end + sign * beyond))
        assert why
        assert "\n" not in why


def test_quantiles_rise(anthropic_now: Explored) -> None:
    found = limits_of(anthropic_now, {}, "inference.efficiency_gain", "p10")
    assert found.high == pytest.approx(1.2, abs=1e-3)
    assert found.high < 1.2
    assert found.why_high == "quantiles must rise"


def test_draws_stay_in_the_declared_range(anthropic_now: Explored) -> None:
    # Of a normal with its P10 at 0.4: 0.4 + (1 + 6.5 / 1.2816) (p90 - 0.4) / 2 is at most 6.
    found = limits_of(anthropic_now, {}, "inference.efficiency_gain", "p90")
    reach = 1.0 + 6.5 / 1.2815515655
    assert found.high == pytest.approx(0.4 + 2.0 * 5.6 / reach, abs=1e-3)
    assert "from -6 to 6 log/yr" in found.why_high


def test_limits_go_by_what_has_been_changed(anthropic_now: Explored) -> None:
    key = "other_costs.stock_pay"
    changes = {key: anthropic_now.stated[key] | {"high": 0.9}}
    found = limits_of(anthropic_now, changes, key, "mode")
    assert (found.low, found.high) == (0.15, 0.9)


def test_a_correlation_goes_as_far_as_the_others_let_it(anthropic_now: Explored) -> None:
    # With a = corr(growth, training) = 0.5 and b = corr(growth, demand) = -0.95 the third lies
    # between ab - r and ab + r, where r^2 = (1 - a^2)(1 - b^2).
    found = limits_of(anthropic_now, {}, PAIR, "")
    middle, reach = 0.5 * -0.95, math.sqrt((1 - 0.25) * (1 - 0.95**2))
    assert (found.low, found.high) == pytest.approx((middle - reach, middle + reach), abs=1e-3)
    assert found.why_low == found.why_high == "no inputs can be correlated like this"


def test_a_share_of_a_whole_can_not_be_moved_alone(anthropic_now: Explored) -> None:
    found = limits_of(anthropic_now, {}, "segments.all.share_of_revenue", "value")
    assert (found.low, found.high) == (1.0, 1.0)
    assert "sums to" in found.why_low


def test_what_is_declared_stops_a_quantile_that_is_cut_off(anthropic_now: Explored) -> None:
    found = limits_of(anthropic_now, {}, "inference.net_gain", "p90")
    assert found.high == 6.0
    assert found.why_high == "fall of cost per dollar of revenue is from -6 to 6 log/yr"


def test_what_is_declared_stops_a_certain_number(anthropic_now: Explored) -> None:
    found = limits_of(anthropic_now, {}, "inference.base_overrun", "value")
    assert (found.low, found.high) == (-0.9, 3.0)
    assert found.why_low == "overrun of the base year is from -0.9 to 3 share"


def test_a_large_scale_takes_few_runs_of_all_checks(
    anthropic_now: Explored, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {"whole": 0, "read": 0}

    def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def count(*arguments: Any, **more: Any) -> Any:
            counts[name] += 1
            return call(*arguments, **more)

        return count

    monkeypatch.setattr(changed, "validate", counted("whole", changed.validate))
    monkeypatch.setattr(limits, "read", counted("read", limits.read))
    for part in ("p10", "p90"):
        limits_of(anthropic_now, {}, "inference.net_gain", part)
        assert counts["whole"] <= 4
        assert counts["read"] <= 80
        counts.update(whole=0, read=0)


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("nowhere", "p10"),
        ("cash.tax_rate", "p10"),
        ("cash.tax_rate", "distribution"),
        ("inference.net_gain", "truncate"),
    ],
)
def test_there_are_no_limits_of_what_is_not_there(
    anthropic_now: Explored, key: str, part: str
) -> None:
    with pytest.raises(Refused):
        limits_of(anthropic_now, {}, key, part)


def test_limits_are_finite(anthropic_now: Explored) -> None:
    found = limits_of(anthropic_now, {}, "segments.all.growth.half_life", "p90")
    assert np.isfinite([found.low, found.high]).all()
    assert found.why_high == ""
