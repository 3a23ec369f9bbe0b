"""The printed answer: what a person reads out loud, in 80 columns."""

import textwrap

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from simulate.kernels.rows import Hit, Metric
from simulate.number_format import money, percent, share
from simulate.result import DISCLAIMER, HITTING_TIMES, Result, projected_time
from simulate.scenario import Scenario
from simulate.scenario.inputs import list_inputs
from simulate.scenario.load import Names
from simulate.scenario.schema import MatrixOfCorrelations

WIDTH = 80


def console(stderr: bool = False) -> Console:
    """Return a console that never writes wider than the terminal, or 80 columns when piped."""
    found = Console(stderr=stderr, highlight=False)
    if not found.is_terminal:
        found.width = WIDTH
    return found


def heading(name: str) -> str:
    """Return a figure's name in lines as narrow as a value with its error."""
    return textwrap.fill(name, len("-12.34 ± 0.05"))


def print_answer(result: Result, out: Console) -> None:
    """Print the answer."""
    out.print(
        Group(
            *_heading(result),
            "",
            _margin_table(result),
            "",
            _cash_table(result),
            "",
            _quarter_table(result),
            "",
            *_funding_lines(result),
            "",
            Text(DISCLAIMER, style="dim"),
        )
    )


def _heading(result: Result) -> list[Text]:
    options = result.scenario.sampling
    return [
        Text(result.scenario.name, style="bold"),
        Text(
            f"{result.paths:,} paths in {result.replicates} replicates, sampler {options.sampler}, "
            f"seed {options.seed}, {result.seconds:.1f} s",
            style="dim",
        ),
        *([Text(result.goal)] if result.goal else []),
        Text(_sentence(result)),
    ]


def _sentence(result: Result) -> str:
    targets = result.scenario.targets
    time = projected_time(result.scenario)
    last = result.years[-1]
    year = targets.projected_year if targets.projected_year in result.years else last
    by_year = result.probability_by_year(time, year).value
    cash_year = min(max(2030, result.years[0]), last)
    cash = result.probability_by_year(Hit.CASH_FLOW_HELD, cash_year).value
    company = ", the company's projection" if year == targets.projected_year else ""
    return (
        f"Gross margin ({targets.projected_margin}) reaches {targets.gross_margin:.0%} by the end "
        f"of {year}{company}, in {share(by_year)} of paths. Free cash flow has been positive for a "
        f"year by the end of {cash_year} in {share(cash)}."
    )


def table(title: str, *columns: str, narrow: bool = False) -> Table:
    """Return an empty table in the common style: the first column names its row."""
    found = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0) if narrow else (0, 1),
        show_edge=not narrow,
    )
    for place, column in enumerate(columns):
        found.add_column(column, justify="right" if place else "left", no_wrap=place == 0)
    return found


def _margin_table(result: Result) -> Table:
    targets = result.scenario.targets
    found = table(
        f"Probability that gross margin reaches {targets.gross_margin:.0%} by the end of",
        "year",
        "paying users only",
        "with free users",
        "",
    )
    for year in result.years:
        marked = year == targets.projected_year
        found.add_row(
            str(year),
            percent(result.probability_by_year(Hit.MARGIN_PAYING, year)),
            percent(result.probability_by_year(Hit.MARGIN_ALL, year)),
            f"<- company ({targets.projected_margin})" if marked else "",
            style="bold" if marked else "",
        )
    return found


def _cash_table(result: Result) -> Table:
    found = table(
        "Probability by the end of",
        "year",
        "first positive\nquarter",
        "first held\nyear",
        "cumulative\npayback",
        "out of\ncash",
    )
    times = (Hit.CASH_FLOW_POSITIVE, Hit.CASH_FLOW_HELD, Hit.PAYBACK, Hit.OUT_OF_CASH)
    for year in result.years:
        found.add_row(
            str(year), *(percent(result.probability_by_year(time, year)) for time in times)
        )
    return found


def _quarter_table(result: Result) -> Table:
    found = table(
        "First quarter, at a share of paths",
        "",
        "10%",
        "50%",
        "90%",
        f"never by {result.years[-1]}",
    )
    for time, name in HITTING_TIMES.items():
        quarters = (str(result.hitting_quarter(time, level)) for level in (0.1, 0.5, 0.9))
        short = name.replace("gross margin", "margin").replace("free cash flow", "cash flow")
        found.add_row(short, *quarters, percent(result.probability_never(time)))
    return found


def _funding_lines(result: Result) -> list[Text]:
    need = result.funding_need
    return [
        Text(
            "Peak funding need (deepest cumulative free cash flow), billions of dollars: "
            f"P10 {money(need['p10'])}, P50 {money(need['p50'])}, P90 {money(need['p90'])}."
        ),
        Text(
            f"Cash runs out by the end of {result.years[-1]} in "
            f"{percent(result.chance_out_of_cash)} of paths, with the scenario's funding rounds "
            "and no others."
        ),
        *(Text(line) for line in _fiscal_year_lines(result)),
    ]


def _fiscal_year_lines(result: Result) -> list[str]:
    """Return revenue and free cash flow of the horizon's fifth year, or its last."""
    year = min(result.years[-1], result.years[0] + 4)
    lines = []
    for metric, name in ((Metric.REVENUE, "revenue"), (Metric.FREE_CASH_FLOW, "free cash flow")):
        found = result.in_year(metric, year)
        values = ", ".join(
            f"{level.upper()} {money(found[level])}" for level in ("p10", "p50", "p90")
        )
        lines.append(f"Fiscal {year}, {name}: {values}.")
    return lines


def print_inputs(scenario: Scenario, names: Names, out: Console) -> None:
    """Print every resolved input with its P10, P50, P90, unit and source, and named changes."""
    out.print(Text(scenario.name, style="bold"))
    for member in list_inputs(scenario):
        quantiles = [member.distribution.quantile(level) for level in (0.1, 0.5, 0.9)]
        certain = member.distribution.is_certain
        values = f"{_plain(quantiles[1])}" if certain else " / ".join(map(_plain, quantiles))
        line = Text(member.key, style="bold")
        line.append(f"  {values} ", style="cyan")
        line.append(member.quantity.unit)
        if member.quantity.drawn != "path":
            line.append(f", each {member.quantity.drawn}")
        out.print(line)
        out.print(Text(f"    {member.distribution.source or 'no source given'}", style="dim"))
    for pair, given in scenario.correlations.items():
        line = Text(f"correlation of {pair}", style="bold")
        if isinstance(given, MatrixOfCorrelations):
            line.append(f": a matrix of {', '.join(given.inputs)}")
        else:
            line.append(f"  {given.quantile(0.5):g}", style="cyan")
        out.print(line)
        out.print(Text(f"    {given.source or 'no source given'}", style="dim"))
    if scenario.decision is not None:
        out.print(Text("decision", style="bold").append(f"  {scenario.decision.title}"))
        out.print(Text(f"    {scenario.decision.source or 'no source given'}", style="dim"))
    for kind, titles in (
        ("--variant", names.variants),
        ("--stress", names.stresses),
        ("option", names.options),
    ):
        for name, title in titles.items():
            out.print(Text(f"{kind} {name}", style="bold").append(f"  {title}", style="dim"))


def _plain(value: float) -> str:
    return "no limit" if value >= 1e9 else f"{round(value, 12):.4g}"
