"""Files over files: what a scenario inherits, and which line it is from."""

from pathlib import Path

import pytest

from simulate.scenario import ScenarioError, load_scenario
from simulate.scenario.chain import LONGEST_CHAIN, read_chain

pytestmark = pytest.mark.usefixtures("january")
# A file with a section that is called as the key of a certain number is.
RAISING = """extends = "packaged:anthropic.toml"
[raising]
below_months = 12
months = 24
share_of_value = 0.1
chance = 0.5
[raising.value]
today = 900
multiple = 20
"""


def write(folder: Path, **texts: str) -> Path:
    """Write files by name, and return the first."""
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder / f"{next(iter(texts))}.toml"


def origin(file: Path, key: str) -> str:
    """Return the file, line and column that a key of a scenario is from."""
    layers = read_chain(file)
    found = layers.origin_of(tuple(key.split(".")))
    assert found is not None
    return layers.where(found).removeprefix(f"{file.parent}/")


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    return write(
        tmp_path,
        child=(
            'extends = "parent.toml"\n'
            "[cash]\ntax_rate = 0.2\n"
            '[[segments]]\nname = "b"\nmarket = 5\n'
        ),
        parent=(
            'extends = "grandparent.toml"\n'
            "[cash]\nopening = { value = 3, source = 'p' }\n"
            '[[segments]]\nname = "a"\nmarket = 7\n'
        ),
        grandparent=(
            "cash.opening.value = 1\n"
            "cash.tax_rate = 0.1\n"
            'segments = [\n { name = "a", market = 1, growth.initial = 0.5 },\n { name = "b" }\n]\n'
        ),
    )


@pytest.mark.parametrize(
    ("key", "where"),
    [
        ("cash.tax_rate", "child.toml:3:1"),
        ("cash.opening", "parent.toml:3:1"),
        ("cash.opening.value", "parent.toml:3:13"),
        ("segments.a.market", "parent.toml:6:1"),
        ("segments.b.market", "child.toml:6:1"),
        ("segments.a.growth.initial", "grandparent.toml:4:35"),
        ("segments.a.growth.lasting", "grandparent.toml:4:28"),
        ("cash.nothing_of_the_kind", "child.toml:2:2"),
    ],
)
def test_a_key_is_from_the_last_file_to_set_it_or_what_is_around_it(
    chain: Path, key: str, where: str
) -> None:
    assert origin(chain, key) == where


def test_tables_are_merged_and_members_of_lists_by_their_names(chain: Path) -> None:
    table = read_chain(chain).table
    assert table["cash"]["opening"] == {"value": 3, "source": "p"}
    assert [member["name"] for member in table["segments"]] == ["a", "b"]
    assert [member["market"] for member in table["segments"]] == [7, 5]
    assert table["segments"][0]["growth"] == {"initial": 0.5}


def test_a_distribution_with_a_kind_replaces_the_one_below(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        child='extends = "parent.toml"\n[a]\ndistribution = "uniform"\nlow = 1\nhigh = 2\n',
        parent='[a]\ndistribution = "normal"\np10 = 1\np90 = 2\nsource = "S"\n',
    )
    assert read_chain(file).table["a"] == {"distribution": "uniform", "low": 1, "high": 2}


def test_a_section_called_value_is_merged_as_any_other(tmp_path: Path) -> None:
    child = write(
        tmp_path,
        child='extends = "parent.toml"\n[raising.value]\nmultiple = 30\n',
        parent=RAISING,
    )
    found = load_scenario(child).raising
    assert found is not None
    assert found.below_months.quantile(0.5) == 12.0
    assert [found.value.today.quantile(0.5), found.value.multiple.quantile(0.5)] == [900.0, 30.0]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[raising.value]\ntoday = 0\n", r"3:1: raising\.value\.today = 0: .* at least 0\.001"),
        ("[raising.value]\nfloors = 3\n", r'raising\.value\.floors = 3: .* did you mean "floor"'),
        ("[raising]\nraised_before.2024 = 5\n", r"raised_before\.2024 = 5: not a quarter"),
        ("[raising]\nraised_before.1Q2024 = 5\n", r'1Q2024 = 5: not a quarter; write "2024Q1"'),
    ],
)
def test_a_mistake_in_a_section_called_value_or_in_a_key_is_told_by_its_key(
    written: str, told: str, tmp_path: Path
) -> None:
    file = write(tmp_path, child=f'extends = "parent.toml"\n{written}', parent=RAISING)
    with pytest.raises(ScenarioError, match=told):
        load_scenario(file)


