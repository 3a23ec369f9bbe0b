"""How the answer goes from low to high with each input."""

from typing import Any

import numpy as np
import pytest

from simulate.engine.run import Session, run
from simulate.explorer.kept import PATHS, Keeping
from simulate.explorer.tornado import Tornado, _fifths, tornado_of
from tests.explorer.own import explored

GAIN, COST, OVERRUN = "inference.net_gain", "segments.all.inference_cost", "inference.overrun"


def tornado(name: str, changes: dict[str, Any] | None = None) -> Tornado:
    opened = explored(name)
    with Session(threads=1) as session:
        *looks, found = tornado_of(Keeping(opened, session), changes or {})
    assert set(looks) <= {None}
    assert found is not None
    return found


@pytest.fixture(scope="module")
def anthropic() -> Tornado:
    return tornado("anthropic.toml")


def test_ends_are_the_answer_among_the_fifths_of_a_run(anthropic: Tornado) -> None:
    scenario = explored("anthropic.toml").scenario
    result = run(scenario, paths=PATHS, keep_outcomes=True, keep_inputs=True)
    outcomes = result.outcomes
    comes = outcomes["gross margin, paying users"] <= result.years.index(2027) * 4 + 2
    cost = outcomes[COST]
    bar = next(bar for bar in anthropic.bars if bar.key == COST)
    assert anthropic.answer.value == pytest.approx(comes.mean(), rel=1e-4)
    assert bar.low.chance.value == pytest.approx(comes[cost <= cost.quantile(0.2)].mean(), abs=5e-4)
    assert bar.high.chance.value == pytest.approx(
        comes[cost >= cost.quantile(0.8)].mean(), abs=5e-4
    )
    assert bar.low.text == f"up to {cost.quantile(0.2):.1%}"


def test_the_errors_are_those_of_the_answer_among_other_paths(anthropic: Tornado) -> None:
    scenario = explored("anthropic.toml").scenario
    bar = next(bar for bar in anthropic.bars if bar.key == COST)
    ends = []
    for seed in range(2, 12):
        outcomes = run(
            scenario, paths=PATHS, seed=seed, keep_outcomes=True, keep_inputs=True
        ).outcomes
        low = outcomes[COST] <= outcomes[COST].quantile(0.2)
        ends.append((outcomes["gross margin, paying users"][low] <= 6).mean())
    told = float(bar.low.chance.text.split("± ")[1]) / 100.0
    assert 0.4 < told / np.std(ends, ddof=1) < 2.5
    assert bar.low.chance.low < np.mean(ends) < bar.low.chance.high


def test_the_first_moves_it_most_and_there_are_ten(anthropic: Tornado) -> None:
    assert len(anthropic.bars) == 10
    assert anthropic.bars[0].key == COST
    assert {GAIN, OVERRUN} <= {bar.key for bar in anthropic.bars}
    assert anthropic.title == "Gross margin (paying users) reaches 70% by the end of 2027"


def test_an_input_of_an_alternative_stands_around_the_answer_of_the_paths_that_live_there(
    anthropic: Tornado,
) -> None:
    bars = {bar.key: bar for bar in anthropic.bars}
    own = bars['alternatives.slump."inference.net_gain"']
    assert own.among == "of the 25% of paths in which that is so"
    assert bars[GAIN].among == "of the 50% of paths in which no alternative has its own"
    assert bars[COST].among == ""
    assert bars["alternatives.slump.weight"].high.chance == own.middle


def test_it_follows_what_is_changed(anthropic: Tornado) -> None:
    easier = tornado("anthropic.toml", {"targets.gross_margin": 0.5})
    assert "reaches 50%" in easier.title
    assert easier.answer.value > anthropic.answer.value


def test_a_certain_input_and_one_that_does_nothing_have_no_bar() -> None:
    certain = tornado("anthropic.toml", {COST: {"value": 0.24}})
    keys = {bar.key for bar in certain.bars}
    assert COST not in keys
    assert not keys & {"cash.tax_rate", "cash.interest_rate", "free_users.usage_growth"}


def test_an_answer_that_is_certain_has_no_bars() -> None:
    assert tornado("anthropic.toml", {"targets.gross_margin": 0.999}).bars == ()


def test_a_scenario_without_alternatives_has_bars() -> None:
    assert all(bar.among == "" for bar in tornado("bare.toml").bars)


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 2], [9, 10]),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [0] * 9, [1]),
        ([0, 1, 1, 1, 1, 1, 1, 1, 1, 1], [0], [1] * 9),
        ([0, 0, 1, 1, 1, 1, 1, 1, 1, 2], [0, 0], [1] * 7 + [2]),
        ([1, 1, 1, 1, 2, 2, 3, 3, 3, 3], [1] * 4, [3] * 4),
    ],
)
def test_equal_values_are_not_parted(values: list[int], low: list[int], high: list[int]) -> None:
    given = np.array(values, float)
    (_, below), (_, above) = _fifths(given, np.ones(len(given), bool))
    assert given[below].tolist() == low
    assert given[above].tolist() == high
