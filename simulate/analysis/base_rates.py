"""Base rates of the process: what labs' realised figures tell of each width, and how surely."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from simulate.scenario.figures import Figure, packaged_figures
from simulate.scenario.process import Process, measurement_noise, shock_shape
from simulate.scenario.quarters import (
    QUARTERS_A_YEAR,
    format_quarter,
    parse_quarter,
    quarters_in,
)
from simulate.scenario.reconstruct import Revenue, revenue_by_quarter, usable
from simulate.scenario.table_text import rounded

Array = NDArray[np.float64]
Input = Mapping[str, Any]
LABS = ("Anthropic", "OpenAI")
# The day by which the structure was chosen, and the last quarter known on it.
CHOSEN_ON, LAST = date(2026, 6, 30), "2026Q1"
SIZE_EXPONENT, SIZE_SOURCE = 0.2, "Amaral and others 1997, Stanley and others 1996"
PERSISTENCE = 0.25
# Of a level of net gain a year: beyond it, prices or use would change.
BELIEVABLE_GAIN = -0.6, 1.5
COST_PERSISTENCE = 0.5, 0.9
# As people write an input.
DIGITS = 3
# Growth of a year over that of the year before (P13), in the middle of 80 to 85%, and in 2023; of
# firms whose growth was about 60%.
SOFTWARE_RATIOS, SOFTWARE_GROWTH = (0.825, 0.65), 0.6


class Observation(NamedTuple):
    """One number that tells of a width: its rows, whose it is, and in words."""

    ids: str
    lab: str
    what: str
    value: float


@dataclass(frozen=True)
class BaseRate:
    """A width of the process.

    Attributes
    ----------
    key
        Of the input, or inputs, that it sets.
    title
        What it is.
    observations
        What it rests on.
    estimate, error
        Its middle or its size, and its own standard error.
    predictive
        What the scenario draws from, as its file says it; empty where it enters otherwise.
    note
        How one comes to it.
    between, within
        Standard deviation between labs and from year to year of one, where they are told apart.
    """

    key: str
    title: str
    observations: tuple[Observation, ...]
    estimate: float
    error: float
    predictive: Input
    note: str
    between: float = 0.0
    within: float = 0.0


def quarters_of(figures: Sequence[Figure], lab: str, count: int, error: float) -> Revenue:
    """Return a lab's last quarters, as known on the day by which the structure was chosen."""
    return revenue_by_quarter(usable(figures, lab, CHOSEN_ON), parse_quarter(LAST), count, error)


def reconstruction_error(figures: Sequence[Figure]) -> BaseRate:
    """Return how far quarters that only run rates tell of were from those reported."""
    found = []
    for lab, id_, period in (
        ("Anthropic", "N16", "2026Q1"),
        ("OpenAI", "M6", "2026Q1"),
        ("OpenAI", "P7", "2025H1"),
    ):
        without = [f for f in figures if (f.id, f.quantity) != (id_, "revenue")]
        quarters = quarters_in(period)
        reported, rebuilt = (
            float(quarters_of(of, lab, 5, 0.0).of(quarters).sum()) for of in (figures, without)
        )
        what = f"revenue of {period}, reported over reconstructed"
        found.append(Observation(id_, lab, what, math.log(reported / rebuilt)))
    size = _root_mean_square([o.value for o in found])
    return BaseRate(
        "base_quarters.*.revenue",
        "error of a quarter's revenue that only run rates tell of, in logarithms",
        tuple(found),
        size,
        size / math.sqrt(2 * len(found)),
        {},
        "Root of the mean square: what the run rates of those quarters had made of them.",
    )


