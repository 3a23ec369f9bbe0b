"""What a scenario of one lab takes over from a scenario of another, and what is said of that."""

from pathlib import Path

import pytest

from simulate import Scenario, load_scenario, run
from simulate.plots.dates import margin_date_finding
from simulate.scenario import packaged_configs
from simulate.text.run import headline

pytestmark = pytest.mark.usefixtures("january")

MISTRAL = """
[base_year]
revenue = 0.3
monthly_revenue = 0.04
"""


def load(folder: Path, text: str, parent: str = "anthropic.toml") -> Scenario:
    file = folder / "mine.toml"
    file.write_text(f'extends = "{parent}"\n{text}', encoding="utf-8")
    return load_scenario(file)


def notes(scenario: Scenario) -> str:
    return "\n".join(scenario.provenance.notes)


@pytest.mark.parametrize("parent", ["anthropic.toml", "openai.toml"])
@pytest.mark.parametrize("identity", ['lab = "Mistral"', 'name = "Mistral, as I see it"'])
def test_another_lab_has_no_projection_until_it_states_its_own(
    identity: str, parent: str, tmp_path: Path
) -> None:
    mistral = load(tmp_path, identity + MISTRAL, parent)
    assert mistral.lab == "Mistral"
    assert mistral.targets.projected_year is None
    assert mistral.targets.projected_margin == "paying users"
    assert "A8" not in mistral.targets.source and "O3" not in mistral.targets.source
    assert "but not its projection" in notes(mistral)
    result = run(mistral, paths=64, threads=1)
    assert "compan" not in headline(result) + margin_date_finding(result)


def test_what_another_lab_keeps_is_listed_by_key_until_it_is_set(tmp_path: Path) -> None:
    told = notes(load(tmp_path, f'lab = "Mistral"\n{MISTRAL}'))
    assert "Mistral takes over from Anthropic: base_year.training, base_year." in told
    for part in ("segments", "training.growth", "cash.opening", "funding", "free_users"):
        assert f", {part}," in told
    # What is everybody's, since base.toml says it, is nobody's.
    assert "training.drift" not in told and "cash.tax_rate" not in told
    own = f"{MISTRAL}training = 0.2\ntraining_run_rate = 0.3\n[cash]\nopening = 2\n"
    own = f'funding = []\nlab = "Mistral"\n{own}'
    told = notes(load(tmp_path, own))
    assert "base_year" not in told and "cash.opening" not in told and "funding" not in told
    assert "cash.working_capital" in told


def test_a_lab_of_ones_own_on_the_neutral_file_takes_nothing_over(tmp_path: Path) -> None:
    anthropic = (packaged_configs() / "anthropic.toml").read_text(encoding="utf-8")
    file = tmp_path / "own.toml"
    file.write_text(anthropic.replace('lab = "Anthropic"', 'lab = "Mistral"'), encoding="utf-8")
    mistral = load_scenario(file)
    assert (mistral.lab, notes(mistral)) == ("Mistral", "")


def test_a_lab_goes_on_to_those_who_extend_it(tmp_path: Path) -> None:
    load(tmp_path, f'lab = "Mistral"\n{MISTRAL}').model_dump()
    (tmp_path / "bull.toml").write_text('extends = "mine.toml"\nname = "Mistral, bull"\n')
    bull = load_scenario(tmp_path / "bull.toml")
    assert bull.lab == "Mistral"
    assert "Mistral takes over from Anthropic" in notes(bull)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'name = "Anthropic, more cash"',
        'name = "my bull case"\nlab = "Anthropic"',
        f'name = "a year later"\nlab = "Anthropic"{MISTRAL}',
    ],
)
def test_a_variant_of_the_same_lab_keeps_its_projection_without_a_word(
    text: str, tmp_path: Path
) -> None:
    mine = load(tmp_path, text)
    assert mine.targets.projected_year == 2027
    assert notes(mine) == ""


@pytest.mark.parametrize(
    ("text", "why"), [('name = "Mistral"\n', "name"), (MISTRAL, "revenue")], ids=["name", "revenue"]
)
def test_a_doubtful_lab_is_asked_for(text: str, why: str, tmp_path: Path) -> None:
    mine = load(tmp_path, text)
    assert mine.lab == "Anthropic"
    assert f"taken for Anthropic, in spite of its {why}" in notes(mine)
    assert 'say lab = "Anthropic"' in notes(mine)


def test_a_lab_set_last_takes_over_all_but_the_projection() -> None:
    mistral = load_scenario("anthropic.toml", settings=["lab=Mistral"])
    assert mistral.targets.projected_year is None
    assert "Mistral takes over from Anthropic: base_year, segments" in notes(mistral)
