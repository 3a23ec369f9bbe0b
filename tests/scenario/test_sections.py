"""Sections that are laid over scenarios which they don't name: over which, and what is refused."""

from datetime import date
from pathlib import Path

import pytest

from simulate import Scenario, ScenarioError, load_scenario
from simulate.scenario.sections import laid_over, read_sections

CUT = '[training.cut]\nbelow_months = 12\nmost = "40%"\n'


@pytest.fixture(scope="module")
def openai() -> Scenario:
    return load_scenario("openai-2026-01.toml")


def over(scenario: Scenario, folder: Path, *texts: str) -> Scenario:
    """Return a scenario with files of these texts laid over it."""
    files = [folder / f"sections-{place}.toml" for place, _ in enumerate(texts)]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return laid_over(scenario, map(read_sections, files))


def test_sections_join_a_scenario_and_leave_the_rest(openai: Scenario, tmp_path: Path) -> None:
    laid = over(openai, tmp_path, CUT)
    assert openai.training.cut is None and laid.training.cut is not None
    assert laid.training.cut.model_dump()["most"]["value"] == pytest.approx(0.4)
    assert (laid.name, laid.cash, laid.funding) == (openai.name, openai.cash, openai.funding)
    assert laid.provenance.files[1:] == openai.provenance.files
    assert laid.provenance.files[0].endswith("sections-0.toml")


def test_a_later_file_lies_over_an_earlier(openai: Scenario, tmp_path: Path) -> None:
    laid = over(openai, tmp_path, "[cash]\nopening = 50\n", "[cash]\nopening = 60\n")
    assert laid.cash.model_dump()["opening"]["value"] == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("head", "is_laid"),
    [
        ('lab = "OpenAI"', True),
        ('lab = "Anthropic"', False),
        ("as_of = 2026-01-22", True),
        ("as_of = 2026-01-23", False),
        ('lab = "OpenAI"\nas_of = 2025-12-31', True),
        ('lab = "Anthropic"\nas_of = 2025-12-31', False),
    ],
)
def test_sections_of_another_lab_or_a_later_day_are_left_out(
    openai: Scenario, tmp_path: Path, head: str, is_laid: bool
) -> None:
    assert openai.as_of == date(2026, 1, 22)
    assert (over(openai, tmp_path, f"{head}\n{CUT}") is not openai) == is_laid


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'extends = "openai.toml"\n{CUT}', "extends: sections are laid over"),
        ('lab = "OpenAI"\n', "has no section"),
        (f'as_of = "last year"\n{CUT}', "as_of = 'last year': not a day"),
        ("[training.cut]\nbelow_month = 12\n", "below_month"),
        ("[trainin.cut]\nmost = 0.4\n", "trainin"),
    ],
)
def test_what_is_wrong_is_told_with_the_file(
    openai: Scenario, tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(ScenarioError) as refusal:
        over(openai, tmp_path, text)
    assert told in str(refusal.value)
    assert "sections-0.toml" in str(refusal.value)