def shock(figures: Sequence[Figure], error: float) -> BaseRate:
    """Return the volatility of u, a quarter's growth around the lab's own trend."""
    frame = _frame(shock_sd=1.0, error=error)
    squares, shape, noise, freedom = 0.0, 0.0, 0.0, 0
    found = []
    for lab in LABS:
        revenue = quarters_of(figures, lab, 5, error)
        growth = np.diff(np.log(revenue.values))
        centre = np.eye(len(growth)) - 1.0 / len(growth)
        squares += float(growth @ centre @ growth)
        shape += float(np.trace(centre @ shock_shape(revenue.values[:-1], frame)))
        noise += float(np.trace(centre @ measurement_noise(revenue.errors)))
        freedom += len(growth) - 1
        for quarter, value in enumerate(growth, start=revenue.first + 1):
            what = f"log growth in {format_quarter(quarter)}"
            found.append(Observation(revenue.sources[quarter - revenue.first], lab, what, value))
    size = math.sqrt((squares - noise) / shape)
    innovation = size * math.sqrt(1.0 - PERSISTENCE**2)
    low, high = (innovation * math.sqrt(freedom / stats.chi2.ppf(q, freedom)) for q in (0.9, 0.1))
    source = f"base-rates.md: of {len(found)} quarters of {' and '.join(LABS)}, stated for 10 bn"
    return BaseRate(
        "demand.volatility",
        "standard deviation of u, a quarter's log growth around the lab's trend, at 10 bn a year",
        tuple(found),
        size,
        size / math.sqrt(2 * freedom),
        {
            "distribution": "lognormal",
            "p10": rounded(low, DIGITS),
            "p90": rounded(high, DIGITS),
            "truncate": [0.03, 0.4],
            "source": source,
        },
        f"Squares around each lab's own mean, {freedom} degrees of freedom, less those of "
        f"measurement, over those of an AR(1) of unit variance that falls with size to the power "
        f"{SIZE_EXPONENT:g} ({SIZE_SOURCE}). The input is the part of it that is new in a quarter, "
        "the root of 1 less the square of persistence; its quantiles are those of a variance with "
        "as many degrees.",
    )


def trend(figures: Sequence[Figure], shock_sd: float, error: float) -> BaseRate:
    """Return mean and spread between labs of the trend of growth."""
    frame = _frame(shock_sd, error)
    found, sampling = [], []
    for lab in LABS:
        revenue = quarters_of(figures, lab, 5, error)
        mean = float(np.log(revenue.values[-1] / revenue.values[0])) / QUARTERS_A_YEAR
        found.append(Observation(revenue.sources[-1], lab, "mean of the last four quarters", mean))
        covariance = frame.shock_sd**2 * shock_shape(revenue.values[:-1], frame)
        sampling.append(float((covariance + measurement_noise(revenue.errors)).mean()))
    for lab, id_, quantity, to_billions in (
        ("Zhipu", "Z1", "revenue", 1.4e-4),
        ("MiniMax", "Z4", "revenue", 1e-3),
        ("xAI", "X1", "revenue", 1.0),
        ("Mistral", "Y1", "run rate", 1.0),
    ):
        earlier, later = _last_two(figures, id_, quantity)
        mean = math.log(later.value / earlier.value) / QUARTERS_A_YEAR
        what = f"a quarter of {earlier.period} to {later.period}"
        found.append(Observation(id_, lab, what, mean))
        quarterly = np.geomspace(earlier.value, later.value, 5) * to_billions / QUARTERS_A_YEAR
        sampling.append(float(frame.shock_sd**2 * shock_shape(quarterly[:-1], frame).mean()))
    values = np.array([o.value for o in found])
    between = max(0.0, float(values.var(ddof=1)) - float(np.mean(sampling)))
    return BaseRate(
        "segments.all.growth.initial",
        "log growth a quarter between labs, before their own last four quarters count",
        tuple(found),
        float(values.mean()),
        float(values.std(ddof=1)) / math.sqrt(len(values)),
        {},
        f"Between labs the trend's standard deviation is {math.sqrt(between):.2f}: that of the "
        "means, less what the mean of four u makes of it. A lab's own growth is shrunk to the mean "
        "by var(trend) / (var(trend) + var(mean of four u)).",
        math.sqrt(between),
    )


