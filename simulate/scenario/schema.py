"""The whole scenario, with decisions and where it was read from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Annotated, Any, ClassVar, Literal, Protocol

from pydantic import (
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticKnownError

from .added import (
    CAPACITY_METRICS,
    COMMITMENT_METRICS,
    COMPUTE_METRICS,
    CUT_METRICS,
    RAISING_METRICS,
    RAISING_OUTCOMES,
    AddedMetric,
    AddedOutcome,
)
from .days import Day
from .dependence import AnyCorrelation, Copula, Shocks
from .distributions import Number, Uncertain
from .frame import BaseQuarter, BaseYear, Horizon, Sampling, Targets
from .lab import (
    NO_FREE_USERS,
    NO_SHOCKS,
    Cash,
    Commitment,
    Compute,
    Demand,
    FreeUsers,
    Funding,
    Hardware,
    Inference,
    OtherCosts,
    Raising,
    RevenueShare,
    Segment,
    Training,
)
from .mistakes import Mistake
from .own import OwnLine, OwnMetric, OwnOutcome
from .own_formulas import Model, OwnFormulas, read_added, read_lines, read_metrics, read_outcomes
from .quantities import quantities_of
from .quantity import CertainShare, Count, Money, Name, Section, Source, refuse
from .quarters import first_day, format_quarter, parse_quarter

# So that a path's coordinates stay within those that Sobol' points have.
MOST_SEGMENTS, MOST_MEMBERS = 20, 100
LEAST_ALTERNATIVES, MOST_ALTERNATIVES = 2, 5
# Parts of a scenario that are judged by themselves.
OF_ITSELF = frozenset({"name", "sampling", "provenance"})


class Option(Section):
    """A course of a decision: keys of the scenario to set, as in a variant, and what it costs."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    title: str = ""
    cost: Money = Field(default=0.0, description="beside what the simulation pays, bn USD")
    source: Source = ""


class Decision(Section):
    """A choice that is to be made now, and what a path pays for each option, in bn USD."""

    title: str
    payoff: Literal["free cash flow", "cash"] = Field(
        default="free cash flow", description="the sum of free cash flow to the year's end, or cash"
    )
    year: Count = Field(description="the last fiscal year that counts")
    discount_rate: Annotated[Number, CertainShare("discount rate a year", 0.0, 0.99)] = 0.0
    out_of_cash_cost: Annotated[Money, Field(ge=0.0)] = Field(
        default=0.0, description="taken off where cash runs out by then, bn USD"
    )
    source: Source = ""
    options: dict[str, Option] = Field(min_length=2)


class Alternative(Section):
    """One of several structures that the world may have: inputs that it changes, as in a variant.

    A path draws which one it lives in.
    """

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    name: Name
    title: Annotated[
        str, Field(max_length=100, description='what is so, to follow "if", as "growth slumps"')
    ] = ""
    weight: Annotated[Number, CertainShare("weight", 0.0, 1e3)] = Field(
        default=1.0, description="to any sum over all alternatives; 0 leaves one out"
    )
    source: Source = ""

    @property
    def clause(self) -> str:
        """What is so, to follow "if"."""
        return self.title or self.name.replace("_", " ")


