"""Mistakes in scenario files are mended to what was meant, or left alone and told."""

from collections import Counter
from pathlib import Path

import pytest

from simulate.scenario import Scenario, load_scenario
from simulate.scenario.load import list_changes
from simulate.scenario.repair import Repair, repair
from tests.january import JANUARY
from tests.plant import Planted, planted
from tests.scenario.test_mutations import simulated

pytestmark = pytest.mark.usefixtures("january")

LEAST_REPAIRED = 0.9
FEW, MORE = range(25), [range(150), *(range(n, n + 100) for n in range(1_000, 2_000, 100))]

# What was written over the packaged Anthropic scenario, and what the copy says instead.
MENDED = {
    "a misspelt key": ("[cash]\nopning = 12", "[cash]\nopening = 12"),
    "a key with a hyphen": ("[cash]\ntax-rate = 0.2", "[cash]\ntax_rate = 0.2"),
    "a misspelt table, wherever it is named": (
        "[trainig.growth]\ninitial = 0.5\n[trainig]\ndrift = 0.1",
        "[training.growth]\ninitial = 0.5\n[training]\ndrift = 0.1",
    ),
    "a misspelt distribution": (
        '[cash.opening]\ndistribution = "log-normal"\np10 = 8\np90 = 18',
        '[cash.opening]\ndistribution = "lognormal"\np10 = 8\np90 = 18',
    ),
    "a distribution that only its keys name": (
        "[[funding]]\nname = 'more'\nquarter = '2028Q1'\namount = { values = [8, 9] }",
        "[[funding]]\nname = 'more'\nquarter = '2028Q1'\n"
        'amount = { distribution = "discrete", values = [8, 9] }',
    ),
    "a distribution of scipy's": (
        '[cash]\nopening = { distribution = "scipy.gama", a = 9.0 }',
        '[cash]\nopening = { distribution = "scipy.gamma", a = 9.0 }',
    ),
    "a quantile in capitals, with the letter O": (
        '[cash.opening]\ndistribution = "lognormal"\nP1O = 8\np90 = 18',
        '[cash.opening]\ndistribution = "lognormal"\np10 = 8\np90 = 18',
    ),
    "a percentage where a share is due": ("[cash]\ntax_rate = 25", "[cash]\ntax_rate = 0.25"),
    "percentages to their last digit": (
        "[cash]\ntax_rate = { distribution = 'uniform', low = 6.52173913, high = 21 }",
        "[cash]\ntax_rate = { distribution = 'uniform', low = 0.0652173913, high = 0.21 }",
    ),
    "one percentage among shares": (
        '[inference.overrun]\ndistribution = "lognormal"\np10 = -0.08\np50 = 0.02\np90 = 23',
        '[inference.overrun]\ndistribution = "lognormal"\np10 = -0.08\np50 = 0.02\np90 = 0.23',
    ),
    "millions where billions are due": ("[cash]\nopening = 12000", '[cash]\nopening = "12000 m"'),
    "dollars where billions are due": ("[cash]\nopening = 12e9", '[cash]\nopening = "12 bn"'),
    "a monthly revenue in millions": (
        "[base_year]\nmonthly_revenue = 750",
        '[base_year]\nmonthly_revenue = "750 m"',
    ),
    "a misspelt unit": ('[cash]\nopening = "12 bilion"', '[cash]\nopening = "12 billion"'),
    "a misspelt unit of a weight": (
        "[cash]\nopening = { distribution = 'discrete', values = [8, 9], weights = ['40 pct', 1] }",
        "[cash]\nopening = { distribution = 'discrete', values = [8, 9], weights = [\"40 %\", 1] }",
    ),
    "a dash between the ends of an interval": (
        '[cash]\nopening = "8 – 18 bn"',
        '[cash]\nopening = "8 to 18 bn"',
    ),
    "an interval from high to low": (
        '[cash]\nopening = "18 to 8 bn"',
        '[cash]\nopening = "8 to 18 bn"',
    ),
    "quantiles that were swapped": (
        '[cash.opening]\ndistribution = "lognormal"\np10 = 18 # low\np90 = "8 bn"',
        '[cash.opening]\ndistribution = "lognormal"\np10 = "8 bn" # low\np90 = 18',
    ),
    "limits out of order": (
        "[cash]\nopening = { distribution = 'pert', low = 18, mode = 12, high = 8 }",
        "[cash]\nopening = { distribution = 'pert', low = 8, mode = 12, high = 18 }",
    ),
    "a table for a list": (
        "[segments.api] # most of it\nvolatility = 0.05\n[segments.api.growth]\ninitial = 0.9",
        '[[segments]]\nname = "api" # most of it\nvolatility = 0.05\n'
        "[segments.growth]\ninitial = 0.9",
    ),
    "a list for a table": ("[[cash]]\nopening = 12", "[cash]\nopening = 12"),
    "a list of variants": (
        '[[variants]]\nname = "rich"\n[variants.cash]\nopening = 99',
        "[variants.rich]\n[variants.rich.cash]\nopening = 99",
    ),
    "a count in quotes": ('[targets]\nhold_quarters = "4"', "[targets]\nhold_quarters = 4"),
    "a quarter in words": (
        '[horizon]\nlast_quarter = "Q4 2035"',
        '[horizon]\nlast_quarter = "2035Q4"',
    ),
    "a word of a few": (
        '[targets]\nprojected_margin = "paying user"',
        '[targets]\nprojected_margin = "paying users"',
    ),
    "a misspelt input in a correlation": (
        '[correlations]\n"inference.overrun, training.drfit" = 0.4',
        '[correlations]\n"inference.overrun, training.drift" = 0.4',
    ),
    "an input of a correlation without its table": (
        '[correlations]\n"overrun, training.drift" = 0.4',
        '[correlations]\n"inference.overrun, training.drift" = 0.4',
    ),
    "two inputs without a comma": (
        '[correlations]\n"inference.overrun and training.drift" = 0.4',
        '[correlations]\n"inference.overrun, training.drift" = 0.4',
    ),
    "a misspelt input in a stress test": (
        '[stresses.dear]\nby = { "inference.overun" = 0.1 }',
        '[stresses.dear]\nby = { "inference.overrun" = 0.1 }',
    ),
    "a misspelt step in a variant's key": (
        '[variants.dear]\n"segments.apii.growth.initial" = 0.5',
        '[variants.dear]\n"segments.api.growth.initial" = 0.5',
    ),
    "a misspelt title": (
        '[variants.dear]\ntitel = "dear"\ncash.opening = 5',
        '[variants.dear]\ntitle = "dear"\ncash.opening = 5',
    ),
    "a member's misspelt name": (
        '[[funding]]\nname = "nvidia_microsft"\nchance = 0.5',
        '[[funding]]\nname = "nvidia_microsoft"\nchance = 0.5',
    ),
    "a unit without quotes": ("[cash]\nopening = 12 bn # all", '[cash]\nopening = "12 bn" # all'),
    "units without quotes in a table": (
        "[cash]\ntax_rate = { distribution = uniform, low = 18%, high = 27% }",
        '[cash]\ntax_rate = { distribution = "uniform", low = "18%", high = "27%" }',
    ),
    "a bracket too few": ("[cash\nopening = 12", "[cash]\nopening = 12"),
    "a quote too few": ("[targets]\nsource = 'A8", "[targets]\nsource = 'A8'"),
    "a colon": ("[cash]\nopening: 12", "[cash]\nopening = 12"),
    "a key of another table": (
        "[inference]\ntax_rate = 0.2  # a guess\noverrun = 0.1\n[cash]\nopening = 12",
        "[inference]\noverrun = 0.1\n[cash]\ntax_rate = 0.2  # a guess\nopening = 12",
    ),
    "a key of a table that the file lacks": (
        "[inference]\ntax_rate = 0.2",
        "[inference]\n\n[cash]\ntax_rate = 0.2",
    ),
    "a key without its table": ("seed = 7", "sampling.seed = 7"),
    "a table without the one around": (
        '[overrun]\ndistribution = "normal"\np10 = 0.0\np90 = 0.3',
        '[inference.overrun]\ndistribution = "normal"\np10 = 0.0\np90 = 0.3',
    ),
    "a key of another table in a variant": (
        '[variants.dear]\ninference.tax_rate = 0.3\n[stresses.dear]\n"training.tax_rate" = 0.3',
        '[variants.dear]\ncash.tax_rate = 0.3\n[stresses.dear]\n"cash.tax_rate" = 0.3',
    ),
    "the wish for the nearest correlations among these": (
        "[correlations]\nnearest = true\n[copula]",
        "[correlations]\n[copula]\nnearest = true",
    ),
    "limits by the names of other programs": (
        "[inference]\noverrun = { distribution = 'triangle', min = 0, likely = 0.1, max = 0.2 }",
        '[inference]\noverrun = { distribution = "triangular", low = 0, mode = 0.1, high = 0.2 }',
    ),
    "a normal distribution by Greek letters": (
        "[inference]\noverrun = { dist = 'gaussian', mu = 0.1, sigma = 0.05 }",
        '[inference]\noverrun = { distribution = "normal", mean = 0.1, sd = 0.05 }',
    ),
    "a median": (
        "[cash]\nopening = { distribution = 'lognormal', median = 12, p90 = 18 }",
        "[cash]\nopening = { distribution = 'lognormal', p50 = 12, p90 = 18 }",
    ),
    "scipy's name without its prefix": (
        "[cash]\nopening = { distribution = 'poisson', mu = 12 }",
        '[cash]\nopening = { distribution = "scipy.poisson", mu = 12 }',
    ),
    "degrees of freedom by a letter": (
        "[copula]\ndf = 4",
        '[copula]\ndistribution = "student_t"\ndegrees_of_freedom = 4',
    ),
    "a misspelt source with a row's id": (
        "[cash]\nopening = { value = 12, soruce = 'A7' }",
        "[cash]\nopening = { value = 12, source = 'A7' }",
    ),
    "a percentage in quotes": ("[cash]\ntax_rate = '25'", "[cash]\ntax_rate = 0.25"),
    "a decimal comma": ("[cash]\nopening = '8,5 bn'", '[cash]\nopening = "8.5 bn"'),
    "decimal commas of an interval": (
        "[cash]\nopening = '8,5 to 18,25 bn'",
        '[cash]\nopening = "8.5 to 18.25 bn"',
    ),
    "no sign between key and value": ("[cash]\nopening 12", "[cash]\nopening = 12"),
    "a comment of another language": (
        "// mine\n[cash]\nopening = 12",
        "# mine\n[cash]\nopening = 12",
    ),
    "a table in braces on several lines": (
        "[cash]\nopening = {\n  distribution = 'uniform',\n  low = 8,\n  high = 9,\n}",
        "[cash]\nopening = { distribution = 'uniform', low = 8, high = 9 }",
    ),
}