def fade(figures: Sequence[Figure], error: float) -> BaseRate:
    """Return the half-life of growth, from software firms and from the labs' own years."""
    base = SOFTWARE_GROWTH
    found = [
        Observation("P13", "software firms", f"years kept {ratio:.1%} of growth", _log_ratio(ratio))
        for ratio in SOFTWARE_RATIOS
    ]
    own = []
    for lab, id_ in (("Zhipu", "Z1"), ("MiniMax", "Z4")):
        years = _years(figures, id_)
        growth = np.diff(np.log([f.value for f in years]))
        own += [
            Observation(id_, lab, f"growth to {year.period} over the year's before", float(ratio))
            for year, ratio in zip(years[2:], np.diff(np.log(growth)), strict=True)
        ]
    for lab in LABS:
        quarters = quarters_of(figures, lab, 9, error).values
        year, before = (quarters[k : k + 4].sum() for k in (4, 0))
        last = math.log(quarters[8] / quarters[4])
        # Centred at the turn of 2024 to 2025, and at that of 2025's third quarter.
        ratio = math.log(last / math.log(year / before)) / 0.75
        what = "growth of the last four quarters over that of 2024 to 2025, a year"
        own.append(Observation("A1, A2, N16" if lab == LABS[0] else "M2, M1, M6", lab, what, ratio))
    of_labs = float(np.mean([o.value for o in own]))
    lives = np.log(-math.log(2.0) / np.array([*(o.value for o in found), of_labs]))
    predictive = _t_quantiles(lives)
    return BaseRate(
        "segments.all.growth.half_life",
        "what a year's log growth is over that of the year before, in logarithms",
        (*found, *own),
        float(np.exp(lives.mean())),
        float(lives.std(ddof=1) / math.sqrt(len(lives)) * np.exp(lives.mean())),
        {
            "distribution": "lognormal",
            "p10": rounded(math.exp(predictive[0]), DIGITS),
            "p90": rounded(math.exp(predictive[1]), DIGITS),
            "truncate": [0.25, 50.0],
            "source": "base-rates.md: P13 in good years and in 2023, and the labs' own years",
        },
        f"P13's rates are turned into those of logarithms at a growth of {base:.0%}. The labs' "
        f"ratios are noisy: their mean, {of_labs:.2f}, counts as one beside P13's two. A ratio "
        "of e to the r is a half-life of -ln 2 / r years; the estimate is in years, and the "
        "predictive a t of 2 degrees in its logarithm.",
    )


def net_gain(figures: Sequence[Figure], without: Sequence[str] = ()) -> BaseRate:
    """Return the yearly fall of the logarithm of cost per dollar of revenue of a lab, at its mean.

    Parameters
    ----------
    figures
        All of them.
    without
        Labs that don't count.
    """
    found = [o for o in _gains(figures) if o.lab not in without]
    means = np.array([np.mean(values) for values in _by_lab(found).values()])
    count, spread = len(means), float(means.var(ddof=1))
    noise = np.mean([gain_noise(figures) ** 2 / len(v) for v in _by_lab(found).values()])
    between = max(0.0, spread - float(noise))
    own = max(spread, float(noise)) / count
    scale = math.sqrt(between + own)
    source = f"base-rates.md: mean of {count} labs, a t of {count - 1} degrees"
    return BaseRate(
        "inference.net_gain",
        "yearly fall of the logarithm of cost over revenue"
        + (f", without {', '.join(without)}" if without else ""),
        tuple(found),
        float(means.mean()),
        math.sqrt(own),
        {
            "distribution": "student_t",
            "degrees_of_freedom": count - 1,
            "location": rounded(float(means.mean()), DIGITS),
            "scale": rounded(scale, DIGITS),
            "truncate": list(BELIEVABLE_GAIN),
            "source": source,
        },
        f"Mean of each lab's changes, so that each counts once. Between labs the level has a "
        f"standard deviation of {math.sqrt(between):.2f}: that of the means, less what the "
        "changes within a lab make of it, which the overrun carries. Scale: of the level and of "
        f"its mean together. Cut off at {BELIEVABLE_GAIN[0]} and {BELIEVABLE_GAIN[1]}: a lab whose "
        "cost per dollar nearly doubles a year raises prices or serves less; no lab's dearest year "
        "came near it, and the cheapest was 1.17.",
        math.sqrt(between),
    )


