"""What the README says can be done, can be done; pages hang together."""

import re
from pathlib import Path

import pytest

from docs.printing import run_command
from simulate.plots import PICTURES
from simulate.scenario import load_scenario
from tests.test_rooms import ORDER

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
OWN_LINES = README.partition("## Your own lines")[2].partition("## Commands")[0]
README_QUESTIONS = re.findall(r"(?m)^simulate .+$", OWN_LINES)
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_readmes_scenarios_load(tmp_path: Path) -> None:
    changed, extended = re.findall(r"```toml\n(.*?)```", README, re.S)
    file = tmp_path / "mine.toml"
    file.write_text(changed)
    assert load_scenario(file).inference.overrun.quantile(0.9) == pytest.approx(0.40)
    file.write_text(extended)
    own = load_scenario(file)
    assert [line.words for line in own.lines] == ["content licences"]
    assert [*own.metrics, *own.outcomes] == ["rule_of_40", "ebitda_positive"]


@pytest.mark.parametrize("command", README_QUESTIONS)
def test_a_question_of_the_readme_needs_no_file(command: str, tmp_path: Path) -> None:
    run_command("simulate init --bare mylab.toml", tmp_path)
    quick = "--no-pictures" if command.startswith("simulate run") else ""
    assert "%" in run_command(f"{command} --paths 256 {quick}", tmp_path)


def test_the_readmes_python_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (text,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(text.replace("100_000", "2_000"), {})
    assert "2029Q4" in capsys.readouterr().out


def test_the_readme_names_every_scenario() -> None:
    for config in (ROOT / "configs").glob("*.toml"):
        if config.name != "base.toml":
            assert f"`{config.name}`" in README


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_no_link_leads_nowhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_file_of_the_code_that_a_page_names_is_there() -> None:
    named = {
        path
        for page in PAGES
        for path in re.findall(r"`((?:\w+/)+\w+\.py|simulate/\w+/)`", page.read_text())
        # A command that is to be written is called x.
        if not path.endswith("/x.py")
    }
    places = (ROOT, ROOT / "simulate")
    missing = [path for path in named if not any((place / path).exists() for place in places)]
    assert len(named) > 30
    assert not missing


def test_contributors_read_of_the_rooms_in_the_order_of_import() -> None:
    assert re.findall(r"(?m)^\| `simulate/(\w+)/` \|", CONTRIBUTING) == list(ORDER)


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "gallery.md"], ids=str)
def test_every_picture_is_there_in_light_and_dark(page: Path) -> None:
    text = page.read_text()
    light = re.findall(r'<img alt="([^"]+)" src="([^"]+)\.png">', text)
    dark = re.findall(r'srcset="([^"]+)-dark\.png"', text)
    assert [stem for _, stem in light] == dark != []
    for stem in dark:
        for ending in (".png", "-dark.png"):
            assert (page.parent / f"{stem}{ending}").exists(), stem


def test_the_gallery_shows_every_picture_of_a_run() -> None:
    text = (ROOT / "docs" / "gallery.md").read_text()
    for name in PICTURES:
        assert f"pictures/anthropic-{name.replace('_', '-')}.png" in text


def test_every_fact_has_an_id_of_its_own() -> None:
    ids = re.findall(r"^\| ([AOPB]\d+) \|", (ROOT / "docs" / "facts.md").read_text(), re.M)
    assert len(ids) == len(set(ids)) >= 44
