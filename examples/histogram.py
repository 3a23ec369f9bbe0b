"""Cash needed at most, as a histogram on axes of one's own: ``python examples/histogram.py``."""

import matplotlib.pyplot as plt

from simulate import load_scenario, run

PATHS = 100_000

scenario = load_scenario("anthropic.toml")
result = run(scenario, paths=PATHS, keep_outcomes=True)
need = result.kept["peak funding need"]

figure, axes = plt.subplots()
axes.hist(need, bins=100, range=(0.0, float(need.quantile(0.95))), density=True, color="0.7")
axes.axvline(result.funding_need["p50"].value, color="black", label="median")
axes.set_xlabel("peak funding need, bn USD")
axes.set_ylabel("density")
axes.set_title(scenario.name)
axes.legend()
figure.savefig("funding-need.png")

out = result.probability("out of cash by 2030")
print(f"Out of cash by 2030: {out.value:.1%} ± {out.standard_error:.1%}")
