"""What a page shows of what it may change."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from simulate.explorer.changed import Explored
from simulate.explorer.controls import Control, control_of, controls_of, shape_of
from simulate.scenario.distributions import Fixed, Lognormal, Normal
from simulate.scenario.packaged import packaged_names
from simulate.text.numbers import unit_of
from tests.explorer.own import explored, own_file

MOST_POINTS = 80


@pytest.fixture(scope="module")
def anthropic_now() -> Explored:
    return explored("anthropic.toml")


def control(explored: Explored, key: str) -> Control:
    return control_of(explored, key, explored.scenario)


@pytest.mark.parametrize("name", [*packaged_names(), "own"])
def test_every_control_is_whole(name: str, tmp_path: Path) -> None:
    opened = explored(own_file(tmp_path) if name == "own" else name)
    found = controls_of(opened)
    assert len({each.key for each in found}) == len(found)
    for each in found:
        low, high = each.scale
        assert low < high
        assert not each.is_changed
        assert each.kind in each.kinds or each.what != "input"
        assert all(low <= h.value <= high for h in each.handles if h.text != "no limit")
        if each.shape is not None:
            assert len(each.shape.x) == len(each.shape.y) <= MOST_POINTS
            assert each.shape.p10 <= each.shape.p50 <= each.shape.p90
            assert low <= each.shape.p10 <= each.shape.p90 <= high
        assert (each.shape is None) == each.is_certain
    json.dumps([each.as_dict() for each in found], allow_nan=False)


def test_a_normal_stated_by_moments_is_told_by_its_quantiles(anthropic_now: Explored) -> None:
    # The file says mean = 2.76, sd = 0.324.
    found = control(anthropic_now, "segments.all.growth.initial")
    low, high = stats.norm(2.76, 0.324).ppf([0.1, 0.9])
    assert (found.value["p10"], found.value["p90"]) == pytest.approx((low, high), abs=1e-4)
    assert [(h.part, h.title) for h in found.handles] == [("p10", "P10"), ("p90", "P90")]


def test_a_shape_is_the_density() -> None:
    shape = shape_of(
        Normal(distribution="normal", quantiles={"p10": -1.0, "p90": 3.0}), unit_of("")
    )
    x, y = np.array(shape.x), np.array(shape.y)
    expected = stats.norm(1.0, 2.0 / stats.norm.ppf(0.9)).pdf(x)
    np.testing.assert_allclose(y, expected / expected.max(), atol=0.01)
    assert shape.text == "P10 −1 · P50 1 · P90 3"
    assert y.max() == 1.0


def test_single_values_have_masses_and_no_density(tmp_path: Path) -> None:
    shape = control(explored(own_file(tmp_path)), "cash.tax_rate").shape
    assert shape is not None
    assert not shape.x
    assert [value for value, _ in shape.masses] == [0.2, 0.21, 0.3]
    np.testing.assert_allclose([mass for _, mass in shape.masses], [0.25, 0.5, 0.25], atol=0.005)


def test_a_control_tells_its_facts_and_base_rate(anthropic_now: Explored) -> None:
    found = control(anthropic_now, "segments.all.growth.half_life")
    assert found.base_rate == "P13 in good years and in 2023, and the labs' own years"
    assert [fact.id for fact in found.facts] == ["P13"]
    assert control(anthropic_now, "targets.gross_margin").base_rate == ""
    slump = control(anthropic_now, 'alternatives.slump."inference.net_gain"')
    assert slump.base_rate == "at one lab -0.21 and -0.30 in two years running"
    assert slump.title == "fall of cost per dollar of revenue, if growth slumps and prices fall"


def test_a_changed_control_stands_where_it_was_set_in_the_same_range(
    anthropic_now: Explored,
) -> None:
    key = "inference.efficiency_gain"
    before = control(anthropic_now, key)
    value = before.value | {"p90": 1.3}
    after = control_of(anthropic_now, key, anthropic_now.with_changes({key: value}))
    assert after.is_changed
    assert after.value == value
    assert after.scale == before.scale
    far = before.value | {"p10": -1.0}
    wide = control_of(anthropic_now, key, anthropic_now.with_changes({key: far}))
    assert wide.scale[0] < before.scale[0]


def test_long_tails_have_a_scale_of_factors_and_others_begin_at_nothing(
    anthropic_now: Explored,
) -> None:
    low, high = control(anthropic_now, "segments.all.market").scale
    assert 0.0 < low < 200.0 / 3.0
    assert high > 3.0 * 1100.0
    assert control(anthropic_now, "training.floor").scale[0] == 0.0


def test_what_moves_the_answer_most_comes_first(anthropic_now: Explored) -> None:
    first, second, *others = controls_of(anthropic_now, {"cash.opening": 2, "demand.initial": 1})
    assert [(c.key, c.rank) for c in (first, second)] == [
        ("demand.initial", 1),
        ("cash.opening", 2),
    ]
    assert others[0].key == "targets.gross_margin"
    assert {c.rank for c in others} == {None}


def test_a_number_without_a_limit_says_so() -> None:
    found = control(explored("bare.toml"), "segments.all.market")
    assert [handle.text for handle in found.handles] == ["no limit"]
    assert found.scale[1] < 1e5


def test_a_certain_number_has_no_picture(anthropic_now: Explored) -> None:
    found = control(anthropic_now, "segments.all.growth.age")
    assert (found.shape, found.is_certain, found.kind) == (None, True, "value")


def test_what_is_cut_off_says_that_its_quantiles_are_of_before(anthropic_now: Explored) -> None:
    titles = [h.title for h in control(anthropic_now, "inference.net_gain").handles]
    assert titles == ["P10 before it is cut off", "P90 before it is cut off"]


def test_shapes_of_all_families_are_small() -> None:
    given = Lognormal(distribution="lognormal", quantiles={"p10": 1.0, "p90": 50.0})
    assert len(shape_of(given, unit_of("years")).x) <= MOST_POINTS
    assert shape_of(Fixed(value=2.0), unit_of("years")).masses == ((2.0, 1.0),)