@pytest.mark.parametrize("case", MENDED)
def test_a_mistake_with_one_clear_mend_is_mended(case: str, tmp_path: Path) -> None:
    wrong, right = MENDED[case]
    file = written(tmp_path, wrong)
    done = repair(file)
    assert not done.left
    assert file.read_text(encoding="utf-8") == f'extends = "anthropic.toml"\n{right}\n'
    assert load_scenario(file)


LEFT_ALONE = {
    "a word for a number": '[cash]\ntax_rate = "high"',
    "a key that is near to two": '[cash.opening]\ndistribution = "uniform"\npx0 = 8\np60 = 9',
    "a table that several distributions would take": "[cash.opening]\np10 = 8\np90 = 18",
    "shares that don't sum to 1": '[[segments]]\nname = "api"\nshare_of_revenue = 0.5',
    "a growth in percent, which is no logarithm": "[inference]\nefficiency_gain = 70",
    "a correlation a little above 1": '[correlations]\n"inference.overrun, training.drift" = 1.5',
    "a pair given twice": '[correlations]\n"training.drift, inference.overrun" = 0.5',
    "a key of nothing": "[cash]\nyacht = 1",
    "half a year": '[horizon]\nlast_quarter = "2035Q2"',
    "a key of another table that stands there, too": (
        "[cash]\ntax_rate = 0.1\n[inference]\ntax_rate = 0.2"
    ),
    "a key of another table in braces": "inference = { tax_rate = 0.2 }",
    "a key of several tables": "[cash]\nvolatility = 0.3",
    "a key of another table for a member": "[[segments]]\nname = 'api'\nrevenue = '3 bn'",
    "a correlation of another kind": (
        '[correlations]\n"training.drift, demand.volatility" = { value = 0.3, kind = "pearson" }'
    ),
    "a margin that is 1.5% or 150%": "[targets]\ngross_margin = 1.5",
    "no value": "[cash]\nopening = None",
    "a note where a source belongs": "[cash]\nopening = { value = 12, note = 'from 2025 call' }",
    "a key that stands twice": "[cash]\nopening = 12\nopening = 13",
}


