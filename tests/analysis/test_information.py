"""What knowing is worth, where it has a closed form."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from simulate.analysis.decide import Payoffs, value_of_knowing

REPLICATES, EACH = 16, 8192
MEAN, WEIGHTS, NOISE = -0.5, (1.0, 0.4, 0.0), 2.0


def linear(seed: int, mean: float = MEAN) -> tuple[Payoffs, NDArray[np.float64]]:
    """Two options; the second pays mean + w x + noise more, on top of a noise of both."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((REPLICATES * EACH, len(WEIGHTS)))
    shared, own = 10.0 * rng.standard_normal((2, len(x)))
    difference = mean + x @ np.array(WEIGHTS) + NOISE * own / 10.0
    replicate = np.repeat(np.arange(REPLICATES), EACH)
    return Payoffs(np.stack([shared, shared + difference], axis=1), replicate), x


def worth(mean: float, deviation: float) -> float:
    """Return what knowing a normal difference is worth: s phi(m/s) - |m| Phi(-|m|/s)."""
    ratio = abs(mean) / deviation
    return deviation * float(norm.pdf(ratio)) - abs(mean) * float(norm.cdf(-ratio))


@pytest.mark.parametrize("mean", [-0.5, 0.0, 1.2])
def test_knowing_everything_is_worth_the_closed_form(mean: float) -> None:
    payoffs, _ = linear(1, mean)
    found = payoffs.perfect_information()
    deviation = float(np.sqrt(np.sum(np.square(WEIGHTS)) + NOISE**2))
    # Beyond 4 standard errors once in 16,000 seeds, were they normal.
    assert abs(found.value - worth(mean, deviation)) < 4.0 * found.standard_error


@pytest.mark.parametrize("mean", [-0.5, 0.0, 1.2])
@pytest.mark.parametrize("place", [0, 1])
def test_knowing_one_input_is_worth_the_closed_form(mean: float, place: int) -> None:
    payoffs, x = linear(2, mean)
    found = value_of_knowing(payoffs, x[:, place]).worth
    truth = worth(mean, WEIGHTS[place])
    assert abs(found.value - truth) < 4.0 * found.standard_error + 0.002


def test_what_is_worth_nothing_is_not_found_to_be_worth_something_on_average() -> None:
    """Where options pay alike, the best of noisy group means of the same paths is too high."""
    honest, naive = [], []
    for seed in range(30):
        payoffs, x = linear(seed, 0.0)
        few = slice(None, None, 16)
        small = Payoffs(payoffs.paid[few], payoffs.replicate[few])
        honest.append(value_of_knowing(small, x[few, 2]).worth.value)
        groups = np.array_split(small.gains[np.argsort(x[few, 2])], 32)
        naive.append(np.mean([group.mean(axis=0).max() for group in groups]))
    error = np.std(honest, ddof=1) / np.sqrt(len(honest))
    assert np.mean(honest) < 3.0 * error
    assert np.mean(naive) > 10.0 * error


def test_what_decides_nothing_is_worth_nothing() -> None:
    payoffs, x = linear(3)
    nothing = value_of_knowing(payoffs, x[:, 2]).worth
    assert abs(nothing.value) < 4.0 * nothing.standard_error + 1e-12
    assert nothing.value < 0.01


def test_knowing_more_is_worth_no_less() -> None:
    payoffs, x = linear(4)
    everything = payoffs.perfect_information().value
    parts = [value_of_knowing(payoffs, x[:, i]).worth.value for i in range(3)]
    assert everything > parts[0] > parts[1] > parts[2] - 0.01


def test_the_rule_turns_where_the_options_pay_alike() -> None:
    """The second option is better where -0.5 + x > 0."""
    payoffs, x = linear(5)
    turn = value_of_knowing(payoffs, x[:, 0]).turn()
    assert turn is not None
    assert (turn.below, turn.above) == (0, 1)
    assert turn.limit == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("chance", [0.5, 0.83, 0.03])
def test_a_yes_or_no_is_worth_the_closed_form_and_turns_between_the_two(chance: float) -> None:
    """The second option pays 2 more where it is yes, and 1 less where it is no."""
    rng = np.random.default_rng(7)
    yes = (rng.random(REPLICATES * EACH) < chance).astype(float)
    shared = 10.0 * rng.standard_normal(len(yes))
    paid = np.stack([shared, shared + np.where(yes > 0.0, 2.0, -1.0)], axis=1)
    known = value_of_knowing(Payoffs(paid, np.repeat(np.arange(REPLICATES), EACH)), yes)
    truth = 2.0 * chance - max(0.0, 2.0 * chance - (1.0 - chance))
    assert abs(known.worth.value - truth) < 4.0 * known.worth.standard_error
    turn = known.turn()
    assert turn is not None and tuple(turn) == (0.5, 0, 1)


def test_what_is_certain_is_worth_nothing_and_decides_nothing() -> None:
    payoffs, x = linear(8)
    known = value_of_knowing(payoffs, np.full(len(x), 3.0))
    assert known.worth.value == 0.0
    assert known.turn() is None


def test_where_both_ends_want_the_same_option_no_limit_decides() -> None:
    _, x = linear(9)
    paid = np.stack([np.ones(len(x)), x[:, 0] ** 2], axis=1)
    payoffs = Payoffs(paid, np.repeat(np.arange(REPLICATES), EACH))
    known = value_of_knowing(payoffs, x[:, 0])
    assert known.worth.low > 0.1
    assert known.turn() is None


def test_any_monotone_measure_of_a_quantity_is_worth_the_same() -> None:
    payoffs, x = linear(6)
    known, scaled = (value_of_knowing(payoffs, v).worth for v in (x[:, 0], np.exp(3.0 * x[:, 0])))
    assert known == scaled


def test_what_options_share_has_no_part_in_their_difference() -> None:
    payoffs, _ = linear(7)
    assert payoffs.best == 0
    behind = payoffs.behind(1)
    assert payoffs.behind(0).value == 0.0
    assert abs(behind.value - MEAN) < 4.0 * behind.standard_error
    assert behind.standard_error < 0.35 * payoffs.expected(1).standard_error


def test_three_options_are_chosen_between() -> None:
    """Payoffs x, -x and 0.5: knowing x pays E max(|x|, 0.5) - 0.5."""
    x = np.random.default_rng(8).standard_normal(REPLICATES * EACH)
    paid = np.stack([x, -x, np.full_like(x, 0.5)], axis=1)
    payoffs = Payoffs(paid, np.repeat(np.arange(REPLICATES), EACH))
    truth = 2.0 * norm.pdf(0.5) + 0.5 * (2.0 * norm.cdf(0.5) - 1.0) - 0.5
    for found in (payoffs.perfect_information(), value_of_knowing(payoffs, x).worth):
        assert abs(found.value - truth) < 4.0 * found.standard_error + 0.005
