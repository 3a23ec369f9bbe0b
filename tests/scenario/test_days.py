"""Days, as files say them."""

from datetime import date
from pathlib import Path

import pytest

from simulate.scenario import ScenarioError, load_scenario
from simulate.scenario.load import check_all
from simulate.scenario.repair import repair

pytestmark = pytest.mark.usefixtures("january")


def written(folder: Path, as_of: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(f'extends = "anthropic.toml"\nas_of = {as_of}\n', encoding="utf-8")
    return file


@pytest.mark.parametrize("as_of", ["2026-01-22", '"2026-01-22"'])
def test_a_day_is_a_date_or_a_text(as_of: str, tmp_path: Path) -> None:
    assert load_scenario(written(tmp_path, as_of)).as_of == date(2026, 1, 22)


@pytest.mark.parametrize(
    "as_of",
    [
        '"2026-13-01"',
        '"June 2026"',
        '"2026Q2"',
        '"3/4/2026"',
        '""',
        "2026",
        "1751241600",
        "12:00:00",
        "true",
        "[2026]",
    ],
)
def test_what_is_no_day_is_refused_in_a_line(as_of: str, tmp_path: Path) -> None:
    file = written(tmp_path, as_of)
    with pytest.raises(ScenarioError) as refused:
        load_scenario(file)
    (line,) = refused.value.lines
    assert line.startswith(f"{file}:2:1: as_of")
    assert line.endswith(": not a day; write it as 2026-06-30")


def test_a_day_of_no_month_is_no_toml_and_quotes_do_not_mend_it(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="not readable as TOML") as refused:
        load_scenario(written(tmp_path, "2026-06-31"))
    assert "write" not in str(refused.value)


@pytest.mark.parametrize(
    "as_of",
    ['"30.6.2026"', '"06/30/2026"', '"30/6/2026"', '"30 June 2026"', "2026-06-30T12:00:00"],
)
def test_a_day_that_can_be_only_one_is_mended(as_of: str, tmp_path: Path) -> None:
    file = written(tmp_path, as_of)
    with pytest.raises(ScenarioError, match="not a day; write 2026-06-30"):
        check_all(file)
    assert not repair(file).left
    assert load_scenario(file).as_of == date(2026, 6, 30)


def test_choices_are_told_each_in_its_quotes(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('extends = "anthropic.toml"\ntargets.projected_margin = "gross"\n')
    told = """"inference only", "paying users", "with partners' shares" or "with free users"$"""
    with pytest.raises(ScenarioError, match=f"must be {told}"):
        load_scenario(file)


def test_a_choice_with_an_apostrophe_is_meant_whole(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('extends = "anthropic.toml"\ntargets.projected_margin = "partners share"\n')
    with pytest.raises(ScenarioError, match='did you mean "with partners\' shares"'):
        load_scenario(file)