def gain_noise(figures: Sequence[Figure]) -> float:
    """Return the standard deviation of a lab's yearly gain around its own mean: Zhipu's three."""
    return float(np.std([o.value for o in _gains(figures) if o.lab == "Zhipu"], ddof=1))


def cost_shock(figures: Sequence[Figure]) -> BaseRate:
    """Return the spread of what is new in a quarter in the level of cost per dollar."""
    persistence = sum(COST_PERSISTENCE) / 2.0
    yearly = gain_noise(figures)
    of_years = yearly / math.sqrt(_variance_of_yearly_change(persistence))
    (overrun,) = _with(figures, "A7")
    (margin,) = _with(figures, "M3", quantity="gross margin", definition="with free users")
    (planned,) = _with(figures, "O2")
    errors = [
        Observation("A7", "Anthropic", "cost over plan", math.log(1.0 + overrun.value)),
        Observation(
            "M3, O2",
            "OpenAI",
            "cost over plan",
            math.log((1.0 - margin.value) / (1.0 - planned.value)),
        ),
    ]
    after_half_year = 1.0 + persistence**2
    of_plans = _root_mean_square([o.value for o in errors]) / math.sqrt(after_half_year)
    # Two degrees of freedom each: three changes around their mean, two errors around no error.
    size = math.sqrt((of_years**2 + of_plans**2) / 2.0)
    gains = [o for o in _gains(figures) if o.lab == "Zhipu"]
    return BaseRate(
        "inference.overrun",
        "what is new in a quarter in the logarithm of cost per dollar",
        (*gains, *errors),
        size,
        size / math.sqrt(8.0),
        {
            **_relative(0.0, size),
            "source": "base-rates.md: changes within a lab, and A7, M3 against their plans; "
            "median 0, since realised changes have overruns in them",
        },
        f"An AR(1) of persistence {persistence:g} whose yearly means change by Zhipu's "
        f"{yearly:.2f} has shocks of {of_years:.2f} a quarter; one whose level is after half a "
        f"year where A7 and M3 were, {of_plans:.2f}. Both count alike.",
        within=yearly,
    )


def training_shock(figures: Sequence[Figure]) -> BaseRate:
    """Return the spread of what is new in a quarter in training cost against plan."""
    (error,) = _with(figures, "A9", kind="forecast error")
    (revised,) = _with(figures, "N28", kind="revision")
    found = [
        Observation("A9", "Anthropic", "came over plan", math.log(1.0 + error.value)),
        Observation("N28", "Anthropic", "plan of 2026 revised", math.log(1.0 + revised.value)),
    ]
    for before, after, periods in (("P9", "P10", ("2025", "2026")), ("P10", "M20", ("2026",))):
        logs = []
        for period in periods:
            (old,) = _with(figures, before, period=period)
            (new,) = _with(figures, after, period=period)
            logs.append(math.log(new.value / old.value))
        what = f"plan of cash burn revised, {' and '.join(periods)}"
        found.append(Observation(f"{before}, {after}", "OpenAI", what, float(np.mean(logs))))
    values = np.array([o.value for o in found])
    # Within half a year, an AR(1) moves by the root of two of its shocks.
    size = float(values.std(ddof=1)) / math.sqrt(2.0)
    persistence = sum(COST_PERSISTENCE) / 2.0
    middle = math.log(1.0 + error.value) / (1.0 + persistence)
    return BaseRate(
        "training.drift",
        "what is new in a quarter in the logarithm of training cost against plan",
        tuple(found),
        size,
        size / math.sqrt(2.0 * (len(values) - 1)),
        {
            **_relative(middle, size),
            "source": "base-rates.md: spread of revisions within half a year (P9, P10, M20, N28), "
            "centred so that half a year adds the 5% of A9",
        },
        "One observation a report, each of about half a year. Revisions of burn stand for those of "
        "training, which is most of it; their mean, a half more each time, is of plans that grew "
        "with revenue, and is not taken: the plan here is the scenario's own. The nearest year "
        "came in better than plan (M6 against M20).",
    )


