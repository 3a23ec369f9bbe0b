"""An analysis of one's own of every path, as a DataFrame: ``python examples/kept_paths.py``."""

from simulate import load_scenario, run

PATHS = 100_000

result = run(load_scenario("anthropic.toml"), paths=PATHS, keep_outcomes=True, keep_inputs=True)
paths = result.kept

# Dates are ordered, "never" last.
reached = paths["gross margin, paying users"] <= "2027Q4"
print("Median of each input where the margin is reached by 2027, and where it is not:")
inputs = [name for name in paths.columns if "." in name]
medians = paths[inputs].groupby(reached).median().T
medians["apart"] = (medians[True] - medians[False]) / paths[inputs].std()
print(medians.sort_values("apart", key=abs, ascending=False).head(8).round(3).to_string())

# The first paths, quarter by quarter.
cash = result.paths_of("cash")
print(f"Of {len(cash)} traced paths, cash is lowest in")
print(cash.idxmin(axis="columns").str[:4].value_counts().sort_index().to_string())
