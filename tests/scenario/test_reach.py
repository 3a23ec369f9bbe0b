"""Which files a scenario may have read, and what is said of those that it may not."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from simulate.scenario import ScenarioError, load_scenario
from simulate.scenario.column import read_column
from simulate.scenario.reach import read_regular
from tests.calling import call

pytestmark = pytest.mark.usefixtures("january")

NUMBERS = "v\n" + "".join(f"{i / 100}\n" for i in range(20))
SECRET = "hunter2"


def extending(folder: Path, *lines: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "mine.toml"
    file.write_text("\n".join(['extends = "anthropic.toml"', *lines]))
    return file


def naming(folder: Path, data: str) -> Path:
    return extending(
        folder,
        "[cash.tax_rate]",
        'distribution = "empirical"',
        f'file = "{data}"',
        'column = "v"',
        'source = "assumption: a test"',
    )


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "x.csv").write_text(NUMBERS)
    (folder / "secret").write_text(f"{SECRET}:{SECRET}\n{SECRET},1\n")
    (folder / "parent.toml").write_text('extends = "anthropic.toml"\n')
    return folder


WAYS_OUT: dict[str, Callable[[Path, Path], str]] = {
    "by its whole name": lambda _, file: str(file),
    "by two dots": lambda _, file: f"../outside/{file.name}",
    "by a link": lambda folder, file: link(folder / "link.csv", file),
    "by a linked folder": lambda folder, file: f"{link(folder / 'link', file.parent)}/{file.name}",
}


def link(place: Path, target: Path) -> str:
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(target)
    return place.name


@pytest.mark.parametrize("way", WAYS_OUT)
def test_data_outside_the_scenarios_folder_are_read_only_where_that_is_allowed(
    way: str, tmp_path: Path, outside: Path
) -> None:
    mine = tmp_path / "mine"
    file = naming(mine, WAYS_OUT[way](mine, outside / "x.csv"))
    with pytest.raises(ScenarioError, match=f"lies outside {mine}; --data {outside} allows it"):
        load_scenario(file)
    assert load_scenario(file, data=[outside]).cash.tax_rate.quantile(0.5) == pytest.approx(0.09)


@pytest.mark.parametrize(
    "lines",
    [
        ["[cash.tax_rate]", 'file = "/etc/passwd"'],
        ["[variants.other.cash.tax_rate]", 'file = "/etc/passwd"'],
        ["[variants.other]", '"cash.tax_rate.file" = "/etc/passwd"'],
        ["[cash]", 'tax_rate = { distribution = "shifted", of = { file = "/etc/passwd" } }'],
    ],
)
def test_a_file_is_refused_wherever_a_scenario_names_it(lines: list[str], tmp_path: Path) -> None:
    file = extending(tmp_path, *lines)
    with pytest.raises(ScenarioError, match="/etc/passwd lies outside") as refused:
        load_scenario(file)
    assert str(refused.value).startswith(f"{file}:")


def test_a_scenario_outside_is_extended_only_where_that_is_allowed(
    tmp_path: Path, outside: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    file = mine / "mine.toml"
    file.write_text('extends = "../outside/parent.toml"\n')
    with pytest.raises(ScenarioError, match=rf"mine\.toml:1:1: extends: .* --data {outside}"):
        load_scenario(file)
    assert load_scenario(file, data=[outside]).name.startswith("Anthropic")


def test_a_parent_in_a_folder_below_may_name_what_lies_beside_its_child(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(NUMBERS)
    (tmp_path / "inner").mkdir()
    naming(tmp_path / "inner", "../x.csv")
    child = tmp_path / "child.toml"
    child.write_text('extends = "inner/mine.toml"\n')
    assert load_scenario(child).cash.tax_rate.quantile(0.5) == pytest.approx(0.09)
    with pytest.raises(ScenarioError, match="lies outside"):
        load_scenario(tmp_path / "inner" / "mine.toml")


def test_the_option_of_a_command_allows_a_folder(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    file = naming(tmp_path / "mine", "../outside/x.csv")
    assert call(monkeypatch, "check", str(file)) == 2
    assert call(monkeypatch, "check", str(file), "--data", str(outside)) == 0
    assert call(monkeypatch, "diff", "anthropic.toml", str(file), "--data", str(outside)) == 0
    capsys.readouterr()
    assert call(monkeypatch, "check", str(file), "--data", str(tmp_path / "none")) == 2
    assert "none: no such folder" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["pipe", "device", "huge file", "folder"])
def test_what_is_no_regular_file_of_a_bounded_size_is_refused_before_it_is_read(
    what: str, tmp_path: Path
) -> None:
    place = tmp_path / "x.csv"
    if what == "pipe":
        os.mkfifo(place)
    elif what == "device":
        place.symlink_to("/dev/zero")
    elif what == "folder":
        place.mkdir()
    else:
        place.touch()
        os.truncate(place, 1 << 30)
    for read in (
        lambda: read_column(place, "v"),
        lambda: load_scenario(place),
        lambda: read_regular(place, 1000, "a small file"),
    ):
        with pytest.raises(ScenarioError, match=r"no regular file|too long|is a folder"):
            read()


def test_nothing_is_quoted_of_a_file_that_is_no_table(outside: Path) -> None:
    for column in ("v", SECRET):
        with pytest.raises(ScenarioError) as refused:
            read_column(outside / "secret", column)
        assert SECRET not in str(refused.value).replace(f'"{column}"', "")
    with pytest.raises(ScenarioError) as refused:
        load_scenario(outside / "secret")
    assert SECRET not in str(refused.value)
