"""The answer of a run, in sentences and tables of texts."""

import math

from rich.console import Console, Group
from rich.text import Text

from simulate.engine.result import DISCLAIMER, Result
from simulate.engine.run import LARGEST
from simulate.model.catalogue import HittingTime, hitting_times_of
from simulate.model.outcomes import (
    CASH_YEAR,
    MARGINS,
    event_by_year,
    projected_event,
    projected_time,
)
from simulate.model.rows import Hit
from simulate.scenario import Scenario
from simulate.scenario.added import FAILED
from simulate.scenario.figures import Figure, Figures, newest, published, told_figures
from simulate.scenario.frame import MarginDefinition
from simulate.scenario.inputs import list_inputs
from simulate.scenario.quantity import ABSENT

from .alternatives import alternative_table, chance_by_year, chances_of_never
from .assumptions import moved_sentences, provenance_sentences
from .cash import funding_sentences
from .numbers import SHARE, exact_percent, percent, share
from .own import asked_tables, no_value_sentences, own_tables
from .tables import Row, Table, heading, printed
from .years import fiscal_year_sentences

CASH_TIMES = {
    Hit.CASH_FLOW_POSITIVE: "first positive\nquarter",
    Hit.CASH_FLOW_HELD: "four quarters\nin a row",
    Hit.PAYBACK: "cumulative\npayback",
    Hit.OUT_OF_CASH: "out of\ncash",
}
# With fewer, 95% intervals of long-tailed means held in less than 92% of runs; docs/accuracy.md.
ENOUGH_FOR_MEANS = 1 << 14
# What makes definitions of gross margin differ.
MARGIN_INPUTS = ("inference.other_sales_cost", "other_costs.partner_share", "free_users.users")
# Of an interval's ends: that of a million paths is narrow.
DIGITS = 5


def headline_years(result: Result) -> tuple[int, int]:
    """Return the years that the headline is about: of the margin, and of the cash flow.

    The company's projected year, and 2030, each moved into the horizon.
    """
    margin = projected_event(result.scenario)
    cash = event_by_year(Hit.CASH_FLOW_HELD, CASH_YEAR, result.scenario)
    return int(margin.date), int(cash.date)


def headline(result: Result) -> str:
    """Return the answer in two sentences."""
    targets = result.scenario.targets
    year, cash_year = headline_years(result)
    margin = chance_by_year(result, projected_time(result.scenario), year)
    cash = chance_by_year(result, Hit.CASH_FLOW_HELD, cash_year)
    company = ", the company's projection" if year == targets.projected_year else ""
    return (
        f"Gross margin ({targets.projected_margin}) reaches "
        f"{exact_percent(targets.gross_margin)} by the end of {year}{company}, in "
        f"{margin.of(' of paths')}. Free cash flow has been positive for four quarters in a row "
        f"by the end of {cash_year} in {cash.of()}. ± is one standard error."
    )


def margin_table(result: Result) -> Table:
    """Return the probability of the target margin by the end of each year."""
    targets, definitions = result.scenario.targets, told_margins(result.scenario)
    rows = [
        Row(
            str(year),
            tuple(
                chance_by_year(result, MARGINS[definition].reached, year).cell
                for definition in definitions
            ),
            f"company ({targets.projected_margin})" if year == targets.projected_year else "",
        )
        for year in result.years
    ]
    heads = (heading(definition) for definition in definitions)
    return Table(margin_title(result.scenario), ("year", *heads), tuple(rows))


def told_margins(scenario: Scenario) -> tuple[MarginDefinition, ...]:
    """Return the definitions of gross margin that differ in a lab, and the projected one."""
    sales_cost, partners, free_users = MARGIN_INPUTS
    given = {
        each.key
        for each in list_inputs(scenario)
        if each.key in MARGIN_INPUTS and each.distribution not in ABSENT
    }
    booked = {line.counts_in for line in scenario.lines}
    told: dict[MarginDefinition, bool] = {
        "inference only": sales_cost in given
        or bool(scenario.hardware)
        or "cost of revenue" in booked,
        "paying users": True,
        "with partners' shares": partners in given or bool(scenario.revenue_shares),
        "with free users": free_users in given,
    }
    return tuple(
        name for name in MARGINS if told[name] or name == scenario.targets.projected_margin
    )


def definition_table(result: Result, figures: Figures = None) -> Table:
    """Return gross margin by definition: the newest figure that is known, and the target's chance.

    A definition whose newest figure is at the target says that it is met. ``figures`` are as in
    ``print_answer``.
    """
    scenario, (year, _) = result.scenario, headline_years(result)
    target = scenario.targets.gross_margin
    own = [f for f in told_figures(figures) if f.lab == scenario.lab]
    known = published(own, scenario.known_until)
    rows = []
    for definition in told_margins(scenario):
        figure = newest(known, "gross margin", definition)
        told = "" if figure is None else _figure_in_words(figure)
        is_met = figure is not None and figure.value >= target
        chance = chance_by_year(result, MARGINS[definition].reached, year).cell
        rows.append(Row(definition, (told, "met" if is_met else "", chance)))
    level = exact_percent(target)
    return Table(
        f"Gross margin of {level}, by definition",
        ("definition", "newest known", "met", f"reached by {year}"),
        tuple(rows),
    )


def _figure_in_words(figure: Figure) -> str:
    over = "over " if figure.note.startswith("over") else ""
    cited = f" ({figure.id})" if figure.id else ""
    return f"{over}{SHARE.significant(figure.value, 3)} in {figure.period}{cited}"


def margin_title(scenario: Scenario) -> str:
    """Return what a table of the target margin by year says."""
    target = exact_percent(scenario.targets.gross_margin)
    return f"Probability that gross margin reaches {target} by the end of"


