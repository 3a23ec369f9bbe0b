"""How a chance moves with one assumption: ``python examples/changed_assumption.py``."""

from simulate import compare, load_scenario

PATHS = 100_000

scenario = load_scenario("anthropic.toml")
print("90th percentile   gross margin 70%   change, with its")
print("of the overrun    by 2027            paired error")
for p90 in (0.2, 0.3, 0.4):
    overrun = {"distribution": "lognormal", "shift": -1.0, "p10": -0.2, "p90": p90}
    # The same random numbers for both: the error of the change is far below that of either.
    both = compare([scenario, scenario.changed({"inference.overrun": overrun})], paths=PATHS)
    chance = both.results[1].probability("gross margin by 2027")
    change = both.change_by_year(1, "gross margin", 2027)
    print(
        f"{p90:<17.0%} {chance.value:<18.2%} {100.0 * change.value:+.2f} ± "
        f"{100.0 * change.standard_error:.2f} points"
    )
