"""The model once more, one path in plain Python floats, written to be read beside docs/model.md."""

import math
from collections.abc import Callable
from typing import NamedTuple

from simulate.scenario import Scenario
from simulate.scenario.expression import names_in
from simulate.scenario.own_formulas import OwnFormulas
from tests.slow_formulas import SlowFormulas, Value

HITS = (
    "margin_inference",
    "margin_inference_held",
    "margin_paying",
    "margin_paying_held",
    "margin_partners",
    "margin_partners_held",
    "margin_all",
    "margin_all_held",
    "cash_flow_positive",
    "cash_flow_held",
    "payback",
    "out_of_cash",
)


# What formulas know of a lab that has failed.
OUTLIVES = {"year", "quarter", "value", "dilution", "return_on_todays_price", "lenders_loss"}
OUTLIVES |= {"failed"}


class Draws(NamedTuple):
    """What chance decides on a path.

    ``value`` gives an input; ``overrun`` and ``drift`` a period's deviation from plan; ``demand``
    and ``own`` a quarter's normal scores; ``loss`` and ``jump`` the size of what arrives in a
    quarter, given its chance; ``round_comes`` whether a funding round does; ``shut`` for how many
    quarters funding is shut from a quarter on, given its chance; ``money`` the number that the
    chance of money must be above.
    """

    value: Callable[[str], float]
    overrun: Callable[[int], float]
    drift: Callable[[int], float]
    demand: Callable[[int], float]
    own: Callable[[int, int], float]
    loss: Callable[[int, int, float], float]
    jump: Callable[[int, float], float]
    round_comes: Callable[[int], bool]
    shut: Callable[[int, float], float]
    money: Callable[[int], float]


class Partners:
    """Shares of revenue, each until its total has been paid."""

    def __init__(self, scenario: Scenario, v: Callable[[str], float]) -> None:
        self.shares, self.v = scenario.revenue_shares, v
        self.paid = {share.name: v(f"revenue_shares.{share.name}.paid") for share in self.shares}
        self.beside = self.spared = 0.0

    def base_shares(self, revenue: float) -> float:
        """What partners had of a base quarter's revenue."""
        within = [share.name for share in self.shares if share.within]
        return sum(self.v(f"revenue_shares.{name}.share") * revenue for name in within)

    def pay(self, quarter: int, revenue: float) -> float:
        """What partners get of a quarter's revenue, of which a part is within other cost."""
        self.beside = self.spared = all_paid = 0.0
        for share in self.shares:
            key = f"revenue_shares.{share.name}"
            due = self.v(f"{key}.share") * revenue
            first, last = share.first_quarter or quarter, share.last_quarter or quarter
            left = max(0.0, self.v(f"{key}.total") - self.paid[share.name])
            now = min(due, left) if first <= quarter <= last else 0.0
            self.paid[share.name] += now
            all_paid += now
            if share.within:
                self.spared += due - now
            else:
                self.beside += now
        return all_paid


class Renting(NamedTuple):
    """What is committed for a quarter, firmly, and for all later ones."""

    committed: float
    firm: float
    ahead: float


def renting_of(scenario: Scenario, v: Callable[[str], float], quarter: int) -> Renting:
    committed = firm = ahead = 0.0
    for c in scenario.commitments:
        if c.by_year is not None:
            due = {4 * year + q: amount / 4 for year, amount in c.by_year.items() for q in range(4)}
        else:
            assert c.first_quarter is not None and c.last_quarter is not None
            over = range(c.first_quarter, c.last_quarter + 1)
            due = {q: v(f"commitments.{c.name}.amount") / len(over) for q in over}
        now = due.get(quarter, 0.0)
        committed += now
        firm += now * (1 - v(f"commitments.{c.name}.cancellable"))
        ahead += sum(amount for q, amount in due.items() if q > quarter)
    return Renting(committed, firm, ahead)


def known_of_compute(renting: Renting, use: float, v: Callable[[str], float]) -> dict[str, float]:
    """What formulas know of a quarter's compute."""
    idle = max(0.0, renting.firm - use)
    return {
        "commitments": renting.committed,
        "commitments_ahead": renting.ahead,
        "compute_use": use,
        "idle_compute": idle,
        "idle_compute_cost": (1 - v("compute.resold")) * idle if idle else 0.0,
    }