def test_a_number_that_is_changed_says_so_in_its_source(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        child='extends = "parent.toml"\n[a]\np90 = 3\n',
        parent='extends = "grandparent.toml"\n[a]\np10 = 2\n',
        grandparent='[a]\ndistribution = "normal"\np10 = 1\np90 = 2\nsource = "S"\n',
    )
    source = read_chain(file).table["a"]["source"]
    assert source == "changed in child.toml; before: changed in parent.toml; before: S"


def test_a_longer_list_of_other_members_is_added_to(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        child='extends = "parent.toml"\n[[funding]]\nname = "new"\n',
        parent='[[funding]]\nname = "old"\n',
    )
    assert [member["name"] for member in read_chain(file).table["funding"]] == ["old", "new"]


def test_a_file_beside_the_scenario_goes_before_a_packaged_one_of_its_name(tmp_path: Path) -> None:
    write(tmp_path, base='name = "mine"\n')
    file = write(tmp_path, child='extends = "base.toml"\n')
    assert read_chain(file).table == {"name": "mine; child"}


@pytest.mark.parametrize("length", [LONGEST_CHAIN, LONGEST_CHAIN + 1])
def test_a_chain_may_be_twenty_files_long(length: int, tmp_path: Path) -> None:
    own = length - 2  # the last two are anthropic.toml and base.toml
    for place in range(own):
        below = f"f{place + 1}.toml" if place + 1 < own else "anthropic.toml"
        write(tmp_path, **{f"f{place}": f'extends = "{below}"\nname = "{place}"\n'})
    first, fits = tmp_path / "f0.toml", length <= LONGEST_CHAIN
    if fits:
        assert load_scenario(first).name == "0"
    else:
        with pytest.raises(ScenarioError, match="more than 20 files in a row"):
            load_scenario(first)


def test_files_that_extend_each_other_are_named_in_their_circle(tmp_path: Path) -> None:
    file = write(
        tmp_path, a='extends = "b.toml"\n', b='extends = "c.toml"\n', c='extends = "a.toml"\n'
    )
    with pytest.raises(ScenarioError, match=r"a\.toml -> b\.toml -> c\.toml -> a\.toml"):
        load_scenario(file)


@pytest.mark.parametrize(
    ("parent", "words"),
    [
        ('"none.toml"', "there is no file"),
        ('""', "there is no file"),
        ('"."', "there is no file"),
        ("3", "must be a file's name, in quotes"),
        ('["anthropic.toml"]', "must be a file's name, in quotes"),
    ],
)
def test_a_parent_that_is_none_is_named_with_line_and_column(
    parent: str, words: str, tmp_path: Path
) -> None:
    file = write(tmp_path, child=f'name = "x"\nextends = {parent}\n')
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    assert f"{file}:2:1: extends = " in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100 + "]" * 100,
        ".".join("a" * 50) + " = 1",
        "a = " + "[" * 10_000,
        "a = " + "{b = " * 40 + "1" + "}" * 40,
    ],
)
def test_tables_too_deep_to_mean_anything_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"nested too deeply|not readable as TOML"):
        load_scenario(write(tmp_path, deep=text))


def test_a_file_too_long_for_a_scenario_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="too long for a scenario"):
        load_scenario(write(tmp_path, long=f'name = "{"a" * 600_000}"'))


def test_data_are_looked_for_beside_the_file_that_names_them(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "x.csv").write_text("v\n" + "".join(f"{i / 100}\n" for i in range(20)))
    write(
        inner,
        parent=(
            'extends = "anthropic.toml"\n[cash.tax_rate]\ndistribution = "empirical"\n'
            'file = "x.csv"\ncolumn = "v"\n'
        ),
    )
    child = write(tmp_path, child='extends = "inner/parent.toml"\n')
    assert load_scenario(child).cash.tax_rate.quantile(0.5) == pytest.approx(0.09)


def test_a_file_without_a_name_is_told_apart_from_what_it_extends(tmp_path: Path) -> None:
    file = write(tmp_path, mine='extends = "anthropic.toml"\n')
    mine = load_scenario(file)
    assert mine.name == "Anthropic, January 2026; mine"
    assert mine.description == ""