@dataclass(frozen=True)
class Provenance:
    """Where a scenario was read: no part of what it says, so scenarios are compared without it.

    Attributes
    ----------
    files
        The file and those that it extends, in order; a packaged one as ``packaged:base.toml``.
    notes
        What is to be known of how they were read, such as which of two files a name was taken for.
    stresses
        The stress tests that the files name, as tables by name; see ``load.stress_tests``.
    """

    files: tuple[str, ...] = field(default=(), compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    stresses: Mapping[str, Any] = field(default_factory=dict, compare=False)


class Scenario(Section):
    """A validated scenario."""

    _of_themselves: ClassVar[frozenset[str]] = OF_ITSELF

    name: Annotated[str, Field(min_length=1, max_length=2000)]
    lab: Annotated[
        str, Field(max_length=100, description="whose figures these are; another lab says so here")
    ] = ""
    description: str = ""
    as_of: Annotated[Day | None, Field(description="up to which day its figures were known")] = None
    horizon: Horizon
    targets: Targets
    base_quarters: tuple[BaseQuarter, ...] = ()
    base_year: BaseYear | None = Field(default=None, validate_default=True)
    segments: tuple[Segment, ...] = Field(min_length=1, max_length=MOST_SEGMENTS)
    demand: Demand = NO_SHOCKS
    inference: Inference
    free_users: FreeUsers = NO_FREE_USERS
    hardware: tuple[Hardware, ...] = Field(default=(), max_length=MOST_MEMBERS)
    commitments: tuple[Commitment, ...] = Field(default=(), max_length=MOST_MEMBERS)
    compute: Compute | None = Field(default=None, validate_default=True)
    revenue_shares: tuple[RevenueShare, ...] = Field(default=(), max_length=MOST_MEMBERS)
    training: Training
    other_costs: OtherCosts
    cash: Cash
    funding: tuple[Funding, ...] = Field(default=(), max_length=MOST_MEMBERS)
    raising: Raising | None = None
    lines: tuple[OwnLine, ...] = Field(default=(), max_length=MOST_MEMBERS)
    metrics: dict[str, OwnMetric] = Field(default_factory=dict, max_length=MOST_MEMBERS)
    outcomes: dict[str, OwnOutcome] = Field(default_factory=dict, max_length=MOST_MEMBERS)
    correlations: dict[str, AnyCorrelation] = Field(default_factory=dict)
    copula: Copula = Copula()
    shocks: Shocks = Shocks()
    alternatives: tuple[Alternative, ...] = Field(default=(), max_length=MOST_ALTERNATIVES)
    decision: Decision | None = None
    sampling: Sampling = Sampling()
    provenance: Annotated[SkipJsonSchema[Provenance], Field(exclude=True)] = Provenance()

    def changed(self, changes: Mapping[str, Any]) -> "Scenario":
        """Return the scenario with single keys set, as ``--set`` does.

        Parameters
        ----------
        changes
            Values by key, such as ``{"cash.opening": 20, "cash.tax_rate.high": "30%"}``: what
            a scenario's file may say there, or a distribution.

        Returns
        -------
        Scenario

        Raises
        ------
        ScenarioError
            If there is no such key, or it can't have such a value.

        Examples
        --------
        >>> scenario = simulate.load_scenario("anthropic.toml")
        >>> mine = scenario.changed({"cash.tax_rate.high": 0.3, "cash.opening": "20 bn"})
        >>> print(mine.name)
        """
        # What tells mistakes knows this class.
        from .load import changed

        return changed(self, changes)

    @field_validator("targets")
    @classmethod
    def _check_targets(cls, targets: Targets, info: ValidationInfo) -> Targets:
        horizon: Horizon | None = info.data.get("horizon")
        year = targets.projected_year
        if horizon is not None and year is not None and year < horizon.first_year:
            start = format_quarter(horizon.first_quarter)
            wrong = f"lies before the horizon, which begins in {start}; give a later one"
            refuse([Mistake(("projected_year",), wrong)])
        return targets

    @field_validator("base_quarters")
    @classmethod
    def _check_base_quarters(
        cls, quarters: tuple[BaseQuarter, ...], info: ValidationInfo
    ) -> tuple[BaseQuarter, ...]:
        horizon: Horizon | None = info.data.get("horizon")
        if not quarters or horizon is None:
            return quarters
        refuse([*_named_twice(quarters), *_not_the_base(quarters, horizon)])
        return tuple(sorted(quarters, key=lambda quarter: parse_quarter(quarter.name)))

    @field_validator("base_year")
    @classmethod
    def _check_base_year(cls, year: BaseYear | None, info: ValidationInfo) -> BaseYear | None:
        quarters: tuple[BaseQuarter, ...] | None = info.data.get("base_quarters")
        if year is None and quarters == ():
            raise PydanticKnownError("missing")
        if year is not None and quarters:
            refuse([Mistake((), "says what base_quarters say, too; leave one of them out")])
        return year

    @property
    def known_until(self) -> date:
        """Up to which day its figures were known: ``as_of``, or the day on which it begins."""
        if self.as_of is not None:
            return self.as_of
        return first_day(self.horizon.first_quarter)

    @property
    def possible_alternatives(self) -> tuple[Alternative, ...]:
        """The alternatives that a path may draw, those with a weight."""
        return tuple(each for each in self.alternatives if each.weight > 0.0)

    @property
    def alternative_weights(self) -> dict[str, float]:
        """The weight of each of these, by name; they sum to 1."""
        whole = sum(each.weight for each in self.alternatives)
        return {each.name: each.weight / whole for each in self.possible_alternatives}

    @cached_property
    def judged(self) -> Mapping[str, Any]:
        """The parts that were judged together, by name; none where nothing has judged them."""
        return {}

    @cached_property
    def overridden(self) -> Mapping[str, tuple[Uncertain, ...]]:
        """Each input that an alternative changes, by key: its distribution in each possible one.

        Raises
        ------
        ScenarioError
            If an alternative can't be.
        """
        if not self.alternatives:
            return {}
        # What tells mistakes knows this class.
        from .alternatives import overridden_inputs

        return overridden_inputs(self)

    @field_validator("segments")
    @classmethod
    def _check_segments(
        cls, segments: tuple[Segment, ...], info: ValidationInfo
    ) -> tuple[Segment, ...]:
        mistakes = [*_named_twice(segments)]
        shares = sum(segment.share_of_revenue.quantile(0.5) for segment in segments)
        if abs(shares - 1.0) > 1e-9:
            each = ", ".join(f"{s.name} {s.share_of_revenue.quantile(0.5):g}" for s in segments)
            wrong = f"share_of_revenue sums to {shares:g}; it must be 1: {each}"
            mistakes.append(Mistake((), wrong))
        for segment in segments:
            dates = [("starts", segment.starts)] if segment.starts is not None else []
            dates += [("known_losses", loss.quarter) for loss in segment.known_losses]
            mistakes += _before_the_horizon(segment.name, dates, info)
        refuse(mistakes)
        return segments

    @field_validator("hardware")
    @classmethod
    def _check_hardware(cls, hardware: tuple[Hardware, ...]) -> tuple[Hardware, ...]:
        refuse(_named_twice(hardware))
        return hardware

    @field_validator("commitments", "revenue_shares")
    @classmethod
    def _check_contracts(
        cls, contracts: tuple[Commitment | RevenueShare, ...], info: ValidationInfo
    ) -> tuple[Commitment | RevenueShare, ...]:
        mistakes = [*_named_twice(contracts)]
        for each in contracts:
            by_year = isinstance(each, Commitment) and each.by_year is not None
            dates = [("by_year" if by_year else "last_quarter", each.ends)]
            mistakes += _before_the_horizon(
                each.name, [(key, date) for key, date in dates if date is not None], info
            )
        refuse(mistakes)
        return contracts

    @field_validator("compute")
    @classmethod
    def _check_compute(cls, compute: Compute | None, info: ValidationInfo) -> Compute | None:
        if compute is None and info.data.get("commitments"):
            wrong = "missing: commitments are for its use; the table may be empty"
            refuse([Mistake((), wrong)])
        return compute

    @field_validator("other_costs")
    @classmethod
    def _check_other_costs(cls, costs: OtherCosts, info: ValidationInfo) -> OtherCosts:
        shares: tuple[RevenueShare, ...] = info.data.get("revenue_shares", ())
        within = sum(each.share.quantile(0.5) for each in shares if each.within)
        variable = costs.variable.quantile(0.5)
        if within > variable:
            wrong = (
                f"a median of {variable:g} is below {within:g}, what revenue_shares are within it"
            )
            refuse([Mistake(("variable",), wrong)])
        return costs

    @field_validator("funding")
    @classmethod
    def _check_funding(
        cls, funding: tuple[Funding, ...], info: ValidationInfo
    ) -> tuple[Funding, ...]:
        mistakes = [*_named_twice(funding)]
        for each in funding:
            mistakes += _before_the_horizon(each.name, [("quarter", each.quarter)], info)
        refuse(mistakes)
        return funding

    @field_validator("raising")
    @classmethod
    def _check_raising(cls, raising: Raising | None, info: ValidationInfo) -> Raising | None:
        horizon: Horizon | None = info.data.get("horizon")
        if raising is not None and horizon is not None:
            start = format_quarter(horizon.first_quarter)
            wrong = f"lies in the horizon, which begins in {start}; give it in [[funding]]"
            late = [q for q in raising.raised_before if q >= horizon.first_quarter]
            refuse(Mistake(("raised_before", format_quarter(q)), wrong) for q in late)
        return raising

    @field_validator("lines")
    @classmethod
    def _check_lines(cls, lines: tuple[OwnLine, ...], info: ValidationInfo) -> tuple[OwnLine, ...]:
        mistakes = [*_named_twice(lines)]
        for line in lines:
            dates = [("until", line.until)] if line.until is not None else []
            mistakes += _before_the_horizon(line.name, dates, info)
        refuse([*mistakes, *read_lines(lines, _model(info.data))[1]])
        return lines

    @field_validator("metrics")
    @classmethod
    def _check_metrics(
        cls, metrics: dict[str, OwnMetric], info: ValidationInfo
    ) -> dict[str, OwnMetric]:
        # What they may name isn't known where that is wrong itself.
        if "lines" in info.data:
            model = _model(info.data)
            refuse(read_metrics(metrics, info.data["lines"], model)[1])
        return metrics

    @field_validator("outcomes")
    @classmethod
    def _check_outcomes(
        cls, outcomes: dict[str, OwnOutcome], info: ValidationInfo
    ) -> dict[str, OwnOutcome]:
        if {"lines", "metrics"} <= info.data.keys():
            model = _model(info.data)
            refuse(read_outcomes(outcomes, info.data["metrics"], info.data["lines"], model)[1])
        refuse(_beyond_the_horizon(outcomes, info))
        return outcomes

    @cached_property
    def formulas(self) -> OwnFormulas:
        """The formulas of its own lines, metrics and outcomes, in an order to compute them."""
        model = self.quantities
        return OwnFormulas(
            read_lines(self.lines, model)[0],
            read_metrics(self.metrics, self.lines, model)[0],
            read_outcomes(self.outcomes, self.metrics, self.lines, model)[0],
            read_added({title: each.formula for title, each in self.added_metrics.items()}, model),
            read_added({title: each.when for title, each in self.added_outcomes.items()}, model),
        )

    @property
    def quantities(self) -> Model:
        """The quantities of the model that its formulas may name."""
        return _model(vars(self))

    @property
    def added_metrics(self) -> Mapping[str, AddedMetric]:
        """What its optional parts add to the model's metrics, by title."""
        compute = self.compute
        has = (
            (COMPUTE_METRICS, compute is not None),
            (COMMITMENT_METRICS, bool(self.commitments)),
            (CAPACITY_METRICS, compute is not None and compute.has_capacity),
            (CUT_METRICS, self.training.cut is not None),
            (RAISING_METRICS, self.raising is not None),
        )
        return dict(chain.from_iterable(metrics.items() for metrics, there in has if there))

    @property
    def added_outcomes(self) -> Mapping[str, AddedOutcome]:
        """What its optional parts add to the model's hitting times, by title."""
        return {} if self.raising is None else RAISING_OUTCOMES

    @field_validator("alternatives")
    @classmethod
    def _check_alternatives(cls, alternatives: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
        mistakes = [*_named_twice(alternatives)]
        if 0 < len(alternatives) < LEAST_ALTERNATIVES:
            wrong = f"has only one member; {LEAST_ALTERNATIVES} are the least, of which one may"
            mistakes.append(Mistake((), f"{wrong} change nothing"))
        elif alternatives and not any(each.weight for each in alternatives):
            mistakes.append(Mistake((), "all weights are 0; one must be above"))
        refuse(mistakes)
        return alternatives

    @field_validator("decision")
    @classmethod
    def _check_decision(cls, decision: Decision | None, info: ValidationInfo) -> Decision | None:
        horizon: Horizon | None = info.data.get("horizon")
        if decision is None or horizon is None:
            return decision
        if not horizon.first_year <= decision.year <= horizon.last_year:
            span = f"{horizon.first_year} to {horizon.last_year}"
            refuse([Mistake(("year",), f"{decision.year} lies outside the horizon, {span}")])
        return decision


def _model(parts: Mapping[str, Any]) -> Model:
    """Return the quantities of the model, with those of the optional parts that are there."""
    training: Training | None = parts.get("training")
    is_cut = training is not None and training.cut is not None
    return quantities_of(
        has_compute=is_cut or parts.get("compute") is not None,
        raises=parts.get("raising") is not None,
    )


class Member(Protocol):
    """A member of one of the scenario's lists."""

    @property
    def name(self) -> str:
        """By which it is found."""
        ...


def _named_twice(members: Sequence[Member]) -> Iterator[Mistake]:
    names = [member.name for member in members]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Mistake((), f'the name "{name}" is used twice')


def _not_the_base(quarters: Sequence[BaseQuarter], horizon: Horizon) -> Iterator[Mistake]:
    """Return which base quarters are not the four before the horizon, and which are missing."""
    wanted, given = horizon.base_quarters, [quarter.name for quarter in quarters]
    start = format_quarter(horizon.first_quarter)
    are = f"the four before the horizon, which begins in {start}, are {', '.join(wanted)}"
    others = [name for name in given if name not in wanted]
    absent = [name for name in wanted if name not in given]
    yield from (Mistake((name,), f"is no quarter of the base; {are}") for name in others)
    if absent:
        yield Mistake((), f"{' and '.join(absent)} missing; {are}")
    last = next((quarter for quarter in quarters if quarter.name == wanted[-1]), None)
    if last is not None and last.cost.quantile(0.5) != 1.0:
        yield Mistake((last.name, "cost"), "is 1 by definition: leave it out")


def _beyond_the_horizon(
    outcomes: Mapping[str, OwnOutcome], info: ValidationInfo
) -> Iterator[Mistake]:
    """Return the dates of outcomes that lie outside the horizon, if that is a valid one."""
    horizon: Horizon | None = info.data.get("horizon")
    for name, outcome in outcomes.items():
        if horizon is not None and outcome.by is not None and not horizon.holds(outcome.by):
            wrong = f"{format_quarter(outcome.by)} lies outside the horizon, {horizon.span}"
            yield Mistake((name, "by"), wrong)


def _before_the_horizon(
    name: str, dates: Sequence[tuple[str, int]], info: ValidationInfo
) -> Iterator[Mistake]:
    """Return the dates of a member that lie before the horizon, if that is a valid one."""
    horizon: Horizon | None = info.data.get("horizon")
    for key, quarter in dates:
        if horizon is not None and quarter < horizon.first_quarter:
            yield Mistake(
                (name, key),
                f"{format_quarter(quarter)} lies before the horizon, which begins in "
                f"{format_quarter(horizon.first_quarter)}",
            )
