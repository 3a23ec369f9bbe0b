"""Saves of files: as editors make them, told once, and mistakes only when they stand."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.packaged import packaged_configs
from simulate.scenario.saves import LOOKS_OF_A_MISTAKE, Saves, each_save, files_behind

MINE = 'name = "Mine"\nextends = "anthropic.toml"\ncash.opening = {}\n'
Save = Callable[[], object]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    found = tmp_path / "mine.toml"
    found.write_text(MINE.format(20))
    return found


def opening(scenario: Scenario) -> float:
    return scenario.cash.opening.quantile(0.5)


def told(file: Path, *saves: Save, looks: int = LOOKS_OF_A_MISTAKE + 3) -> list[float | str]:
    """Return what is told of a file while it is saved: the cash that it opens with, or a mistake.

    Parameters
    ----------
    saves
        Between each and the next come so many looks.
    """

    def looked() -> Iterator[None]:
        for save in (lambda: None, *saves):
            save()
            for _ in range(looks):
                yield

    found = each_save(
        Saves(lambda: files_behind(file)), lambda: opening(load_scenario(file)), looked()
    )
    return [str(each) if isinstance(each, ScenarioError) else each for each in found]


def test_the_file_is_read_at_once_and_after_each_save(file: Path) -> None:
    assert told(file) == [20.0]
    assert told(file, *(lambda n=n: file.write_text(MINE.format(n)) for n in (30, 40))) == [
        20.0,
        30.0,
        40.0,
    ]


def by_renaming(file: Path) -> None:
    new = file.with_name(".mine.toml.swp")
    new.write_text(MINE.format(30))
    new.replace(file)


def in_the_same_instant(file: Path) -> None:
    """Write as many bytes, at a time that looks like the former one."""
    before = file.stat()
    file.write_text(MINE.format(30))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def by_deleting_and_creating(file: Path) -> None:
    file.unlink()
    file.write_text(MINE.format(30))


def through_a_link(file: Path) -> None:
    elsewhere = file.with_name("elsewhere.toml")
    elsewhere.write_text(MINE.format(30))
    file.unlink()
    file.symlink_to(elsewhere)


@pytest.mark.parametrize(
    "save", [by_renaming, in_the_same_instant, by_deleting_and_creating, through_a_link]
)
def test_a_save_is_seen_however_the_editor_makes_it(
    save: Callable[[Path], None], file: Path
) -> None:
    assert told(file, lambda: save(file)) == [20.0, 30.0]


@pytest.mark.parametrize("half", ["", 'name = "Mi', 'name = "Mine"\nextends = "anthropic.toml"\n['])
def test_a_half_written_file_is_no_mistake(half: str, file: Path) -> None:
    writes = (lambda: file.write_text(half), lambda: file.write_text(MINE.format(30)))
    # The rest comes after some looks at the half, which by then stands still.
    assert told(file, *writes, looks=LOOKS_OF_A_MISTAKE) == [20.0, 30.0]


def test_a_file_that_is_away_for_a_moment_is_no_mistake(file: Path) -> None:
    writes = (file.unlink, lambda: file.write_text(MINE.format(30)))
    assert told(file, *writes, looks=LOOKS_OF_A_MISTAKE) == [20.0, 30.0]


def test_a_file_that_is_being_written_is_read_when_it_stands_still(file: Path) -> None:
    each = (lambda n=n: file.write_text(MINE.format(n)) for n in (30, 40, 50))
    found = told(file, *each, lambda: None, lambda: None, looks=1)
    assert found == [20.0, 50.0]


def test_a_mistake_is_told_once_in_the_words_of_a_run(file: Path) -> None:
    wrong = MINE.replace("opening", "openin").format(30)
    found = told(file, lambda: file.write_text(wrong), lambda: file.write_text(MINE.format(30)))
    with pytest.raises(ScenarioError) as error:
        file.write_text(wrong)
        load_scenario(file)
    assert found == [20.0, str(error.value), 30.0]


def test_a_file_that_is_gone_is_told_and_read_when_it_comes_back(file: Path) -> None:
    found = told(file, file.unlink, lambda: file.write_text(MINE.format(30)))
    assert found[0] == 20.0
    assert "no such file" in str(found[1])
    assert found[2] == 30.0


def test_the_same_content_again_is_no_save(file: Path) -> None:
    assert told(file, lambda: file.write_text(MINE.format(20)), file.touch) == [20.0]


def test_what_a_file_extends_is_watched_even_before_it_is_there(file: Path) -> None:
    theirs = file.with_name("theirs.toml")
    theirs.write_text(MINE.format(20))
    own = 'name = "Mine"\nextends = "theirs.toml"\n'
    file.write_text(own)
    assert told(file, lambda: theirs.write_text(MINE.format(30))) == [20.0, 30.0]
    theirs.unlink()
    found = told(file, lambda: theirs.write_text(MINE.format(40)))
    assert "there is no file" in str(found[0])
    assert found[1] == 40.0


def test_what_a_save_begins_to_extend_is_watched_from_then_on(file: Path) -> None:
    theirs = file.with_name("theirs.toml")
    theirs.write_text(MINE.format(30))
    assert told(
        file,
        lambda: file.write_text('name = "Mine"\nextends = "theirs.toml"\n'),
        lambda: theirs.write_text(MINE.format(40)),
    ) == [20.0, 30.0, 40.0]


def test_packaged_files_and_data_are_watched(file: Path) -> None:
    data = '[inference.overrun]\ndistribution = "empirical"\nfile = "overruns.csv"\ncolumn = "a"\n'
    file.write_text(MINE.format(20) + data)
    packaged = {packaged_configs() / name for name in ("anthropic.toml", "base.toml")}
    found = files_behind(file)
    assert {file, file.with_name("overruns.csv")} | packaged <= found
    # One of that name beside the file would go before the packaged one.
    assert file.with_name("anthropic.toml") in found


def test_files_that_extend_each_other_are_found_once(file: Path) -> None:
    other = file.with_name("other.toml")
    other.write_text('extends = "mine.toml"\n')
    file.write_text('extends = "other.toml"\n')
    assert files_behind(file) == {file, other}


@pytest.mark.parametrize("parent", ["a\0b", "", ".", "/", "packaged:none.toml", "é" * 5000])
def test_a_name_that_no_file_has_is_for_the_reader_to_tell(parent: str, file: Path) -> None:
    file.write_text(f"extends = {parent!r}\n".replace("'", '"').replace("\\x00", "\\u0000"))
    assert file in files_behind(file)
    Saves(lambda: files_behind(file)).look()


def test_a_save_meanwhile_outdates_what_was_told_and_is_told_even_if_it_is_undone(
    file: Path,
) -> None:
    saves = Saves(lambda: files_behind(file))
    assert saves.look()
    assert not saves.is_outdated()
    file.write_text(MINE.format(30))
    assert saves.is_outdated()
    file.write_text(MINE.format(20))
    assert saves.is_outdated()
    assert saves.look()
    assert not saves.look()


def test_a_large_file_is_known_by_its_state(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulate.scenario.saves.LARGEST_READ", 10)
    saves = Saves(lambda: [file])
    assert saves.look()
    file.write_text(MINE.format(300))
    assert [saves.look(), saves.look()] == [False, True]
