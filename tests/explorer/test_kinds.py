"""Inputs told as other families."""

import pytest

from simulate.explorer.changed import Explored, Refused
from simulate.explorer.controls import controls_of
from simulate.explorer.kinds import as_kind
from simulate.explorer.places import distribution_at
from tests.explorer.own import explored

# Of all pairs of an input and a family, so many stand for the others.
EVERY = 4
LEVELS = (0.1, 0.5, 0.9)
GAIN, FLOOR, MARKET = "inference.efficiency_gain", "training.floor", "segments.all.market"


@pytest.fixture(scope="module")
def anthropic_now() -> Explored:
    return explored("anthropic.toml")


def quantiles(explored: Explored, key: str, kind: str = "") -> list[float]:
    changes = {key: as_kind(explored, {}, key, kind).value} if kind else {}
    given = distribution_at(explored.with_changes(changes), explored.places[key])
    return [given.quantile(level) for level in LEVELS]


@pytest.mark.parametrize("name", ["anthropic.toml", "bare.toml"])
def test_every_kind_that_is_offered_can_be(name: str) -> None:
    opened = explored(name)
    for place, control in enumerate(controls_of(opened)):
        for kind in control.kinds[place % EVERY :: EVERY]:
            found = as_kind(opened, {}, control.key, kind)
            assert found.kind == kind
            again = as_kind(opened, {control.key: found.value}, control.key, kind)
            assert again.value == found.value or kind == control.kind


# Two numbers meet P10 and P90, three the median as well; one meets that alone.
@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (GAIN, "normal"),
        (GAIN, "uniform"),
        (GAIN, "triangular"),
        (GAIN, "pert"),
        (GAIN, "student_t"),
        (GAIN, "metalog"),
        (FLOOR, "normal"),
        (FLOOR, "logit_normal"),
        (FLOOR, "beta"),
        (FLOOR, "triangular"),
        (MARKET, "gamma"),
        (MARKET, "metalog"),
        (MARKET, "normal"),
        ("segments.all.growth.half_life", "gamma"),
        ("segments.all.growth.half_life", "normal"),
        ("inference.net_gain", "normal"),
        ("inference.overrun", "metalog"),
    ],
)
def test_a_kind_keeps_the_outer_quantiles(anthropic_now: Explored, key: str, kind: str) -> None:
    low, middle, high = quantiles(anthropic_now, key)
    found = quantiles(anthropic_now, key, kind)
    near = 0.02 * (high - low)
    assert (found[0], found[2]) == pytest.approx((low, high), abs=near)
    if kind in ("metalog",) or key == GAIN:
        assert found[1] == pytest.approx(middle, abs=near)


def test_a_lognormal_has_a_median_of_its_own_only_where_two_quantiles_miss_it(
    anthropic_now: Explored,
) -> None:
    stated = {"distribution": "metalog", "p10": 0.45, "p50": 0.6, "p90": 0.9}
    shifted = as_kind(anthropic_now, {GAIN: stated}, GAIN, "lognormal").value
    assert (shifted["p10"], shifted["p50"], shifted["p90"]) == (0.45, 0.6, 0.9)
    plain = as_kind(anthropic_now, {GAIN: stated | {"p50": 0.636}}, GAIN, "lognormal").value
    assert "p50" not in plain


def test_a_certain_number_becomes_a_doubt_around_it(anthropic_now: Explored) -> None:
    low, middle, high = quantiles(anthropic_now, "cash.losses_carried_forward", "normal")
    assert (low, middle, high) == pytest.approx((9.6, 12.0, 14.4))
    # Of 0 to 50 years, a quarter of the ten that are many.
    nothing = quantiles(anthropic_now, "segments.all.growth.plateau", "uniform")
    assert nothing == pytest.approx([0.25, 1.25, 2.25])


def test_its_own_kind_is_what_the_scenario_says(anthropic_now: Explored) -> None:
    changes = {GAIN: as_kind(anthropic_now, {}, GAIN, "uniform").value}
    back = as_kind(anthropic_now, changes, GAIN, "normal")
    assert back.value == anthropic_now.stated[GAIN]
    assert not back.is_changed


def test_the_truncation_stays(anthropic_now: Explored) -> None:
    found = as_kind(anthropic_now, {}, "inference.net_gain", "normal")
    assert found.value["truncate"] == [-0.6, 1.5]


def test_the_source_says_as_what(anthropic_now: Explored) -> None:
    source = as_kind(anthropic_now, {}, GAIN, "student_t").source
    assert source.startswith("assumption: set by hand in the explorer, as student t; was: ")


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("targets.gross_margin", "normal"),
        ("nowhere", "normal"),
        (GAIN, "mixture"),
        (GAIN, "gamma\x1b"),
        ("free_users.users", "normal"),
        ("training.growth.lasting", "gamma"),
    ],
)
def test_what_can_not_be_is_refused(anthropic_now: Explored, key: str, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        as_kind(anthropic_now, {}, key, kind)
    assert refused.value.text.isprintable()
