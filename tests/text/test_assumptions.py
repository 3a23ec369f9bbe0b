"""The page of assumptions: as the code would write it, with examples that hold what they ask."""

import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from docs.make_assumptions import (
    COMMON_KEYS,
    DOCS,
    PAGE,
    PARTS,
    PICTURES,
    Page,
    inputs_set,
    load_example,
    make_page,
)
from docs.printing import save_small
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.distributions import FAMILY, Truncatable, Uncertain
from simulate.scenario.distributions.quantiles import QUANTILE_KEY, level_of
from simulate.scenario.units import in_unit
from tests.pages import first_difference

TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = [found["toml"] for found in PARTS.finditer(TEXT) if found["toml"]]
MISTAKEN = ("impossible.toml", "wrong.toml")
MOST_BYTES = 600_000
# Root mean square, of 255; a quantile that moved by 1% makes 13.
LEAST_DIFFERENCE = 4.0


@pytest.fixture(scope="module")
def written() -> tuple[str, dict[str, Figure]]:
    return make_page(TEXT)


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Scenario]:
    """Return what loads an example, each of them once."""
    folder = Page(tmp_path_factory.mktemp("page")).folder
    return cache(lambda toml: load_example(toml, folder))


def section_of(kind: str) -> str:
    """Return the page from a kind's description to the next heading."""
    return TEXT.partition(f"<!-- kind: {kind} -->")[2].partition("\n#")[0]


def asked_quantiles(table: Any, unit: str) -> Iterator[tuple[float, float]]:
    """Return level and value of each quantile that the text of an input asks for."""
    table = in_unit(table, unit)
    if isinstance(table, str):
        table = {"interval": [float(end) for end in table.split(" to ")]}
    if "interval" in table:
        yield from zip((0.05, 0.95), table["interval"], strict=True)
    for key, value in table.items():
        if QUANTILE_KEY.fullmatch(key):
            yield level_of(key), value


def uncut(distribution: Uncertain) -> Uncertain:
    """Return a distribution without its truncation, which quantiles are asked of."""
    if isinstance(distribution, Truncatable):
        return distribution.model_copy(update={"truncate": None})
    return distribution


def test_the_page_is_as_the_code_writes_it(written: tuple[str, dict[str, Figure]]) -> None:
    difference = first_difference(written[0], TEXT)
    assert not difference, f"run python -m docs.make_assumptions: {difference}"


@pytest.mark.parametrize(
    ("marker", "status"),
    [
        ("output: simulate check nowhere.toml", 2),
        ("output: simulate chek anthropic.toml", 2),
        ("error: simulate check anthropic.toml", 0),
    ],
)
def test_a_page_is_not_written_where_a_command_ends_otherwise_than_it_says(
    marker: str, status: int
) -> None:
    command = marker.partition(": ")[2]
    with pytest.raises(ValueError, match=f"^{command}: ended with status {status}\n"):
        make_page(f"<!-- {marker} -->\n<!-- end -->\n")


def test_the_pictures_are_as_the_code_draws_them(
    written: tuple[str, dict[str, Figure]], tmp_path: Path
) -> None:
    files = {file.stem: file for file in (DOCS / PICTURES).glob("*.png")}
    assert files.keys() == written[1].keys()
    assert sum(file.stat().st_size for file in files.values()) < MOST_BYTES
    for name, figure in written[1].items():
        save_small(figure, tmp_path / "new.png")
        new, old = (
            np.asarray(Image.open(file).convert("RGB"), float)
            for file in (tmp_path / "new.png", files[name])
        )
        assert new.shape == old.shape, name
        assert np.sqrt(np.mean((new - old) ** 2)) < LEAST_DIFFERENCE, name


@pytest.mark.parametrize("kind", FAMILY)
def test_every_kind_is_described_with_an_example_that_loads(
    kind: str, load: Callable[[str], Scenario]
) -> None:
    examples = [found["toml"] for found in PARTS.finditer(section_of(kind)) if found["toml"]]
    assert examples
    for toml in examples:
        (member,) = inputs_set(toml, load(toml))
        assert type(member.distribution) is FAMILY[kind]
        assert member.distribution.source


@pytest.mark.parametrize("kind", FAMILY)
def test_every_key_of_a_kind_says_what_it_is(kind: str) -> None:
    for key, field in FAMILY[kind].model_fields.items():
        if key not in COMMON_KEYS | {"value"}:
            assert field.description, key


def test_the_quantiles_that_examples_ask_for_come_back(load: Callable[[str], Scenario]) -> None:
    checked = 0
    for toml in EXAMPLES:
        try:
            scenario = load(toml)
        except ScenarioError:
            continue
        for member in inputs_set(toml, scenario):
            table: Any = tomllib.loads(toml)
            for step in member.key.split("."):
                table = table[step]
            whole = uncut(member.distribution)
            for level, value in asked_quantiles(table, member.quantity.unit):
                assert whole.quantile(level) == pytest.approx(value, rel=1e-6, abs=1e-9)
                checked += 1
    assert checked >= 30


def test_all_examples_load_but_those_that_show_a_mistake(load: Callable[[str], Scenario]) -> None:
    for found in PARTS.finditer(TEXT):
        if found["toml"] and found["file"] in MISTAKEN:
            with pytest.raises(ScenarioError):
                load(found["toml"])
        elif found["toml"]:
            load(found["toml"])


def test_what_fits_and_is_pasted_loads(load: Callable[[str], Scenario]) -> None:
    (line,) = re.findall(r"^inference\.catch_up_half_life = .*$", TEXT, re.M)
    (member,) = inputs_set(line, load(line))
    assert member.distribution.quantile(0.5) == pytest.approx(2.5511)
