"""Writes docs/base-rates.md: ``python -m docs.make_base_rates``; ``--check`` holds it against runs.

The page is written by hand but for what stands between ``<!-- rates -->`` or ``<!-- check -->`` and
``<!-- end -->``.
"""

import argparse
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate import run
from simulate.analysis.base_rates import (
    LABS,
    BaseRate,
    BaseRates,
    Moments,
    base_rates,
    moments,
    process_of,
    quarters_of,
)
from simulate.model.rows import Flow, traced
from simulate.scenario.figures import packaged_figures
from simulate.scenario.packaged import NEUTRAL, packaged_configs, packaged_path
from simulate.scenario.vintage import vintage_of

Array = NDArray[np.float64]
DOCS = Path(__file__).parent
PAGE = DOCS / "base-rates.md"
PARTS = re.compile(r"<!-- (?P<what>rates|check) -->\n.*?<!-- end -->\n", re.DOTALL)
HEAD = "| rows | lab | what | value |\n|---|---|---|---|"


# Growth from 2025Q2 to 2026Q1, as seen from the quarter before.
BEFORE, GROWTHS, PATHS, SEED = date(2025, 3, 31), 4, 16_384, 20260630
LEAST_RATIO, MOST_RATIO = 0.8, 1.25


class Check(NamedTuple):
    """The labs' own quarters beside those that their vintages give."""

    observed: Moments
    implied: Moments

    @property
    def ratio(self) -> float:
        """Implied over observed standard deviation."""
        return self.implied.sd / self.observed.sd

    def table(self) -> str:
        """Return both as a table of the page."""
        rows = [
            ("sd of growth in a quarter, around the lab's own mean", "sd"),
            ("correlation of a quarter with the next", "lag"),
            ("kurtosis", "kurtosis"),
        ]
        cells = [
            f"| {title} | {getattr(self.observed, name):.2f} | {getattr(self.implied, name):.2f} |"
            for title, name in rows
        ]
        head = "| of four quarters of two labs | came | simulated, median path |\n|---|---|---|"
        return "\n".join([head, *cells, "", f"Ratio of the sds: {self.ratio:.2f}."])


def check_quarters(rates: BaseRates) -> Check:
    """Simulate the labs' own quarters from their vintages of the end of March 2025."""
    figures, process = packaged_figures(), process_of(rates)
    rng = np.random.default_rng(SEED)
    observed, implied = [], []
    for lab in LABS:
        known = quarters_of(figures, lab, GROWTHS + 1, process.reconstruction_error)
        observed.append(np.diff(np.log(known.values)))
        scenario = vintage_of(figures, lab, BEFORE, process)
        ahead = run(scenario, paths=PATHS).traces[:, traced(Flow.REVENUE)]
        # Where a vintage begins in 2025Q2, the quarter before is its last base quarter.
        last = known.first + GROWTHS - scenario.horizon.first_quarter
        logs = np.log(ahead[:, max(0, last - GROWTHS) : last + 1])
        if logs.shape[1] == GROWTHS:
            base = scenario.base_quarters[-1].revenue.quantile(0.5)
            logs = np.column_stack([np.full(len(logs), np.log(base)), logs])
        # Those that came were measured as badly.
        logs = logs + known.errors * rng.standard_normal(logs.shape)
        implied.append(np.diff(logs, axis=1))
    return Check(moments(np.array(observed)), moments(np.stack(implied, axis=1)))


def page(text: str, rates: BaseRates, check: Check) -> str:
    """Return the page with its generated parts written anew."""
    made = {"rates": "\n\n".join(map(section, rates)), "check": check.table()}
    return PARTS.sub(
        lambda found: f"<!-- {found['what']} -->\n{made[found['what']]}\n<!-- end -->\n", text
    )


def section(rate: BaseRate) -> str:
    """Return what stands on the page of a width."""
    rows = "\n".join(
        f"| {o.ids} | {o.lab} | {o.what} | {o.value:+.2f} |" for o in rate.observations
    )
    drawn = f" Drawn from: `{_as_toml(rate.predictive)}`." if rate.predictive else ""
    return (
        f"### {rate.title[0].upper()}{rate.title[1:]}\n\n`{rate.key}`\n\n{HEAD}\n{rows}\n\n"
        f"**{rate.estimate:.3g}** ± {rate.error:.2g}.{drawn}\n\n{rate.note}"
    )


def _as_toml(table: Mapping[str, Any]) -> str:
    named = table.get("distribution", "value")
    numbers = ", ".join(
        f"{key} = {value}" for key, value in table.items() if key not in ("distribution", "source")
    )
    return f"{named}: {numbers}"


def differences(rates: BaseRates) -> Iterator[str]:
    """Yield what the files of the process say otherwise than the page, a line each."""
    base = tomllib.loads((packaged_configs() / NEUTRAL).read_text(encoding="utf-8"))
    folder = packaged_path("assumptions", "docs", "data")
    process = tomllib.loads((folder / "process.toml").read_text(encoding="utf-8"))
    others = next(a for a in process["alternatives"] if a["name"] == "cost_of_others")
    said = {
        "demand.volatility": (rates.shock, base["demand"]["volatility"]),
        "inference.net_gain": (rates.net_gain, base["inference"]["net_gain"]),
        "inference.overrun": (rates.cost_shock, base["inference"]["overrun"]),
        "training.drift": (rates.training_shock, base["training"]["drift"]),
        "growth.half_life": (rates.fade, process["segment"]["growth"]["half_life"]),
        "cost_of_others": (rates.net_gain_without, others["inference.net_gain"]),
    }
    for key, (rate, written) in said.items():
        for name, value in rate.predictive.items():
            if name != "source" and written.get(name) != value:
                yield f"{key}.{name}: {written.get(name)} is written, {value} is the base rate"


def main() -> None:
    """Write the page, or check it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="compare, and write nothing")
    rates = base_rates()
    check = check_quarters(rates)
    written = PAGE.read_text(encoding="utf-8")
    if not options.parse_args().check:
        PAGE.write_text(page(written, rates, check), encoding="utf-8")
        print(f"{PAGE.name} written")
        return
    print(check.table())
    wrong = [*differences(rates)]
    if not LEAST_RATIO <= check.ratio <= MOST_RATIO:
        wrong.append(f"the ratio of the sds is not from {LEAST_RATIO} to {MOST_RATIO}")
    if page(written, rates, check) != written:
        wrong.append(f"{PAGE.name}: is not what python -m docs.make_base_rates writes")
    print("\n".join(wrong) or "the process is what its base rates say")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
