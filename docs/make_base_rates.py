"""Writes docs/base-rates.md: ``python -m docs.make_base_rates``; ``--check`` holds it against runs.

The page is written by hand but for what stands between ``<!-- rates -->`` or ``<!-- check -->`` and
``<!-- end -->``.
"""

import argparse
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simulate.analysis.base_rates import BaseRate, BaseRates, base_rates
from simulate.scenario.packaged import NEUTRAL, packaged_configs, packaged_path

DOCS = Path(__file__).parent
PAGE = DOCS / "base-rates.md"
PARTS = re.compile(r"<!-- (?P<what>rates) -->\n.*?<!-- end -->\n", re.DOTALL)
HEAD = "| rows | lab | what | value |\n|---|---|---|---|"


def page(text: str, rates: BaseRates) -> str:
    """Return the page with its generated parts written anew."""
    made = "\n\n".join(map(section, rates))
    return PARTS.sub(lambda found: f"<!-- {found['what']} -->\n{made}\n<!-- end -->\n", text)


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
    written = PAGE.read_text(encoding="utf-8")
    if not options.parse_args().check:
        PAGE.write_text(page(written, rates), encoding="utf-8")
        print(f"{PAGE.name} written")
        return
    wrong = [*differences(rates)]
    if page(written, rates) != written:
        wrong.append(f"{PAGE.name}: is not what python -m docs.make_base_rates writes")
    print("\n".join(wrong) or "the process is what its base rates say")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
