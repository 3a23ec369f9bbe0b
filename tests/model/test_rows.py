"""Each input that a path draws has a row, and each row its place and its input."""

import tomllib
from itertools import chain

import pytest

from simulate.kernels.arrays import LANES, Rows, index
from simulate.model.rows import (
    BaseQuarter,
    Commitment,
    Flow,
    Funding,
    Hardware,
    Hit,
    InputRows,
    Lab,
    Metric,
    Now,
    Raising,
    Segment,
    Share,
)
from simulate.scenario.inputs import ALTERNATIVE, declared_inputs
from tests.mutate import ROOT

TABLE = tomllib.loads((ROOT / "tests" / "data" / "everything.toml").read_text(encoding="utf-8"))
TABLE["base_quarters"] = [{"name": "2025Q4"}]
MEMBERS = {
    "base_quarters": BaseQuarter,
    "segments": Segment,
    "hardware": Hardware,
    "commitments": Commitment,
    "revenue_shares": Share,
    "funding": Funding,
}
OF_INPUTS = (Lab, Raising, *MEMBERS.values())
# What base quarters are worked out from or the schedule reads; or no part of the simulation.
NOT_IN_ROWS = ("base_year.", "segments.*.share_of_revenue", "other_costs.not_operating")


def keys_of_rows() -> set[str]:
    in_lists = ({f"{part}.*.{row.key}" for row in rows} for part, rows in MEMBERS.items())
    return ({row.key for row in (*Lab, *Raising)} - {ALTERNATIVE}).union(
        chain.from_iterable(in_lists)
    )


def declared_keys() -> set[str]:
    """Return the keys of the inputs that a path draws, with ``*`` for a member's name."""
    found = set()
    for key, quantity in declared_inputs(TABLE).items():
        steps = key.split(".")
        if steps[0] in MEMBERS:
            steps[1] = "*"
        if quantity.drawn == "path":
            found.add(".".join(steps))
    return {key for key in found if not key.startswith(NOT_IN_ROWS)}


def test_every_input_that_a_path_draws_has_a_row_and_every_row_an_input() -> None:
    assert keys_of_rows() == declared_keys()
    assert len(keys_of_rows()) > 40


@pytest.mark.parametrize("rows", OF_INPUTS)
def test_no_two_rows_hold_the_same_input(rows: type[InputRows]) -> None:
    assert len({row.key for row in rows}) == len(rows)


@pytest.mark.parametrize("rows", [*OF_INPUTS, Metric, Hit, Flow, Now])
def test_rows_follow_each_other_without_a_gap(rows: type[Rows]) -> None:
    places = [row.value for row in rows]
    assert places == list(range(places[0], places[0] + len(rows) * LANES, LANES))


def test_money_comes_before_shares_among_the_metrics() -> None:
    is_share = [metric.title.startswith("gross margin") for metric in Metric]
    assert is_share == sorted(is_share)
    assert is_share.index(True) == index(Metric.MARGIN_INFERENCE)