@pytest.mark.parametrize("case", LEFT_ALONE)
def test_a_mistake_without_one_clear_mend_is_left_alone_and_told(case: str, tmp_path: Path) -> None:
    file = written(tmp_path, LEFT_ALONE[case])
    before = file.read_bytes()
    done = repair(file)
    assert done.left
    assert not done.made
    assert file.read_bytes() == before


def test_one_mend_shows_the_next_mistake_until_none_is_left(tmp_path: Path) -> None:
    file = written(tmp_path, "[cash\nopning = 12 bilion\ntaxrate = 25%")
    done = repair(file)
    assert not done.left
    assert len(done.made) == 6  # a bracket, two times quotes, two keys and a unit
    assert load_scenario(file).cash.opening.quantile(0.5) == 12.0


def test_a_mend_says_what_it_assumes_wherever_it_changes_what_a_file_means(tmp_path: Path) -> None:
    file = written(tmp_path, "[cash]\ntax_rate = 25")
    (told,) = repair(file).made
    assert told.line.endswith("write 0.25 for 25%")
    assert told.fix is not None
    assert told.fix.assumes == "25 is a percentage"


def test_all_else_of_a_file_stays_as_it_is_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    start = '\ufeff# a note\r\nextends  =  "anthropic.toml"\r\n\r\n[cash]\t# money'
    around = f"{start}\r\n  {{}} = 12  \r\n"
    file.write_bytes(around.replace("{}", "opning").encode())
    assert not repair(file).left
    assert file.read_bytes() == around.replace("{}", "opening").encode()