def capacity_of(scenario: Scenario, v: Callable[[str], float], t: int) -> float:
    """What compute can be had in a quarter, if that is limited."""
    assert scenario.compute is not None
    by_year = scenario.compute.capacity_by_year
    if by_year is None:
        return v("compute.capacity") / 4 * math.exp(v("compute.capacity_growth") * t / 4)
    year = (scenario.horizon.first_quarter + t) // 4
    known = [known for known in by_year if known <= year]
    return by_year[max(known)] / 4 if known else math.inf


class Path(NamedTuple):
    metrics: list[dict[str, float]]
    hits: dict[str, int]
    funding_need: float
    own_metrics: list[dict[str, Value]]
    own_hits: dict[str, int]
    lines: list[dict[str, Value]]


class Own:
    """A user's own lines, metrics and outcomes, quarter by quarter."""

    def __init__(self, scenario: Scenario, v: Callable[[str], float]) -> None:
        self.scenario, self.slow = scenario, SlowFormulas()
        self.formulas: OwnFormulas = scenario.formulas
        self.inputs = {
            key: v(key)
            for line in scenario.lines
            for key in (f"lines.{line.name}.inputs.{name}" for name in line.inputs)
        }
        self.lines: list[dict[str, Value]] = []
        self.metrics: list[dict[str, Value]] = []
        self.watched = [
            *((title, of, 1) for title, of in self.formulas.added_outcomes.items()),
            *((n, of, scenario.outcomes[n].held) for n, of in self.formulas.outcomes.items()),
        ]
        self.runs = {name: 0 for name, _, _ in self.watched}
        self.hits = {name: scenario.horizon.quarters for name, _, _ in self.watched}

    def begin(self, t: int) -> None:
        self.slow.begin()
        year, quarter = divmod(self.scenario.horizon.first_quarter + t, 4)
        self.slow.know({"year": year, "quarter": quarter + 1} | self.inputs)
        if t < 0:
            self.slow.know({line.name: 0.0 for line in self.scenario.lines})
        else:
            self.lines.append({})

    def know(self, **values: float) -> None:
        self.slow.know(values)

    def booked(self, counts_in: str, t: int) -> float:
        """What lines add, once all that they use of the quarter is known."""
        total = 0.0
        for own in self.formulas.lines:
            line = own.line
            if line.counts_in != counts_in:
                continue
            quarter = self.scenario.horizon.first_quarter + t
            starts, ends = line.from_quarter or 0, line.until or quarter
            is_on = starts <= quarter <= ends
            value = self.slow.value(own.formula.expression) if is_on else 0.0
            self.slow.know({line.name: value})
            self.lines[-1][line.name] = value
            total += value or 0.0
        return total

    def unshared(self) -> float:
        """The revenue of the quarter that partners have no share of."""
        apart = [each for each in self.scenario.lines if each.counts_in == "revenue"]
        kept = [line.name for line in apart if not line.through_partners]
        return sum(self.lines[-1][name] or 0.0 for name in kept)

    def end(self, t: int, is_booked: bool = True) -> None:
        own = {name: self.slow.value(f.expression) for name, f in self._metrics()}
        if t < 0:
            return
        if is_booked:
            self.metrics.append(own)
        else:
            self.stand_still()
        for name, formula, held in self.watched:
            names = names_in(formula.expression)
            if not is_booked and not names.now | names.earlier <= OUTLIVES:
                continue
            is_met = self.slow.value(formula.expression)
            self.runs[name] = self.runs[name] + 1 if is_met else 0
            if self.runs[name] >= held:
                self.hits[name] = min(self.hits[name], t)

    def stand_still(self) -> None:
        """A quarter after a failure: amounts are 0, ratios what they were."""
        scenario = self.scenario
        units = {title: each.unit for title, each in scenario.added_metrics.items()}
        units |= {name: metric.unit for name, metric in scenario.metrics.items()}
        is_amount = {name: unit in ("bn USD", "months") for name, unit in units.items()}
        before = self.metrics[-1]
        self.metrics.append({name: 0.0 if is_amount[name] else before[name] for name in before})
        self.lines[-1] = dict.fromkeys(self.lines[-1], 0.0)

    def _metrics(self):
        yield from self.formulas.added_metrics.items()
        for name, formula in self.formulas.metrics.items():
            yield name, formula
            # Others may use it.
            self.slow.know({name: self.slow.value(formula.expression)})