@dataclass(frozen=True)
class Moments:
    """How growth by quarter moves around its own mean, over labs.

    Attributes
    ----------
    sd
        Standard deviation.
    lag
        Correlation of a quarter with the next.
    kurtosis
        Of deviations in standard deviations of their lab, 3 of many normal ones.
    """

    sd: float
    lag: float
    kurtosis: float


def moments(growth: ArrayLike) -> Moments:
    """Return the moments of growth by quarter: of paths, the median one's of each.

    Parameters
    ----------
    growth
        Log growth, shape (..., labs, quarters): a path's labs are taken together.
    """
    deviation = np.asarray(growth, float)
    deviation = deviation - deviation.mean(axis=-1, keepdims=True)
    square = np.square(deviation)
    degrees = deviation.shape[-1] - 1
    within = (deviation[..., 1:] * deviation[..., :-1]).sum(axis=-1) / square.sum(axis=-1)
    standard = np.square(square) / np.square(square.mean(axis=-1, keepdims=True))
    return Moments(
        sd=float(np.median(np.sqrt((square.sum(axis=-1) / degrees).mean(axis=-1)))),
        lag=float(np.median(within.mean(axis=-1))),
        kurtosis=float(np.median(standard.mean(axis=(-1, -2)))),
    )


class BaseRates(NamedTuple):
    """Every width, in the order of the page."""

    reconstruction_error: BaseRate
    shock: BaseRate
    trend: BaseRate
    fade: BaseRate
    net_gain: BaseRate
    net_gain_without: BaseRate
    cost_shock: BaseRate
    training_shock: BaseRate


def base_rates(figures: Sequence[Figure] | None = None) -> BaseRates:
    """Return every width of the process; of the packaged figures, if none are given."""
    given = packaged_figures() if figures is None else figures
    error = reconstruction_error(given)
    u = shock(given, error.estimate)
    return BaseRates(
        error,
        u,
        trend(given, u.estimate, error.estimate),
        fade(given, error.estimate),
        net_gain(given),
        net_gain(given, without=("Anthropic",)),
        cost_shock(given),
        training_shock(given),
    )


def process_of(rates: BaseRates) -> Process:
    """Return the process that vintages enter their data into."""
    return Process(
        trend=rates.trend.estimate,
        trend_sd=rates.trend.between,
        half_life=rates.fade.estimate,
        shock_sd=rates.shock.estimate,
        persistence=PERSISTENCE,
        size_exponent=SIZE_EXPONENT,
        gain=rates.net_gain.estimate,
        gain_sd=rates.net_gain.between,
        gain_noise=rates.cost_shock.within,
        cost_shock=rates.cost_shock.estimate,
        training_shock=rates.training_shock.estimate,
        reconstruction_error=rates.reconstruction_error.estimate,
    )


def _frame(shock_sd: float, error: float) -> Process:
    """Return a process of which only the shocks count."""
    return Process(
        trend=0.0,
        trend_sd=1.0,
        half_life=1.0,
        shock_sd=shock_sd,
        persistence=PERSISTENCE,
        size_exponent=SIZE_EXPONENT,
        gain=0.0,
        gain_sd=0.0,
        gain_noise=0.0,
        cost_shock=0.0,
        training_shock=0.0,
        reconstruction_error=error,
    )


