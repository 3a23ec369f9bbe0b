"""Parts by chance that a scenario may have beside what every lab has."""

from typing import Any

from hypothesis import strategies as st

from simulate.scenario.quarters import format_quarter

# Sections and single keys of a scenario, by dotted key.
Parts = dict[str, Any]
START, END = 4 * 2026, 4 * 2029 + 3


def amounts(low: float, high: float) -> st.SearchStrategy[Any]:
    """An amount that is certain, or drawn by a path."""
    steps = st.integers(0, 20)
    certain = steps.map(lambda step: low + (high - low) * step / 20)
    ends = st.tuples(certain, certain).filter(lambda pair: pair[0] < pair[1])
    drawn = ends.map(lambda pair: {"distribution": "uniform", "low": pair[0], "high": pair[1]})
    return certain | drawn


def quarters(first: int, last: int) -> st.SearchStrategy[str]:
    return st.integers(first, last).map(format_quarter)


def named(members: st.SearchStrategy[Parts], most: int) -> st.SearchStrategy[list[Parts]]:
    """A list of members, each with a name of its own."""
    return st.lists(members, max_size=most).map(
        lambda found: [{"name": f"member_{k}"} | member for k, member in enumerate(found)]
    )


def by_year(most: float, least: int = 0) -> st.SearchStrategy[dict[str, float]]:
    years = st.integers(2026, 2029).map(str)
    amounts = st.integers(least, 8).map(lambda eighth: most * eighth / 8)
    return st.dictionaries(years, amounts, min_size=1)


@st.composite
def commitments(draw: st.DrawFn) -> Parts:
    cancellable = {"cancellable": draw(amounts(0, 1))}
    if draw(st.booleans()):
        return cancellable | {"by_year": draw(by_year(40))}
    first = draw(st.integers(START - 6, END))
    last = draw(quarters(max(first, START), END + 8))
    spread = {"first_quarter": format_quarter(first), "last_quarter": last}
    return cancellable | spread | {"amount": draw(amounts(0, 200))}


@st.composite
def compute(draw: st.DrawFn) -> Parts:
    found = {"of_training": draw(amounts(0.2, 1)), "resold": draw(amounts(0, 1))}
    limit = draw(st.sampled_from(["none", "grows", "known"]))
    if limit == "grows":
        found |= {"capacity": draw(amounts(1, 60)), "capacity_growth": draw(amounts(-0.5, 1.5))}
    if limit == "known":
        found |= {"capacity_by_year": draw(by_year(80, least=1))}
    if limit != "none":
        found |= {"for_training": draw(amounts(0, 0.9)), "passed_to_price": draw(amounts(0, 1))}
    return found


@st.composite
def revenue_shares(draw: st.DrawFn) -> Parts:
    found = {"share": draw(amounts(0, 0.1)), "total": draw(amounts(4, 20))}
    found |= {"paid": draw(amounts(0, 4)), "within": draw(st.booleans())}
    if not found["within"]:
        found |= {"first_quarter": draw(quarters(START - 2, END))}
    return found | {"last_quarter": draw(quarters(END, END + 2))}


rounds = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["round", "listing"]),
        "quarter": quarters(START, END),
        "amount": amounts(0, 60),
        "chance": st.sampled_from([0.0, 0.4, 0.9, 1.0]),
    }
)
debts = st.fixed_dictionaries(
    {
        "interest_rate": amounts(0, 0.3),
        "maturity": amounts(1, 40),
        "recovery": amounts(0, 2),
        "opening": amounts(0, 80),
        "share": amounts(0, 1),
    }
)
values = st.fixed_dictionaries(
    {
        "today": amounts(100, 900),
        "multiple": amounts(0, 40),
        "size_exponent": amounts(0, 1),
        "growth_exponent": amounts(0, 2),
        "reference_growth": amounts(0, 1.5),
        "floor": amounts(0, 6),
    }
)
raising = st.fixed_dictionaries(
    {
        "below_months": amounts(0, 40),
        "months": amounts(40, 100),
        "share_of_value": amounts(0, 1),
        "chance": amounts(0, 1),
        "full_growth": amounts(0.05, 2),
        "after_listing": amounts(0, 1),
        "value": values,
    },
    optional={
        "raised_before": st.dictionaries(quarters(START - 5, START - 1), st.integers(0, 40)),
        "debt": debts,
        "shut": st.fixed_dictionaries({"rate": amounts(0.1, 3), "quarters": amounts(1, 9)}),
    },
)
cuts = st.fixed_dictionaries({"below_months": amounts(1, 60), "most": amounts(0, 1)})


@st.composite
def parts(draw: st.DrawFn) -> Parts:
    """Any of the parts, each there or absent."""
    found: Parts = {}
    signed = draw(named(commitments(), 3))
    if signed or draw(st.booleans()):
        found |= {"compute": draw(compute()), "commitments": signed}
    found |= {"revenue_shares": draw(named(revenue_shares(), 2))}
    if draw(st.booleans()):
        found |= {"training.follows": draw(amounts(0, 1)), "training.lag": draw(amounts(0, 6))}
    if draw(st.booleans()):
        found |= {"training.cut": draw(cuts)}
    if draw(st.booleans()):
        found |= {"funding": draw(named(rounds, 4))}
    if draw(st.booleans()):
        found |= {"raising": draw(raising)}
    return found