def ramp(annual: float, run_rate: float) -> list[float]:
    """Four quarters in geometric progression: bisection for the ratio."""
    last, low, high, q = run_rate / 4, 0.0, 10.0, 1.0
    for _ in range(200):
        q = (low + high) / 2
        low, high = (q, high) if last * (1 + q + q * q + q**3) < annual else (low, q)
    return [last * q**3, last * q**2, last * q, last]


class Base(NamedTuple):
    """A quarter before the horizon."""

    revenue: float
    cost: float
    training: float


def base_of(scenario: Scenario, v: Callable[[str], float]) -> list[Base]:
    """The four quarters before the horizon, as given or on the base year's ramps."""
    if scenario.base_year is None:
        keys = [f"base_quarters.{quarter.name}" for quarter in scenario.base_quarters]
        return [Base(v(f"{k}.revenue"), v(f"{k}.cost"), v(f"{k}.training")) for k in keys]
    revenue = ramp(v("base_year.revenue"), 12 * v("base_year.monthly_revenue"))
    training = ramp(v("base_year.training"), v("base_year.training_run_rate"))
    return [Base(r, 1.0, t) for r, t in zip(revenue, training, strict=True)]


class Capital:
    """Money that is sought, debt and failure, of one path."""

    def __init__(self, scenario: Scenario, draws: Draws) -> None:
        assert scenario.raising is not None
        self.scenario, self.draws, self.raising = scenario, draws, scenario.raising
        self.v = lambda key: draws.value(f"raising.{key}")
        has_debt = scenario.raising.debt is not None
        self.debt = self.v("debt.opening") if has_debt else 0.0
        self.debt_rate = self.v("debt.interest_rate") if has_debt else 0.0
        self.maturity = self.v("debt.maturity") if has_debt else 1.0
        self.debt_share = self.v("debt.share") if has_debt else 0.0
        self.recovery = self.v("debt.recovery") if has_debt else 0.0
        self.shares, self.shut, self.listed, self.failed = 1.0, 0.0, False, False
        self.interest = self.value = self.loss = 0.0
        self.months = self.repaid = 0.0
        self.ends_now = False
        first, known = scenario.horizon.first_quarter, scenario.raising.raised_before
        self.sources = [{"rounds": known.get(q, 0.0)} for q in range(first - 3, first)]

    def pay_interest(self) -> float:
        self.interest = 0.0 if self.failed else self.debt * self.debt_rate / 4
        return self.interest

    def finance(
        self, t: int, cash: float, cash_flow: float, revenue: float, year_before: float
    ) -> float:
        """Return cash after all money that comes; ``cash`` has the quarter's flow already."""
        v, scenario = self.v, self.scenario
        self.shut = max(0.0, self.shut - 1)
        if self.raising.shut is not None:
            chance = 1 - math.exp(-v("shut.rate") / 4)
            self.shut = max(self.shut, self.draws.shut(t, chance))
        growth = math.log(revenue / year_before)
        multiple = v("value.multiple") * (4 * revenue / 10) ** -v("value.size_exponent")
        multiple *= math.exp(v("value.growth_exponent") * (growth - v("value.reference_growth")))
        repaid = self.debt / self.maturity
        self.debt -= repaid
        cash -= repaid
        self.value = max(0.0, max(multiple, v("value.floor")) * 4 * revenue - self.debt)
        rounds = 0.0
        for j, f in enumerate(scenario.funding):
            is_open = f.chance == 1 or self.shut <= 0
            is_due = f.quarter - scenario.horizon.first_quarter == t
            if is_due and is_open and self.draws.round_comes(j):
                rounds += self.draws.value(f"funding.{f.name}.amount")
                self.listed = self.listed or f.kind == "listing"
        cash += rounds
        burn = max(-cash_flow, 1e-9)
        chance = v("after_listing") if self.listed else v("chance")
        chance *= min(max(growth / v("full_growth"), 0.0), 1.0)
        earlier = sum(sum(source.values()) for source in self.sources[-3:])
        room = max(0.0, v("share_of_value") * self.value - earlier - rounds)
        amount = 0.0
        is_sought = 3 * cash / burn < v("below_months")
        if is_sought and self.shut <= 0 and self.draws.money(t) < chance:
            amount = min(max(0.0, v("months") / 3 * burn - cash), room)
        issued = self.debt_share * amount
        self.sources.append({"rounds": rounds, "equity": amount - issued, "issued": issued})
        cash += amount
        self.debt += issued
        self.repaid = repaid
        if sold := rounds + amount - issued:
            self.shares *= 1 + sold / max(self.value, 1e-9)
        self.months = min(max(3 * cash / burn, 0.0), 120.0)
        return cash

    def end(self, cash: float, revenue: float) -> None:
        """Fail at the end of a quarter, if cash has run out."""
        if cash < 0:
            self.value = 0.0
            if self.debt > 0:
                self.loss = 1 - min(1.0, self.recovery * revenue / self.debt)
            self.ends_now = True

    def known_before(self) -> dict[str, float]:
        """What formulas may name in the quarters before the horizon: nothing was raised."""
        flows = ("debt_interest", "dated_rounds", "equity_raised", "debt_issued", "debt_repaid")
        nothing = dict.fromkeys((*flows, "dilution", "lenders_loss"), 0.0)
        return nothing | {"debt": self.debt, "failed": False}

    def known(self) -> dict[str, float]:
        """What formulas may name; the failure counts for quarters that follow."""
        last = self.sources[-1]
        now = {
            "dated_rounds": last["rounds"],
            "equity_raised": last["equity"],
            "debt_issued": last["issued"],
            "debt_repaid": self.repaid,
            "debt": self.debt,
            "runway": self.months,
            "value": self.value,
            "dilution": 1 - 1 / self.shares,
            "return_on_todays_price": self.value / self.shares / self.v("value.today"),
            "lenders_loss": self.loss,
            "failed": self.ends_now or self.failed,
        }
        self.failed = self.failed or self.ends_now
        return now


