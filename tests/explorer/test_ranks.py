"""Which inputs move the headline dates most."""

import numpy as np
import pytest

from simulate.engine.run import Session
from simulate.explorer.changed import Explored
from simulate.explorer.kept import Keeping
from simulate.explorer.ranks import _ranked, ranks_of
from tests.explorer.own import explored

SLUMP = 'alternatives.slump."inference.net_gain"'


def ranks(explored: Explored) -> dict[str, int]:
    with Session(threads=1) as session:
        *looks, found = ranks_of(Keeping(explored, session))
    assert set(looks) == {None}
    assert found is not None
    return found


@pytest.fixture(scope="module")
def anthropic_ranks() -> dict[str, int]:
    return ranks(explored("anthropic.toml"))


def test_what_drivers_find_comes_first(anthropic_ranks: dict[str, int]) -> None:
    # simulate drivers: net gain and inference cost, then the alternative and the overrun.
    first = sorted(anthropic_ranks, key=lambda key: anthropic_ranks[key])[:4]
    assert {"inference.net_gain", "segments.all.inference_cost", "inference.overrun"} <= {*first}
    assert min(v for k, v in anthropic_ranks.items() if k.endswith("weight")) <= 5
    assert anthropic_ranks[SLUMP] < anthropic_ranks["segments.all.market"]


def test_ranks_count_from_one_and_are_the_same_again(anthropic_ranks: dict[str, int]) -> None:
    opened = explored("anthropic.toml")
    assert sorted(anthropic_ranks.values()) == [*range(1, len(anthropic_ranks) + 1)]
    assert {*anthropic_ranks} <= {*opened.places}
    assert ranks(opened) == anthropic_ranks


def test_what_is_certain_or_does_nothing_has_no_rank(anthropic_ranks: dict[str, int]) -> None:
    assert "inference.other_sales_cost" not in anthropic_ranks
    assert "free_users.growth" not in anthropic_ranks


def test_an_input_that_only_one_that_matters_is_correlated_with_ranks_low() -> None:
    # The lasting growth of training is correlated with that of revenue; the free users' growth is
    # made so here, and does as little as before.
    opened = explored("anthropic.toml")
    pair = "segments.all.inference_cost, free_users.usage_growth"
    correlated = Explored.of(opened.scenario.changed({f'correlations."{pair}"': 0.9}))
    found = ranks(correlated)
    assert found["segments.all.inference_cost"] <= 2
    assert found.get("free_users.usage_growth", 99) > 10


def test_dates_alike_have_the_rank_in_their_middle() -> None:
    found = _ranked(np.array([3, 3, 0, 9]))
    middle = np.array([1.0 + 1.0, 1.0 + 1.0, 0.5, 3.5])
    np.testing.assert_allclose(found, (middle - middle.mean()) / middle.std())


def test_a_scenario_without_alternatives_has_ranks() -> None:
    found = ranks(explored("bare.toml"))
    assert found["inference.net_gain"] == 1
