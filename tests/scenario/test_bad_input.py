"""What a person gets to read who wrote something wrong."""

from pathlib import Path

import pytest

from simulate.scenario import ScenarioError, load_scenario

pytestmark = pytest.mark.usefixtures("january")

CASES = {
    "an unknown key": (
        "[inference]\noverun = 0.3",
        ["inference.overun", 'unknown key; did you mean "overrun"?'],
    ),
    "an unknown section": ("[inferences]\nx = 1", ["inferences", 'did you mean "inference"?']),
    "a margin in percent": (
        "[targets]\ngross_margin = 70",
        ["targets.gross_margin = 70", "write 0.7 for 70%"],
    ),
    "a share in percent": (
        "[inference]\nother_sales_cost = 6.5",
        ["inference.other_sales_cost = 6.5", "from 0 to 1", "write 0.065 for 6.5%"],
    ),
    "a margin of more than all": (
        '[targets]\ngross_margin = "150%"',
        ["target of gross margin is from 0.001 to 0.999 share\n"],
    ),
    "dollars where billions are meant": (
        "[cash]\nopening = 1e10",
        ['from 0 to 1000 bn USD; write "10 bn" if it is no billions'],
    ),
    "billions beyond all measure": (
        '[cash]\nopening = "5000 bn"',
        ["cash at the start is from 0 to 1000 bn USD\n"],
    ),
    "another currency": ('[cash]\nopening = "8 bn EUR"', ["amounts are in US dollars"]),
    "a comma for a point": ('[cash]\nopening = "0,900 bn"', ['write "0.9 bn"']),
    "a percentage of years": (
        '[inference]\ncatch_up_half_life = "5%"',
        ["is a percentage; the unit here is years"],
    ),
    "too many quarters to hold": (
        "[targets]\nhold_quarters = 50",
        ["must be less than or equal to 40\n"],
    ),
    "quantiles out of order": (
        '[inference.overrun]\ndistribution = "normal"\np10 = 0.3\np90 = 0.1',
        ["inference.overrun", "p10 = 0.3, p90 = 0.1", "quantiles must rise"],
    ),
    "no quantiles": (
        '[inference.overrun]\ndistribution = "normal"\np10 = 0.3',
        ["inference.overrun", "two of p10, p50, p90 or others, or mean and sd"],
    ),
    "a quantile too many": (
        '[inference.overrun]\ndistribution = "lognormal"\np10 = 0\np50 = 1\np90 = 4\nshift = -1',
        ["inference.overrun", "comes near p10 = 0, p50 = 1, p90 = 4"],
    ),
    "a lognormal without a tail": (
        '[inference.overrun]\ndistribution = "lognormal"\np10 = 0.0\np50 = 0.3\np90 = 0.4',
        ["inference.overrun", "p90 is too near to p50"],
    ),
    "draws out of range": (
        '[cash.tax_rate]\ndistribution = "normal"\np10 = 0.1\np90 = 0.4',
        ["cash.tax_rate", "draws reach -", "from 0 to 1 share", "truncate = [low, high]"],
    ),
    "an unknown distribution": (
        '[cash.tax_rate]\ndistribution = "normall"\np10 = 0.1',
        ["cash.tax_rate", '"normall"', 'did you mean "normal"?'],
    ),
    "a key that is called like its distribution": (
        '[training]\nfloor = { distribution = "beta", alpha = 2, beta = "much" }',
        ['training.floor.beta = "much": must be a number'],
    ),
    "a key beside one that is called like its distribution": (
        '[training]\nfloor = { distribution = "beta", alpah = 2, beta = 3 }',
        ['training.floor.alpah = 2: unknown key; did you mean "alpha"?'],
    ),
    "an empty truncation": (
        '[cash.tax_rate]\ndistribution = "normal"\np10 = 0.1\np90 = 0.4\ntruncate = [0.4, 0.1]',
        ["cash.tax_rate", "truncate = [0.4, 0.1] is empty"],
    ),
    "a word for a number": (
        '[cash]\ntax_rate = "high"',
        ['cash.tax_rate = "high"', "must be a number, or a table"],
    ),
    "not a number": ("[cash]\ntax_rate = nan", ["cash.tax_rate", "finite number"]),
    "an uncertain base year": (
        '[base_year.revenue]\ndistribution = "uniform"\nlow = 4\nhigh = 5',
        ["base_year.revenue", "must be a certain number"],
    ),
    "a run rate that does not fit": (
        "[base_year]\nmonthly_revenue = 2.0",
        ["base_year", "monthly_revenue = 2", "revenue of 4.5"],
    ),
    "not a quarter": (
        '[horizon]\nlast_quarter = "2035"',
        ['horizon.last_quarter = "2035"', 'write it as "2026Q1"'],
    ),
    "half a year": ('[horizon]\nlast_quarter = "2035Q2"', ["horizon", "2035Q4"]),
    "shares that don't sum to 1": (
        '[[segments]]\nname = "api"\nshare_of_revenue = 0.5',
        ["segments: share_of_revenue sums to 0.64; it must be 1"],
    ),
    "an impossible correlation": (
        '[correlations]\n"inference.efficiency_gain, inference.overrun" = 0.99\n'
        '"inference.overrun, inference.price_erosion" = -0.99',
        [
            "no inputs can be correlated like this",
            "most at fault is inference.",
            "the nearest that",
        ],
    ),
    "a correlation above 1": (
        '[correlations]\n"inference.efficiency_gain, inference.overrun" = 1.5',
        ["= 1.5", "correlation is from -0.9999 to 0.9999\n"],
    ),
    "a correlation of nothing": (
        '[correlations]\n"inference.overun, inference.price_erosion" = 0.5',
        ['"inference.overun" is no input; did you mean "inference.overrun"?'],
    ),
    "a pair given twice": (
        '[correlations]\n"inference.price_erosion, inference.efficiency_gain" = 0.5',
        ["given twice"],
    ),
    "a segment that started long ago": (
        '[[segments]]\nname = "new"\nstarts = "2025Q1"\nstarting_revenue = 1\ninference_cost = 0.3',
        ['segments.new.starts = "2025Q1"', "lies before the horizon, which begins in 2026Q1"],
    ),
    "a round before the horizon": (
        '[[funding]]\nname = "late"\nquarter = "2025Q4"\namount = 1',
        ['funding.late.quarter = "2025Q4"', "lies before the horizon"],
    ),
    "a name that is a list": ('[[segments]]\nname = ["a"]', ["segments"]),
    "more paths than a run can count": (
        "[sampling]\npaths = 100_000_000_000",
        ["sampling", "16 replicates take"],
    ),
    "a name that stands twice": (
        '[[segments]]\nname = "api"\n[[segments]]\nname = "api"\n',
        ["segments"],
    ),
    "a number for a table": ("cash = 1", ["cash = 1", "must be a table"]),
    "a table for a list": (
        "[segments]\nname = 1",
        ["segments", "begin each member with [[segments]]"],
    ),
    "a number too long to read": ("[cash]\ntax_rate = " + "9" * 5000, ["can't be read"]),
    "quantiles beyond all measure": (
        '[cash.opening]\ndistribution = "lognormal"\np10 = 1\np50 = 1e200\np90 = 1e308',
        ["cash.opening"],
    ),
    "unreadable TOML": ("a = [1", ["not readable as TOML"]),
    "a chain in a circle": ('extends = "scenario.toml"', ["extend each other"]),
    "no such parent": ('extends = "missing.toml"', ['extends = "missing.toml"', "no file"]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_named_with_its_file_its_key_and_its_mend(case: str, tmp_path: Path) -> None:
    text, expected = CASES[case]
    file = tmp_path / "scenario.toml"
    file.write_text(text if "extends" in text else f'extends = "anthropic.toml"\n{text}\n')
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    message = str(caught.value)
    assert str(file) in message
    for part in expected:
        assert part in f"{message}\n"
    if case != "an impossible correlation":
        assert len(message.splitlines()) <= 2


def test_a_missing_file_names_the_packaged_ones(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"no such file; packaged scenarios: .*openai\.toml"):
        load_scenario(tmp_path / "none.toml")


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is a folder"):
        load_scenario(tmp_path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="not UTF-8"):
        load_scenario(file)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    file.write_bytes(b'\xef\xbb\xbfextends = "anthropic.toml"\r\n')
    assert load_scenario(file).name.startswith("Anthropic")


def test_an_error_in_the_parent_names_the_parent(tmp_path: Path) -> None:
    (tmp_path / "parent.toml").write_text('extends = "anthropic.toml"\n[cash]\ntax_rate = 25\n')
    (tmp_path / "child.toml").write_text('extends = "parent.toml"\nname = "child"\n')
    with pytest.raises(ScenarioError, match=r"parent\.toml:3:1: cash\.tax_rate = 25"):
        load_scenario(tmp_path / "child.toml")


def test_a_child_changes_one_quantile_and_keeps_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "child.toml"
    file.write_text('extends = "anthropic.toml"\n[inference.overrun]\np90 = 0.4\n')
    overrun = load_scenario(file).inference.overrun
    assert overrun.quantile(0.9) == pytest.approx(0.4)
    assert overrun.quantile(0.1) == pytest.approx(-0.08)
    assert overrun.source.startswith("changed in child.toml; before: A7")


def test_an_empty_list_takes_the_parents_members_away(tmp_path: Path) -> None:
    file = tmp_path / "child.toml"
    file.write_text('extends = "anthropic.toml"\nfunding = []\n')
    assert load_scenario(file).funding == ()


def test_an_input_that_was_correlated_can_be_made_certain(tmp_path: Path) -> None:
    file = tmp_path / "child.toml"
    file.write_text('extends = "anthropic.toml"\n[inference]\nprice_erosion = 0.3\n')
    erosion = load_scenario(file).inference.price_erosion
    assert erosion is not None
    assert erosion.is_certain


def test_a_forgotten_extends_is_told_in_a_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\n')
    with pytest.raises(ScenarioError) as refused:
        load_scenario(file)
    (line,) = refused.value.lines
    assert "horizon, targets, base_year" in line and 'extends = "anthropic.toml"' in line


@pytest.mark.parametrize(
    ("written", "p5", "p95"), [("15% to 45%", 0.15, 0.45), ("-5 to 45%", -0.05, 0.45)]
)
def test_an_interval_that_reaches_too_far_is_told_as_a_table_that_does_not(
    written: str, p5: float, p95: float, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    head = 'extends = "anthropic.toml"\n[other_costs]\nstock_pay = '
    file.write_text(f'{head}"{written}"\n')
    with pytest.raises(ScenarioError, match="narrow the interval or write") as caught:
        load_scenario(file)
    (line,) = caught.value.lines
    assert f"interval = [{p5}, {p95}], truncate = [0, 1]" in line
    file.write_text(f"{head}{line.partition('or write ')[2]}\n")
    share = load_scenario(file).other_costs.stock_pay
    assert share.quantile(1e-6) >= 0.0 and share.quantile(1.0 - 1e-6) <= 1.0