def live(scenario: Scenario, draws: Draws) -> Path:
    v, first_quarter = draws.value, scenario.horizon.first_quarter
    quarters, targets = scenario.horizon.quarters, scenario.targets
    base = base_of(scenario, v)
    last = base[3]
    overrun_2025 = 1 + v("inference.base_overrun")
    x, stock, capex = (
        v("inference.other_sales_cost"),
        v("other_costs.stock_pay"),
        v("cash.capital_spending"),
    )
    working, fixed = v("cash.working_capital"), v("other_costs.fixed") / 4
    users, cost_per_user = v("free_users.users"), v("free_users.annual_cost")
    levels = {
        s.name: v(f"segments.{s.name}.share_of_revenue") * last.revenue for s in scenario.segments
    }

    own, shares, compute = Own(scenario, v), Partners(scenario, v), scenario.compute
    capital = None if scenario.raising is None else Capital(scenario, draws)
    flows: list[dict[str, float]] = []
    cash_flow = 0.0
    previous = base[0].revenue ** 2 / base[1].revenue
    for before, (revenue, cost, spent) in enumerate(base, -4):
        inference = sum(
            revenue
            * v(f"segments.{s.name}.share_of_revenue")
            * v(f"segments.{s.name}.inference_cost")
            * overrun_2025
            * cost
            for s in scenario.segments
        )
        paying, free = inference + x * revenue, users * cost_per_user / 4
        other = fixed + v("other_costs.variable") * revenue
        ebitda = revenue - paying - free - spent - other
        cash_flow = ebitda + stock * other - capex * revenue - working * 4 * (revenue - previous)
        partners = v("other_costs.partner_share") * revenue + shares.base_shares(revenue)
        renting, use = Renting(0.0, 0.0, 0.0), 0.0
        if compute is not None:
            use = inference + free + v("compute.of_training") * spent
            renting = renting_of(scenario, v, first_quarter + before)
        own.begin(before)
        own.know(
            segment_revenue=revenue,
            free_users=users,
            revenue=revenue,
            run_rate=4 * revenue,
            paying_inference=inference,
            free_inference=free,
            inference=inference + free,
            depreciation=0.0,
            cost_of_revenue=paying,
            partner_share=partners,
            training=spent,
            **known_of_compute(renting, use, v),
            gross_profit=revenue - paying,
            other_costs=other,
            ebitda=ebitda,
            operating_result=ebitda,
            free_cash_flow=cash_flow,
        )
        if capital is not None:
            own.know(**capital.known_before())
        own.end(before)
        flows.append(
            {
                "revenue": revenue,
                "paying": paying,
                "bill": inference,
                "partners": partners,
                "free": free,
                "ebitda": ebitda,
                "cash_flow": cash_flow,
                "training": spent,
                "inference": inference + free,
            }
        )
        previous = revenue

    cash, losses = v("cash.opening"), v("cash.losses_carried_forward")
    demand = v("demand.initial")
    overrun_level = drift_level = gain = free_gain = cumulative = need = 0.0
    training, last_below, metrics = last.training, -1, []
    followed, flow_before = math.log(last.revenue / base[0].revenue) / 3, cash_flow
    runs: dict[str, int] = dict.fromkeys(("inference", "paying", "partners", "all", "cash_flow"), 0)
    hits: dict[str, int] = dict.fromkeys(HITS, quarters)

    by_quarter = scenario.horizon.deviations == "by quarter"

    def decayed(key: str, years: float) -> float:
        initial, lasting = v(f"{key}.initial"), v(f"{key}.lasting")
        return lasting + (initial - lasting) * 2 ** (-years / v(f"{key}.half_life"))

    for t in range(quarters):
        if by_quarter or t == 0 or (first_quarter + t) % 4 == 0:
            year = (first_quarter + t) // 4 - first_quarter // 4
            year = t if by_quarter else year
            overrun_level = v("inference.overrun_carried") * overrun_level + math.log(
                1 + draws.overrun(year)
            )
            drift_level = v("training.drift_carried") * drift_level + math.log(
                1 + draws.drift(year)
            )
        scale = max(4 * previous, 0.01) / 10
        scale **= -v("demand.size_exponent")
        demand = v("demand.persistence") * demand + v("demand.volatility") * scale * draws.demand(t)
        growth = v("free_users.growth")
        users *= 1 + growth / 4 * max(0.0, 1 - users / v("free_users.ceiling"))

        revenue = base_bill = 0.0
        for k, s in enumerate(scenario.segments):
            key = f"segments.{s.name}"
            start = -1 if s.starts is None else s.starts - first_quarter
            if t < start:
                continue
            if t == start:
                levels[s.name] = (
                    1.0 if s.revenue_per_user is not None else v(f"{key}.starting_revenue") / 4
                )
            faded = max(0, t - max(start, 0) - math.floor(4 * v(f"{key}.growth.plateau")))
            mu = decayed(f"{key}.growth", faded / 4 + (v(f"{key}.growth.age") if start < 0 else 0))
            mu *= max(0.0, 1 - 4 * levels[s.name] / v(f"{key}.market"))
            levels[s.name] *= math.exp(
                mu / 4 + demand + v(f"{key}.volatility") * scale * draws.own(t, k)
            )
            if s.client_loss is not None:
                chance = 1 - math.exp(-v(f"{key}.client_loss.rate") / 4)
                levels[s.name] *= 1 - draws.loss(t, k, chance)
            earned = levels[s.name]
            if s.revenue_per_user is not None:
                age = (t - start + 1) / 4
                adopted = 1 - 2 ** (-age / v(f"{key}.adoption_half_life"))
                earned *= users * v(f"{key}.revenue_per_user") / 4 * adopted
            revenue += earned
            base_bill += earned * v(f"{key}.inference_cost") * overrun_2025

        own.begin(t)
        own.know(segment_revenue=revenue, free_users=users, opening_cash=cash)
        revenue += own.booked("revenue", t)
        unshared = own.unshared()
        revenue = max(revenue, 1e-6) if scenario.lines else revenue

        left = 2 ** (-t / 4 / v("inference.catch_up_half_life"))
        if scenario.inference.net_gain is not None:
            gain += v("inference.net_gain") / 4 * left
        else:
            gain += (v("inference.efficiency_gain") - v("inference.price_erosion")) / 4 * left
        free_gain += (v("inference.efficiency_gain") - v("free_users.usage_growth")) / 4 * left
        inference = base_bill * math.exp(overrun_level - gain)
        free = users * cost_per_user / 4 * math.exp(overrun_level - free_gain)
        unserved, left_for_training = 0.0, math.inf
        if compute is not None and compute.has_capacity:
            capacity, needed = capacity_of(scenario, v, t), inference + free
            for_users = (1 - v("compute.for_training")) * capacity
            unserved = 1 - min(1.0, for_users / needed)
            earned = (1 - unserved) ** (1 - v("compute.passed_to_price"))
            revenue, unshared = revenue * earned, unshared * earned
            inference, free = inference * (1 - unserved), free * (1 - unserved)
            left_for_training = capacity - inference - free
        partners = v("other_costs.partner_share") * (revenue - unshared)
        partners += shares.pay(first_quarter + t, revenue - unshared)
        depreciation, spending = 0.0, capex * revenue
        for h in scenario.hardware:
            key, amount = f"hardware.{h.name}", v(f"hardware.{h.name}.amount")
            bought = range(h.first_quarter - first_quarter, h.last_quarter - first_quarter + 1)
            in_service = sum(b < t <= b + 4 * h.life_years for b in bought) / len(bought)
            inference -= v(f"{key}.saving") * min(
                inference, v(f"{key}.rent_replaced") / 4 * in_service
            )
            depreciation += amount * in_service / (4 * h.life_years)
            spending += amount * (t in bought) / len(bought)
        paying = inference + x * revenue + depreciation
        own.know(
            revenue=revenue,
            run_rate=4 * revenue,
            paying_inference=inference,
            free_inference=free,
            inference=inference + free,
            depreciation=depreciation,
            unserved_share=unserved,
        )
        paying += own.booked("cost of revenue", t)

        jump = 0.0
        if scenario.training.generation is not None:
            jump = draws.jump(t, 1 - math.exp(-v("training.generation.rate") / 4))
        follows = v("training.follows")
        followed += (math.log(revenue / previous) - followed) / (1 + v("training.lag"))
        growth = (1 - follows) * decayed("training.growth", t / 4) / 4 + follows * followed
        training *= math.exp(growth) * (1 + jump)
        cut = 0.0
        if scenario.training.cut is not None:
            runway = 3 * cash / max(-flow_before, 1e-9)
            months = v("training.cut.below_months")
            cut = v("training.cut.most") * min(1.0, max(0.0, (months - runway) / months))
        planned = (1 - cut) * training * math.exp(drift_level)
        trained = max(planned, v("training.floor") * revenue)
        renting, use = Renting(0.0, 0.0, 0.0), 0.0
        if compute is not None:
            of_training = v("compute.of_training")
            trained = min(trained, left_for_training / of_training)
            renting = renting_of(scenario, v, first_quarter + t)
            use = inference + free + of_training * trained
        fixed *= math.exp(v("other_costs.fixed_growth") / 4)
        scale = (revenue / last.revenue) ** (v("other_costs.scale_elasticity") - 1)
        unpaid = v("other_costs.partner_share") * unshared
        other = fixed + (v("other_costs.variable") * revenue - unpaid - shares.spared) * scale
        own.know(
            cost_of_revenue=paying,
            partner_share=partners,
            training=trained,
            training_cut=cut,
            gross_profit=revenue - paying,
            **known_of_compute(renting, use, v),
        )
        idle_cost = known_of_compute(renting, use, v)["idle_compute_cost"]
        in_cash = own.booked("operating cost", t) + idle_cost + shares.beside
        other += in_cash

        ebitda = revenue - paying - free + depreciation - trained - other
        profit = ebitda - depreciation
        tax = v("cash.tax_rate") * max(0.0, profit - losses)
        losses = max(0.0, losses - profit)
        own.know(other_costs=other, ebitda=ebitda, operating_result=ebitda - depreciation, tax=tax)
        spending += own.booked("capital spending", t)
        interest = max(0.0, cash) * v("cash.interest_rate") / 4
        bound = working * 4 * (revenue - previous)
        cash_flow = ebitda + stock * (other - in_cash) - spending - tax - bound + interest
        previous = revenue
        if capital is not None:
            cash_flow -= capital.pay_interest()
            own.know(debt_interest=capital.interest)
        flow_before = cash_flow
        own.know(capital_spending=spending, working_capital=bound, free_cash_flow=cash_flow)
        cash += own.booked("financing", t)
        if capital is None:
            cumulative += cash_flow
            cash += cash_flow
            for j, f in enumerate(scenario.funding):
                if f.quarter - first_quarter == t and draws.round_comes(j):
                    cash += v(f"funding.{f.name}.amount")
        elif not capital.failed:
            cumulative += cash_flow
            year_before = flows[-4]["revenue"]
            cash = capital.finance(t, cash + cash_flow, cash_flow, revenue, year_before)

        flows.append(
            {
                "revenue": revenue,
                "paying": paying,
                "bill": inference,
                "partners": partners,
                "free": free,
                "ebitda": ebitda,
                "cash_flow": cash_flow,
                "training": trained,
                "inference": inference + free,
            }
        )
        year = {name: sum(flow[name] for flow in flows[-4:]) for name in flows[-1]}
        is_booked = capital is None or not capital.failed
        if capital is not None and is_booked:
            capital.end(cash, year["revenue"])
        margin = 1 - year["paying"] / year["revenue"]
        margin_all = margin - year["free"] / year["revenue"]
        margin_inference = 1 - year["bill"] / year["revenue"]
        margin_partners = margin - year["partners"] / year["revenue"]
        metrics.append(
            {
                "revenue": year["revenue"],
                "gross margin, inference only": margin_inference,
                "gross margin, paying users": margin,
                "gross margin, with partners' shares": margin_partners,
                "gross margin, with free users": margin_all,
                "EBITDA": year["ebitda"],
                "free cash flow": year["cash_flow"],
                "cash": cash,
                "training cost": year["training"],
                "inference cost": year["inference"],
            }
        )

        if not is_booked:
            before = metrics[-2]
            metrics[-1] = {k: v if k.startswith("gross") else 0.0 for k, v in before.items()}
        reached = {
            "inference": margin_inference >= targets.gross_margin,
            "paying": margin >= targets.gross_margin,
            "partners": margin_partners >= targets.gross_margin,
            "all": margin_all >= targets.gross_margin,
            "cash_flow": cash_flow >= 0,
        }
        for name, yes in reached.items():
            runs[name] = runs[name] + 1 if yes else 0
        for hit, run, hold in (
            ("margin_inference", "inference", 1),
            ("margin_inference_held", "inference", targets.hold_quarters),
            ("margin_paying", "paying", 1),
            ("margin_paying_held", "paying", targets.hold_quarters),
            ("margin_partners", "partners", 1),
            ("margin_partners_held", "partners", targets.hold_quarters),
            ("margin_all", "all", 1),
            ("margin_all_held", "all", targets.hold_quarters),
            ("cash_flow_positive", "cash_flow", 1),
            ("cash_flow_held", "cash_flow", 4),
        ):
            if runs[run] >= hold and is_booked:
                hits[hit] = min(hits[hit], t)
        if cash < 0:
            hits["out_of_cash"] = min(hits["out_of_cash"], t)
        need = max(need, -cumulative)
        last_below = t if cumulative < 0 else last_below
        margins = {
            "inference_only": margin_inference,
            "paying_users": margin,
            "with_partners_shares": margin_partners,
            "with_free_users": margin_all,
        }
        projected = targets.projected_margin.replace(" ", "_").replace("'", "")
        own.know(
            cash=cash,
            cumulative_cash_flow=cumulative,
            funding_need=need,
            gross_margin=margins[projected],
            **{f"gross_margin_{name}": value for name, value in margins.items()},
        )
        if capital is not None:
            own.know(**capital.known())
        own.end(t, is_booked)
    hits["payback"] = last_below + 1
    return Path(metrics, hits, need, own.metrics, own.hits, own.lines)