def test_a_mistake_of_a_parent_is_told_and_not_touched(tmp_path: Path) -> None:
    parent = written(tmp_path, "[cash]\ntax_rate = 25")
    child = tmp_path / "child.toml"
    child.write_text(f'extends = "{parent.name}"\n')
    before = parent.read_bytes()
    done = repair(child)
    assert not done.made
    assert [str(parent) in told.line for told in done.left] == [True]
    assert parent.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "parent"),
    [("My OpenAI", "openai.toml"), ("Anthropic, mine", "anthropic.toml"), ("x", "anthropic.toml")],
)
def test_a_forgotten_extends_is_that_of_the_lab_in_the_name_or_the_default(
    name: str, parent: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'#:schema x.json\nname = "{name}"\n[cash]\nopening = 12\n')
    (told,) = repair(file).made
    assert told.fix is not None and told.fix.assumes
    assert file.read_text().splitlines()[:2] == ["#:schema x.json", f'extends = "{parent}"']


def test_a_lab_of_its_own_that_forgets_its_extends_gets_what_labs_have_in_common(
    tmp_path: Path,
) -> None:
    file = tmp_path / "lab.toml"
    packaged = JANUARY / "openai.toml"
    file.write_text(packaged.read_text(encoding="utf-8").replace('extends = "base.toml"\n', ""))
    assert not repair(file).left
    assert 'extends = "base.toml"' in file.read_text(encoding="utf-8")


def test_of_25_planted_mistakes_nine_in_ten_are_mended_and_none_to_something_else(
    tmp_path: Path,
) -> None:
    assert_mended(FEW, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", MORE, ids=str)
def test_of_1150_planted_mistakes_nine_in_ten_are_mended_and_none_to_something_else(
    seeds: range, tmp_path: Path
) -> None:
    assert_mended(seeds, tmp_path)


def assert_mended(seeds: range, folder: Path) -> None:
    ends, stories = Counter[str](), []
    for seed in seeds:
        inside = folder / str(seed)
        inside.mkdir()
        made = planted(seed, inside)
        end = end_of(repair(made.file), made)
        ends[end] += 1
        if end != "mended":
            stories.append(f"seed {seed}: {end}: {made.kind}: {made.story}")
    assert ends["other"] == 0, "\n".join(stories)
    seen = len(seeds) - ends["unseen"]
    assert ends["mended"] >= LEAST_REPAIRED * seen, "\n".join(stories)


def end_of(done: Repair, made: Planted) -> str:
    """Return what becomes of a planted mistake."""
    if done.left:
        return "left"
    if made.file.read_bytes() == made.sound.read_bytes() or says_the_same(made.file, made.sound):
        return "mended"
    if not done.made:
        return "unseen"  # p11 for p10 is no mistake that a program could see
    # A guess that is told may be wrong; one that is not told may not.
    told = all(each.fix is not None and each.fix.assumes for each in done.made)
    return "a wrong guess, told" if told else "other"


def says_the_same(file: Path, sound: Path) -> bool:
    changes = list_changes(file)
    return changes == list_changes(sound) and all(
        simulated(scenario) == simulated(other)
        for scenario, other in zip(scenarios(file), scenarios(sound), strict=True)
    )


def scenarios(file: Path) -> list[Scenario]:
    """Return a file's scenario, and with each of its changes."""
    kinds = zip(("variant", "stress", "option"), list_changes(file), strict=True)
    named = [{kind: name} for kind, names in kinds for name in names]
    return [load_scenario(file, **change) for change in [{}, *named]]


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(f'extends = "anthropic.toml"\n{text}\n', encoding="utf-8")
    return file
