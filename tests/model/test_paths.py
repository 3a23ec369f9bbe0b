"""Every path of the kernels against plain Python."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats
from scipy.integrate import simpson
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from simulate.engine.layout import Layout, common_layout, layout_of
from simulate.engine.plan import prepare
from simulate.engine.run import run, simulate_traces
from simulate.kernels.arrays import LANES, index
from simulate.model.catalogue import outcome_columns
from simulate.model.rows import TRACED, Metric
from simulate.scenario import Scenario, load_scenario
from simulate.scenario.correlations import correlation_matrix
from simulate.scenario.inputs import ALTERNATIVE, correlated_inputs, list_inputs
from tests.capital import RAISING
from tests.contracts import CONTRACTS, WITH_CAPACITY, WITH_KNOWN_CAPACITY
from tests.january import SCENARIOS, of_january
from tests.parts import Parts, parts
from tests.scenarios import base_year, changed, value, without_uncertainty
from tests.slow_lab import HITS, Draws, live
from tests.slow_lab import Path as SlowPath

CONFIGS = Path(__file__).parents[2] / "configs"
PACKAGED = sorted(path for path in CONFIGS.glob("*.toml") if path.name != "base.toml")
# One block of lanes after another: what a lab does begins anew with each in the same way.
TWO_BLOCKS = 2 * LANES
NORMAL_TAILS: dict = {}
NEW_TERMS = {
    "horizon.deviations": "by quarter",
    "demand.initial": {"distribution": "normal", "p10": -0.1, "p90": 0.2},
    "demand.size_exponent": 0.2,
    "inference.net_gain": {"distribution": "normal", "p10": -0.3, "p90": 0.5},
    "inference.price_erosion": None,
    "correlations": {},
    "other_costs.partner_share": {"distribution": "uniform", "low": 0.02, "high": 0.2},
    "shocks": {"distribution": "student_t", "degrees_of_freedom": 3, "limit": 4},
}
FAT_TAILS = {
    "copula": {"distribution": "student_t", "degrees_of_freedom": 3},
    "shocks": {"distribution": "student_t", "degrees_of_freedom": 4.5},
}


def draws_by_path(
    scenario: Scenario, points: np.ndarray, layout: Layout | None = None
) -> list[Draws]:
    """Return what points of the unit cube mean, by exact quantile functions."""
    draws = prepare(scenario, layout).plan.draws
    inputs = {i.key: i.distribution for i in list_inputs(scenario)}
    correlated = [i.distribution for i in correlated_inputs(scenario)]
    keys = [i.key for i in correlated_inputs(scenario)]
    factor = np.linalg.cholesky(correlation_matrix(scenario))
    scores = ndtri(points)
    count = draws.input_row.size
    of_inputs = scores[:, draws.input_coordinate]
    degrees = scenario.copula.degrees_of_freedom
    of_shock, limit = scenario.shocks.degrees_of_freedom, scenario.shocks.limit

    def joined(z: np.ndarray) -> np.ndarray:
        """Turn a Gaussian copula's scores to those of the scenario's copula, by its definition."""
        if degrees is None:
            return z
        w = stats.chi2(degrees).ppf(ndtr(-scores[:, draws.copula.dimension]))
        t = z * np.sqrt(degrees / w)
        return -np.sign(t) * ndtri(stats.t(degrees).cdf(-np.abs(t)))

    shocks = scores
    if of_shock is not None:
        student = stats.t(of_shock)
        beyond = 0.0 if limit is None else student.sf(limit)
        t = np.sign(scores) * student.isf(beyond + (1 - 2 * beyond) * ndtr(-np.abs(scores)))
        shocks = t / math.sqrt(variance_of_t(of_shock, limit))

    # Which alternative a path lives in is no part of the copula.
    lives_in = np.zeros(len(points), int)
    if keys[0] == ALTERNATIVE:
        lives_in = correlated[0].quantile_at_score(of_inputs[:, 0]).astype(int)

    def quantile(j: int, z: np.ndarray) -> np.ndarray:
        under = scenario.overridden.get(keys[j], (correlated[j],))
        each = [distribution.quantile_at_score(z) for distribution in under]
        return each[0] if len(each) == 1 else np.choose(lives_in, each)

    drawn = {
        keys[j]: quantile(j, joined(of_inputs @ factor[j, :count]))
        for j in range(count)
        if keys[j] != ALTERNATIVE
    }
    certain = {key: d.quantile(0.5) for key, d in inputs.items() if d.is_certain}

    def deviation(line: int, period: int) -> np.ndarray:
        first = draws.first_deviation + 2 * period
        own = scores[:, first : first + 2]
        return correlated[count + line].quantile_at_score(
            joined(np.hstack([of_inputs, own]) @ factor[count + line])
        )

    periods = range(len(scenario.horizon.periods))
    deviations = [[deviation(line, period) for period in periods] for line in range(2)]

    def of_path(path: int) -> Draws:
        point, shock = points[path], shocks[path]

        def place(t: int, slot: int) -> int:
            return draws.first_quarter + t * draws.per_quarter + slot

        def arrival(place: int, chance: float, key: str) -> float:
            u = point[place]
            return inputs[key].quantile(u / chance) if u < chance else 0.0

        def shut(t: int, chance: float) -> float:
            return arrival(place(t, draws.shut_slot), chance, "raising.shut.quarters")

        return Draws(
            value=(
                certain | {key: float(values[path]) for key, values in drawn.items()}
            ).__getitem__,
            overrun=lambda year: float(deviations[0][year][path]),
            drift=lambda year: float(deviations[1][year][path]),
            demand=lambda t: float(shock[place(t, 0)]),
            own=lambda t, k: float(shock[place(t, int(draws.segment_slot[k]))]),
            loss=lambda t, k, chance: arrival(
                place(t, int(draws.client_loss_slot[k])),
                chance,
                f"segments.{scenario.segments[k].name}.client_loss.share",
            ),
            jump=lambda t, chance: arrival(
                place(t, draws.generation_slot), chance, "training.generation.size"
            ),
            round_comes=lambda j: bool(
                point[draws.chance_coordinate[j]] < scenario.funding[j].chance
            ),
            shut=shut,
            money=lambda t: float(point[place(t, draws.raising_slot)]),
        )

    return [of_path(path) for path in range(len(points))]


def variance_of_t(degrees: float, limit: float | None) -> float:
    """Return the variance of Student's t, cut off on both sides, by Simpson's rule."""
    if limit is None:
        return degrees / (degrees - 2)
    t = np.linspace(-limit, limit, 20_001)
    density = stats.t(degrees).pdf(t)
    return float(simpson(t * t * density, x=t) / simpson(density, x=t))


@pytest.mark.parametrize(
    ("config", "tails"),
    [(file, NORMAL_TAILS) for file in [*SCENARIOS, *PACKAGED]]
    + [(file, FAT_TAILS) for file in PACKAGED],
    ids=lambda of: "-".join(of.parts[-2:]) if isinstance(of, Path) else "fat" if of else "normal",
)
def test_every_path_equals_the_slow_model_on_the_same_draws(config: Path, tails: dict) -> None:
    scenario = changed(load_scenario(config), tails)
    check_every_path(scenario)


@pytest.mark.parametrize("lab", ["anthropic", "openai"])
def test_every_path_with_every_term_equals_the_slow_model(
    lab: str, request: pytest.FixtureRequest
) -> None:
    scenario: Scenario = request.getfixturevalue(lab)
    name = scenario.segments[0].name
    growth = {f"segments.{name}.growth.age": 0.5, f"segments.{name}.growth.plateau": 1.3}
    check_every_path(changed(scenario, NEW_TERMS | growth), paths=TWO_BLOCKS)


@pytest.mark.parametrize("tails", [NORMAL_TAILS, FAT_TAILS], ids=["normal", "student_t"])
def test_every_path_lives_in_one_alternative(anthropic: Scenario, tails: dict) -> None:
    slump = {
        "name": "slump",
        "segments.api.growth.initial": "-0.2 to 0.6",
        "inference.other_sales_cost": 0.1,
        "by": {"inference.price_erosion": 0.1},
    }
    dear = {"name": "dear", "weight": 0.3, "cash.opening": 3.0}
    alternatives = [{"name": "steady"}, slump, dear]
    check_every_path(changed(anthropic, {"alternatives": alternatives} | tails))


OWN = {
    "lines": [
        {
            "name": "content licences",
            "counts_in": "cost of revenue",
            "formula": "max(minimum, share * revenue)",
            "from": "2026Q3",
            "until": "2031Q2",
            "inputs": {
                "share": {"distribution": "uniform", "low": 0.01, "high": 0.05},
                "minimum": "5 m",
            },
        },
        {
            "name": "royalty",
            "counts_in": "operating cost",
            "formula": "min(0.2 * revenue, max(0, cap - previous(total(royalty), 1)))",
            "inputs": {"cap": {"distribution": "lognormal", "interval": ["1 bn", "20 bn"]}},
        },
        {
            "name": "price cut",
            "counts_in": "revenue",
            "formula": "where(year >= 2028, -0.1 * segment_revenue, 0)",
            "through_partners": True,
        },
        {"name": "grants", "counts_in": "revenue", "formula": "0.1 * previous(training, 2)"},
        {
            "name": "halls",
            "counts_in": "capital spending",
            "formula": "0.05 * trailing(revenue, 6) * royalty / (royalty + 0.1)",
        },
        {
            "name": "loan",
            "counts_in": "financing",
            "formula": "where(opening_cash < 5, 2, -previous(training) * exp(-quarter))",
        },
    ],
    "metrics": {
        "rule_of_40": {
            "formula": "trailing(revenue) / trailing(previous(revenue, 4)) - 1 "
            "+ trailing(free_cash_flow) / trailing(revenue)",
            "unit": "share",
        },
        "burn_multiple": {
            "formula": "where(free_cash_flow < 0, -free_cash_flow / (revenue + previous(revenue)), "
            "1 / (year - 2030))",
            "unit": "share",
        },
        "deep": {
            "formula": "abs(rule_of_40) ** 1.5 * log(1 + (burn_multiple ** 2 + 1) ** -1) * revenue",
            "unit": "bn USD",
        },
    },
    "outcomes": {
        "ebitda_positive": {"when": "ebitda > 0", "held": 4},
        "either": {
            "when": "rule_of_40 >= 0.4 and not (cash < 3) or gross_margin > previous(gross_margin)"
        },
        "near": {"when": "quarterly_revenue >= 12 and run_rate != 7 and funding_need < 90"},
    },
}


@pytest.mark.parametrize("lab", ["anthropic", "openai"])
def test_every_path_books_own_lines_and_knows_own_metrics(
    lab: str, request: pytest.FixtureRequest
) -> None:
    check_every_path(changed(request.getfixturevalue(lab), OWN))


OF_CONTRACTS = {
    "lines": [
        {"name": "levy", "counts_in": "operating cost", "formula": "0.1 * idle_compute_cost"},
        {"name": "fees", "counts_in": "revenue", "formula": "0.05 * segment_revenue"},
    ],
    "metrics": {
        "unserved": {"formula": "unserved_share + trailing(segment_revenue) / trailing(revenue)"}
        | {"unit": "share"},
        "cut": {"formula": "training_cut", "unit": "share"},
        "owed": {"formula": "commitments_ahead + trailing(commitments)", "unit": "bn USD"},
        "in_use": {"formula": "compute_use + trailing(idle_compute)", "unit": "bn USD"},
        "to_partners": {"formula": "trailing(partner_share)", "unit": "bn USD"},
    },
}

every_contract = pytest.mark.parametrize(
    "contracts",
    [CONTRACTS, WITH_CAPACITY, WITH_KNOWN_CAPACITY],
    ids=["contracts", "capacity", "known_capacity"],
)


@pytest.mark.parametrize("lab", ["anthropic", "openai"])
@every_contract
def test_every_path_keeps_contracts_and_follows_revenue(
    lab: str, contracts: dict, request: pytest.FixtureRequest
) -> None:
    uncut = {"training.cut": None}
    check_every_path(changed(request.getfixturevalue(lab), contracts | OF_CONTRACTS | uncut))


@pytest.mark.parametrize("lab", ["anthropic", "openai"])
def test_every_path_cuts_training_as_cash_runs_short(
    lab: str, request: pytest.FixtureRequest
) -> None:
    scenario = changed(request.getfixturevalue(lab), WITH_CAPACITY | OF_CONTRACTS)
    # A runway is cash over a burn that is the small difference of large flows.
    check_every_path(scenario, within=1e-3)


@pytest.mark.parametrize("lab", ["anthropic", "openai"])
@every_contract
def test_every_path_keeps_contracts_until_it_fails(
    lab: str, contracts: dict, request: pytest.FixtureRequest
) -> None:
    both = contracts | OF_CONTRACTS | {"raising": RAISING}
    check_every_path(changed(request.getfixturevalue(lab), both), within=1e-3)


@pytest.mark.parametrize("parts", [(), ("debt",), ("shut",)], ids=["all", "no debt", "never shut"])
@pytest.mark.parametrize("lab", ["anthropic", "openai"])
def test_every_path_raises_borrows_and_fails(
    lab: str, parts: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    scenario: Scenario = request.getfixturevalue(lab)
    raising = {name: value for name, value in RAISING.items() if name not in parts}
    listing = {f"funding.{scenario.funding[-1].name}.kind": "listing"}
    check_every_path(changed(scenario, {"raising": raising} | listing), paths=TWO_BLOCKS)


def test_every_path_with_capital_books_own_lines_until_it_fails(anthropic: Scenario) -> None:
    own = OWN | {
        "lines": [
            *OWN["lines"],
            {
                "name": "rent of halls",
                "counts_in": "financing",
                "formula": "-0.01 * previous(debt) - where(previous(runway) < 12, 0.1, 0)",
            },
        ],
        "metrics": OWN["metrics"]
        | {
            "worth": {"formula": "value / trailing(revenue)", "unit": "times"},
            "owed": {"formula": "trailing(debt_interest) + debt", "unit": "bn USD"},
        },
        "outcomes": OWN["outcomes"]
        | {
            "lent": {"when": "debt > 2 and not failed"},
            "lost": {"when": "return_on_todays_price < 0.5 and year == 2031"},
            "lost_twice": {"when": "lenders_loss > 0.2 or value < 20", "held": 6},
        },
    }
    check_every_path(changed(anthropic, own | {"raising": RAISING}))


@pytest.mark.parametrize("lab", ["anthropic", "openai"])
@settings(max_examples=12)
@given(parts=parts())
def test_every_path_with_parts_by_chance_equals_the_slow_model(lab: str, parts: Parts) -> None:
    scenario = changed(of_january(lab), {"horizon.last_quarter": "2029Q4"} | parts)
    check_every_path(scenario, within=1e-3, strays=1)


def test_a_layout_shared_with_other_scenarios_changes_no_rule(openai: Scenario) -> None:
    scenario = changed(openai, FAT_TAILS)
    others = [of_january("anthropic-tpu"), scenario]
    check_every_path(scenario, common_layout(others))


def check_every_path(
    scenario: Scenario,
    layout: Layout | None = None,
    within: float = 2e-5,
    strays: int = 0,
    paths: int = LANES,
) -> None:
    """Compare traces and outcomes with those of the slow model on the same points.

    Of ``strays`` a draw may lie within rounding of what decides, as of whether money comes.
    """
    dimensions = (layout or layout_of(scenario)).dimensions
    engine = qmc.Sobol(dimensions, bits=32, rng=np.random.default_rng([7, 0]))
    points = engine.random(paths) + 0.5**33
    traced = simulate_traces(scenario, paths, seed=7, layout=layout)
    traces = traced[:, : len(Metric)]
    slow = [live(scenario, draws) for draws in draws_by_path(scenario, points, layout)]
    expected = np.array(
        [[[m[metric.title] for m in path.metrics] for metric in Metric] for path in slow]
    )
    # Normal scores are float32, so a path's levels carry relative errors of some 1e-6.
    # After a failure all amounts are 0.
    scale = np.maximum(np.abs(expected[:, :1]) + np.abs(expected), 1e-9)
    margins = index(Metric.MARGIN_INFERENCE)
    scale[:, margins:] = 1.0 + np.abs(expected[:, margins:])
    is_alike = np.max(np.abs(traces - expected) / scale, axis=(1, 2)) < within
    assert np.sum(~is_alike) <= strays

    # All but the first replicate are left out below.
    sampling = scenario.sampling.model_copy(update={"replicates": 2})
    kept = run(
        scenario.model_copy(update={"sampling": sampling}),
        paths=2 * paths,
        seed=7,
        threads=1,
        keep_outcomes=True,
        layout=layout,
    ).outcomes
    columns = list(outcome_columns(scenario))
    outcomes = kept[kept["replicate"] == 0].sort_values("path")[columns].to_numpy()
    each = [path.hits | path.own_hits for path in slow]
    names = (*HITS, *scenario.added_outcomes, *scenario.outcomes)
    hits = np.array([[hit[name] for name in names] for hit in each])
    # A path within rounding of a target may fall to the other side of it: at most one here.
    assert np.sum(np.any(outcomes[:, :-1] != hits, axis=1)) <= 1 + strays
    # Beyond the last bin of money an amount is that bin's edge.
    need = np.minimum([path.funding_need for path in slow], 2.0**24)[is_alike]
    np.testing.assert_allclose(outcomes[is_alike, -1], need, rtol=1e-4, atol=1e-4)
    alike = [path for path, is_one in zip(slow, is_alike, strict=True) if is_one]
    check_own_rows(scenario, traced[is_alike, TRACED:], alike, max(1e-4, within))


def check_own_rows(
    scenario: Scenario, traced: np.ndarray, slow: list[SlowPath], within: float
) -> None:
    """Compare own metrics and lines, which have values in the same quarters of the same paths."""
    metrics = [*scenario.added_metrics, *scenario.metrics]
    names = [*metrics, *(line.name for line in scenario.lines)]
    for row, name in enumerate(names):
        is_metric = row < len(metrics)
        quarters = [path.own_metrics if is_metric else path.lines for path in slow]
        expected = np.array([[q[name] for q in path] for path in quarters], float)
        found = np.where(np.isfinite(traced[:, row]), traced[:, row], np.nan)
        np.testing.assert_allclose(found, expected, rtol=within, atol=2e-4)


def test_without_uncertainty_a_path_equals_hand_written_arithmetic(anthropic: Scenario) -> None:
    scenario = without_uncertainty(anthropic)
    trace = simulate_traces(scenario, 1)[0]
    c, i, f, o = base_year(scenario), scenario.inference, scenario.free_users, scenario.other_costs
    last, training, users = (
        3 * value(c.monthly_revenue),
        value(c.training_run_rate) / 4,
        value(f.users),
    )
    levels = [value(s.share_of_revenue) * last for s in scenario.segments]
    cash, losses, previous = (
        value(scenario.cash.opening),
        value(scenario.cash.losses_carried_forward),
        last,
    )
    erosion = i.price_erosion
    assert erosion is not None
    gain = free_gain = 0.0
    revenues, costs, cash_flows, balances = [], [], [], []
    for t in range(scenario.horizon.quarters):
        users *= 1 + value(f.growth) / 4 * max(0, 1 - users / value(f.ceiling))
        for k, s in enumerate(scenario.segments):
            g, years = s.growth, t / 4
            mu = value(g.lasting) + (value(g.initial) - value(g.lasting)) * 0.5 ** (
                years / value(g.half_life)
            )
            levels[k] *= math.exp(mu / 4 * max(0, 1 - 4 * levels[k] / value(s.market)))
        fading = 0.5 ** (t / 4 / value(i.catch_up_half_life)) / 4
        gain += (value(i.efficiency_gain) - value(erosion)) * fading
        free_gain += (value(i.efficiency_gain) - value(f.usage_growth)) * fading
        revenue = sum(levels)
        share = (
            value(scenario.segments[0].inference_cost)
            * (1 + value(i.base_overrun))
            * math.exp(-gain)
        )
        cost = revenue * (share + value(i.other_sales_cost))
        free = users * value(f.annual_cost) / 4 * math.exp(-free_gain)
        g = scenario.training.growth
        training *= math.exp(
            (
                value(g.lasting)
                + (value(g.initial) - value(g.lasting)) * 0.5 ** (t / 4 / value(g.half_life))
            )
            / 4
        )
        other = value(o.fixed) / 4 * math.exp(value(o.fixed_growth) * (t + 1) / 4)
        other += value(o.variable) * revenue * (revenue / last) ** (value(o.scale_elasticity) - 1)
        ebitda = (
            revenue - cost - free - max(training, value(scenario.training.floor) * revenue) - other
        )
        tax, losses = (
            value(scenario.cash.tax_rate) * max(0, ebitda - losses),
            max(0, losses - ebitda),
        )
        flow = (
            ebitda
            + value(o.stock_pay) * other
            - value(scenario.cash.capital_spending) * revenue
            - tax
        )
        flow += max(0, cash) * value(scenario.cash.interest_rate) / 4
        flow -= value(scenario.cash.working_capital) * 4 * (revenue - previous)
        cash += flow + sum(
            value(r.amount)
            for r in scenario.funding
            if r.quarter - scenario.horizon.first_quarter == t
        )
        previous = revenue
        revenues.append(revenue)
        costs.append(cost)
        cash_flows.append(flow)
        balances.append(cash)
    year = np.ones(4)
    revenue, cost, flow = (np.convolve(x, year, "valid") for x in (revenues, costs, cash_flows))
    np.testing.assert_allclose(trace[0, 3:], revenue, rtol=1e-12)
    np.testing.assert_allclose(
        trace[index(Metric.MARGIN_PAYING), 3:], 1 - cost / revenue, rtol=1e-11
    )
    np.testing.assert_allclose(trace[index(Metric.FREE_CASH_FLOW), 3:], flow, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(trace[index(Metric.CASH)], balances, rtol=1e-10)