def cash_table(result: Result) -> Table:
    """Return the probabilities of cash flow, payback and no cash by the end of each year."""
    rows = [
        Row(str(year), tuple(chance_by_year(result, t, year).cell for t in CASH_TIMES))
        for year in result.years
    ]
    *heads, out_of_cash = CASH_TIMES.values()
    # Cash is out where a path fails.
    last = out_of_cash if result.scenario.raising is None else FAILED
    return Table("Probability by the end of", ("year", *heads, last), tuple(rows))


def alternative_tables(result: Result) -> list[Table]:
    """Return the headline's probabilities under each alternative, where a path draws one."""
    if len(result.alternatives) < 2:
        return []
    year, cash_year = headline_years(result)
    times: dict[HittingTime, int] = {
        projected_time(result.scenario): year,
        Hit.CASH_FLOW_HELD: cash_year,
        Hit.OUT_OF_CASH: cash_year,
    }
    return [alternative_table(result, times)]


def quarter_table(result: Result) -> Table:
    """Return the quarters by which a tenth, half and nine tenths of the paths get there."""
    rows, heads = [], ()
    untold = {MARGINS[name] for name in MARGINS if name not in told_margins(result.scenario)}
    # Cash is out where a path fails.
    has_failed = result.scenario.raising is not None
    untold_times = {time for margin in untold for time in (margin.reached, margin.held)}
    for time, name in hitting_times_of(result.scenario).items():
        if time in untold_times or (time == Hit.OUT_OF_CASH and has_failed):
            continue
        quarters = (str(result.hitting_quarter(time, level)) for level in (0.1, 0.5, 0.9))
        short = name.replace("gross margin", "margin").replace("free cash flow", "cash flow")
        never = chances_of_never(result, time)
        heads = tuple(map(heading, never))
        rows.append(Row(short, (*quarters, *(chance.cell for chance in never.values()))))
    return Table(
        "First quarter, at a share of paths",
        ("outcome", "10%", "50%", "90%", *heads),
        tuple(rows),
    )


def few_paths_sentences(result: Result) -> list[str]:
    """Return what is to be known of errors where paths are few."""
    if result.paths >= ENOUGH_FOR_MEANS:
        return []
    return [
        f"With fewer than {ENOUGH_FOR_MEANS:,} paths, intervals of means of long-tailed amounts "
        "(funding need, training cost) are too narrow: read medians, or take more paths."
    ]


def error_sentences(result: Result) -> tuple[str, ...]:
    """Say how errors are known, and how well."""
    how = (
        "a scrambled Sobol' point set randomised on its own"
        if result.scenario.sampling.sampler == "sobol"
        else "an independent pseudo-random stream"
    )
    unsure = 1.0 / math.sqrt(2.0 * (result.replicates - 1))
    return (
        f"The {result.paths:,} paths are {result.replicates} replicates, each {how}. ± is one "
        "standard error, from the spread of the replicates; where no path or every path counts, "
        "there is the bound of a 95% interval instead. So many replicates tell an error to about "
        f"{SHARE.rounded(unsure, 0)} of itself.",
        *few_paths_sentences(result),
    )


def interval_sentence(result: Result) -> str:
    """Say between which values the probability of the headline is."""
    year, _ = headline_years(result)
    chance = result.probability_by_year(projected_time(result.scenario), year)
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(100.0 * chance.high)))
    low, high = (SHARE.rounded(end, decimals) for end in (chance.low, chance.high))
    return (
        f"The probability at the head of this page is {percent(chance)}; its 95% interval runs "
        f"from {low} to {high}."
    )


def beyond_range_sentences(result: Result) -> list[str]:
    """Say which amounts are too large to be counted in a few paths, one sentence each."""
    return [
        f"From {found.quarter} on, {metric.title} passes {LARGEST} in up to "
        f"{share(found.share)} of paths and counts as that: its mean is too near 0."
        for metric, found in result.beyond_range.items()
    ]


def print_answer(result: Result, out: Console, figures: Figures = None) -> None:
    """Print the answer; ``print_ground`` prints what stands below it.

    Parameters
    ----------
    result
        From ``run``.
    out
        Where to print it.
    figures
        Reported figures, or a CSV file of them; by default those that come with the package.
    """
    out.print(
        Group(
            *_heading(result),
            *(part for table in asked_tables(result) for part in ("", printed(table))),
            "",
            printed(definition_table(result, figures)),
            *(part for table in alternative_tables(result) for part in ("", printed(table))),
            "",
            printed(margin_table(result)),
            "",
            printed(cash_table(result)),
            "",
            printed(quarter_table(result)),
            *(part for table in own_tables(result) for part in ("", printed(table))),
            "",
            *map(Text, (*funding_sentences(result), *fiscal_year_sentences(result))),
            *map(Text, no_value_sentences(result)),
            *map(Text, beyond_range_sentences(result)),
            *map(Text, few_paths_sentences(result)),
            *map(Text, moved_sentences(result.scenario)),
        )
    )


def print_ground(rests_on: str, out: Console) -> None:
    """Print what an answer rests on, if that is known, and what it is not."""
    if rests_on:
        out.print("", Text(f"{rests_on}."), sep="\n")
    out.print("", Text(DISCLAIMER, style="dim"), sep="\n")


def _heading(result: Result) -> list[Text]:
    options = result.scenario.sampling
    return [
        Text(result.scenario.name, style="bold"),
        Text(
            f"{result.paths:,} paths in {result.replicates} replicates, sampler {options.sampler}, "
            f"seed {options.seed}, {result.seconds:.1f} s",
            style="dim",
        ),
        *map(Text, provenance_sentences(result.scenario)),
        *([Text(result.goal)] if result.goal else []),
        Text(headline(result)),
    ]
