"""What is too much is refused at the door, in a line and before it costs anything."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulate.scenario import ScenarioError, load_scenario
from simulate.scenario.load import check_all

pytestmark = pytest.mark.usefixtures("january")

CASES: dict[str, tuple[Callable[[], str], str]] = {
    "variants": (
        lambda: "".join(f"[variants.v{i}]\ntitle = 'x'\n" for i in range(1500)),
        "variants: 1500 keys are too many",
    ),
    "a few variants too many, with those of the parent": (
        lambda: "".join(f"[variants.v{i}]\n" for i in range(101)),
        "variants: 103 are too many; the most is 100",
    ),
    "segments": (
        lambda: "".join(f'[[segments]]\nname="s{i}"\n' for i in range(17_000)),
        "segments: 17000 tables are too many; the most is 100",
    ),
    "funding rounds": (
        lambda: "".join(f'[[funding]]\nname="s{i}"\n' for i in range(19_000)),
        "funding: 19000 tables are too many",
    ),
    "pairs": (
        lambda: "[correlations]\n" + "".join(f'"a{i}, b{i}" = 0.1\n' for i in range(9000)),
        "correlations: 9000 keys are too many",
    ),
    "options": (
        lambda: "".join(f"[decision.options.o{i}]\ncost = 1\n" for i in range(9000)),
        "options: 9000 keys are too many",
    ),
    "parts of a mixture": (
        lambda: (
            "[cash.opening]\ndistribution = 'mixture'\nparts = [" + "{value = 1}, " * 30_000 + "]"
        ),
        "parts: 30000 tables are too many",
    ),
    "quantiles": (
        lambda: (
            "[cash.opening]\ndistribution = 'metalog'\n"
            + "".join(f"p50_{i:06} = {i}\n" for i in range(20_000))
        ),
        "opening: 20001 keys are too many",
    ),
    "keys in all": (
        lambda: "".join(
            f"[a{i}]\n" + "".join(f"b{j}.c = 1\n" for j in range(100)) for i in range(100)
        ),
        "keys are too many; the most is 10000",
    ),
    "a dotted key": (lambda: "a" + ".a" * 200_000 + " = 1", "nested too deeply"),
    "a dotted header": (lambda: "[a" + ".a" * 200_000 + "]", "nested too deeply"),
    "a dotted key of quotes": (lambda: "x = {'a'" + " . 'a'" * 70_000 + " = 1}", "nested too"),
    "brackets": (lambda: "a = " + "[" * 200_000, "nested too deeply"),
}


@pytest.mark.parametrize("case", CASES)
def test_too_much_is_refused_in_a_line(case: str, tmp_path: Path) -> None:
    written, words = CASES[case]
    file = tmp_path / "scenario.toml"
    file.write_text(f'extends = "anthropic.toml"\n{written()}\n')
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    (line,) = caught.value.lines
    assert line.startswith(f"{file}") and words in line


def test_decimals_in_a_list_are_no_deep_key(tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    values = ", ".join(f"{5 + i / 1000}" for i in range(3000))
    file.write_text(
        f'extends = "anthropic.toml"\ndescription = "{"a.b, " * 900}"\n'
        f'[cash.opening]\ndistribution = "discrete"\nvalues = [{values}]\n'
    )
    check_all(file)