def _gains(figures: Sequence[Figure]) -> list[Observation]:
    """Return every realised yearly fall of the logarithm of cost over revenue."""
    found = []
    for lab, id_, definition in (
        ("Anthropic", ("A3", "A5"), "paying users"),
        ("Zhipu", ("Z2",), "all"),
        ("MiniMax", ("Z5",), "all"),
    ):
        margins = [
            f
            for f in figures
            if f.id in id_ and (f.quantity, f.definition) == ("gross margin", definition)
        ]
        years = sorted((f for f in margins if len(f.period) == 4), key=lambda f: f.period)
        for before, after in itertools.pairwise(years):
            change = math.log((1.0 - before.value) / (1.0 - after.value))
            ids = ", ".join(dict.fromkeys((before.id, after.id)))
            found.append(Observation(ids, lab, f"{before.period} to {after.period}", change))
    (year,) = _with(figures, "M3", quantity="gross margin", definition="with free users")
    (quarter,) = _with(figures, "M6", quantity="gross margin")
    weights = quarters_of(figures, "OpenAI", 5, 0.0).values[:4]
    middle = float(weights @ (np.arange(4) + 0.5) / weights.sum())
    years_between = (4.5 - middle) / QUARTERS_A_YEAR
    change = math.log((1.0 - year.value) / (1.0 - quarter.value)) / years_between
    what = f"2025 to 2026Q1, a year ({years_between:.2f} years between the middles of revenue)"
    return [*found, Observation("M3, M6", "OpenAI", what, change)]


def _by_lab(found: Sequence[Observation]) -> dict[str, list[float]]:
    labs: dict[str, list[float]] = {}
    for each in found:
        labs.setdefault(each.lab, []).append(each.value)
    return labs


def _variance_of_yearly_change(persistence: float) -> float:
    """Return the variance of the change of an AR(1)'s yearly means, over that of its shocks."""
    quarters = np.arange(QUARTERS_A_YEAR)
    lag = np.subtract.outer(quarters, quarters)

    def mean(lags: ArrayLike) -> float:
        return float(np.mean(persistence ** np.abs(lags))) / (1.0 - persistence**2)

    return 2.0 * (mean(lag) - mean(lag + QUARTERS_A_YEAR))


def _log_ratio(ratio: float) -> float:
    """Return the ratio of two years' log growth, in logarithms, from that of their growth."""
    return math.log(math.log1p(ratio * SOFTWARE_GROWTH) / math.log1p(SOFTWARE_GROWTH))


def _t_quantiles(values: Array) -> tuple[float, float]:
    """Return P10 and P90 of another value like these: the posterior predictive of a normal."""
    count = len(values)
    scale = float(values.std(ddof=1)) * math.sqrt(1.0 + 1.0 / count)
    reach = float(stats.t.ppf(0.9, count - 1)) * scale
    return float(values.mean()) - reach, float(values.mean()) + reach


def _relative(middle: float, spread: float) -> Input:
    """Return a change whose logarithm is normal, as a file says it: 0.1 is 10% more."""
    points = {f"p{level}": stats.norm.ppf(level / 100.0) for level in (10, 50, 90)}
    quantiles = {name: math.expm1(middle + spread * score) for name, score in points.items()}
    return {"distribution": "lognormal"} | {k: rounded(v, DIGITS) for k, v in quantiles.items()}


def _root_mean_square(values: Sequence[float]) -> float:
    return math.sqrt(float(np.mean(np.square(values))))


def _with(figures: Sequence[Figure], id_: str, **what: str) -> list[Figure]:
    return [f for f in figures if f.id == id_ and all(getattr(f, k) == v for k, v in what.items())]


def _years(figures: Sequence[Figure], id_: str) -> list[Figure]:
    years = [f for f in _with(figures, id_, quantity="revenue") if len(f.period) == 4]
    return sorted(years, key=lambda f: f.period)


def _last_two(figures: Sequence[Figure], id_: str, quantity: str) -> tuple[Figure, Figure]:
    levels = _with(figures, id_, quantity=quantity, kind="level")
    whole = [f for f in levels if not f.period.endswith(("H1", "H2"))]
    before, last = sorted(whole, key=lambda f: f.about)[-2:]
    return before, last
