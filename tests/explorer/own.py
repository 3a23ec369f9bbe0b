"""Scenarios with what the packaged ones lack, to be explored."""

from pathlib import Path

from simulate.explorer.changed import Explored
from simulate.scenario import load_scenario

OWN = """
name = "Anthropic, with all kinds"
extends = "packaged:anthropic.toml"

[cash]
tax_rate = { distribution = "discrete", values = [0.2, 0.21, 0.3], weights = [1, 2, 1] }
interest_rate = { distribution = "empirical", file = "rates.csv", column = "rate", smooth = true }
[cash.opening]
distribution = "mixture"
parts = [40, { distribution = "normal", p10 = 30, p90 = 50, truncate = [0, inf], source = "P" }]
weights = [0.3, 0.7]
source = "S"

[other_costs]
stock_pay = { distribution = "shifted", of = "0.1 to 0.2", by = 0.1, source = "S" }
partner_share = { distribution = "scipy.beta", a = 2, b = 20, source = "S" }

[correlations]
"cash.working_capital, cash.capital_spending" = { value = 0.4, kind = "kendall", source = "S" }
"training.growth.*" = 0.1
block = { inputs = ["free_users.growth", "free_users.usage_growth"], matrix = [[1, 0.2], [0.2, 1]] }

[[lines]]
name = "data centres"
counts_in = "operating cost"
formula = "share_of * revenue + fixed"
inputs = { share_of = "1% to 5%", fixed = "5 m to 20 m" }
source = "S"

[[targets]]
of = "revenue"
at_least = "100 bn"
by = 2027
source = "S"

[[alternatives]]
name = "slump"
by = { "training.floor" = 0.05 }
"""


def own_file(folder: Path) -> Path:
    """Write a scenario with a distribution, a correlation and a line of every kind."""
    rates = "\n".join(f"{0.01 + 0.001 * place}" for place in range(40))
    (folder / "rates.csv").write_text(f"rate\n{rates}\n")
    file = folder / "mine.toml"
    file.write_text(OWN)
    return file


def explored(name: str | Path) -> Explored:
    """Return a scenario to be explored, by its file's name."""
    return Explored.of(load_scenario(name))
