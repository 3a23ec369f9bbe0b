"""The page of base rates holds what is estimated, and the process gives the labs' own quarters."""

import re
import tomllib
from typing import Any

import pytest

from docs.make_base_rates import LEAST_RATIO, MOST_RATIO, PAGE, check_quarters, section
from docs.make_vintages import VINTAGES
from simulate.analysis.base_rates import BaseRates, base_rates, moments, process_of
from simulate.scenario.figures import packaged_figures
from simulate.scenario.packaged import packaged_configs
from simulate.scenario.vintage import vintage_text


@pytest.fixture(scope="module")
def rates() -> BaseRates:
    return base_rates()


def test_the_page_has_every_rate(rates: BaseRates) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(section(rate) in text for rate in rates)
    assert len(re.findall(r"\S+", text)) <= 2500


def test_the_labs_quarters_are_neither_wilder_nor_calmer_than_their_vintages(
    rates: BaseRates,
) -> None:
    check = check_quarters(rates)
    assert LEAST_RATIO <= check.ratio <= MOST_RATIO
    assert check.implied.lag == pytest.approx(check.observed.lag, abs=0.25)


def test_moments_are_those_of_deviations_from_each_labs_own_mean() -> None:
    found = moments([[1.0, 2.0, 3.0, 4.0], [10.0, 12.0, 14.0, 16.0]])
    assert found.sd == pytest.approx(((5.0 / 3.0 + 20.0 / 3.0) / 2.0) ** 0.5)
    # -1.5, -0.5, 0.5, 1.5 and their doubles.
    assert found.lag == pytest.approx((0.75 - 0.25 + 0.75) / 5.0)
    assert found.kurtosis == pytest.approx((2 * 1.5**4 + 2 * 0.5**4) / 4.0 / 1.25**2)


def same(one: Any, other: Any) -> bool:
    """Tell whether two tables are the same but for the last digits of their numbers."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == (pytest.approx(other, rel=2e-3) if isinstance(one, float) else other)


@pytest.mark.parametrize("name", VINTAGES)
def test_a_packaged_vintage_is_what_the_figures_make(name: str, rates: BaseRates) -> None:
    text = vintage_text(packaged_figures(), *VINTAGES[name], process_of(rates))
    file = packaged_configs() / name
    assert same(tomllib.loads(text), tomllib.loads(file.read_text(encoding="utf-8")))
