"""A table in parts stands in a folder of results as a file does: known, replaced, never mixed."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from simulate.output.files import PREFIX, altered, read_manifest, whole_folder
from simulate.scenario import ScenarioError

TABLE = "table.parquet"
NAMES = {"summary.json", TABLE}
# A table as a file, or in parts, by its content.
Table = str | Mapping[str, str]
OLD, NEW = {"part-0": "old", "part-1": "old"}, {"part-0": "new"}


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(table: Table, place: Path) -> None:
    if isinstance(table, str):
        place.write_text(table)
        return
    place.mkdir()
    for name, content in table.items():
        (place / name).write_text(content)


def write(table: Table | None, force: bool = False) -> None:
    """Write results with a table, or without one."""
    with whole_folder(Path("out"), NAMES, "test", force, print) as partial:
        (partial / "summary.json").write_text(str(table))
        if table is not None:
            put(table, partial / TABLE)


def found() -> Table | None:
    place = Path("out", TABLE)
    if place.is_dir():
        return {part.name: part.read_text() for part in place.iterdir()}
    return place.read_text() if place.exists() else None


def changed() -> list[str]:
    manifest = read_manifest(Path("out"))
    return altered(Path("out"), manifest.of("test"), "test", manifest)


@pytest.mark.parametrize(
    ("old", "new"), [(OLD, NEW), (OLD, "file"), ("file", NEW), (OLD, None), (None, NEW)]
)
def test_a_table_replaces_another_whether_in_parts_or_not(
    old: Table | None, new: Table | None
) -> None:
    write(old)
    write(new)
    assert found() == new
    assert changed() == []


class DeathError(BaseException):
    """The process is no more."""


@pytest.mark.parametrize(("old", "new"), [(OLD, NEW), (OLD, "file"), ("file", NEW), (OLD, None)])
@pytest.mark.parametrize("renames", range(5))
def test_a_death_between_moves_is_mended_by_the_next_run(
    old: Table, new: Table | None, renames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(old)
    replace, left = Path.replace, iter(range(renames))

    def dying(self: Path, target: Path) -> Path:
        if next(left, None) is None:
            raise DeathError
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", dying)
        try:
            write(new)
        except DeathError:
            assert found() in (old, new, None)
    write("newer")
    assert (found(), changed()) == ("newer", [])
    assert not list(Path("out").glob(f"{PREFIX}*"))


@pytest.mark.parametrize(
    "others",
    [{"part-0": "mine", "part-1": "old"}, {"part-0": "old"}, OLD | {"part-2": "mine"}],
)
def test_parts_that_were_changed_are_replaced_with_force_alone(others: Mapping[str, str]) -> None:
    write(OLD)
    for part in Path("out", TABLE).iterdir():
        part.unlink()
    Path("out", TABLE).rmdir()
    put(others, Path("out", TABLE))
    assert changed() == [TABLE]
    with pytest.raises(ScenarioError, match=r"out: holds table\.parquet, which this command did"):
        write(NEW)
    assert found() == others
    write(NEW, force=True)
    assert (found(), changed()) == (NEW, [])


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({}, "a folder, where"),
        ({"thesis.tex": "mine"}, r"a folder with thesis\.tex in it, where"),
        (OLD | {"thesis.tex": "mine"}, r"a folder with thesis\.tex in it, where"),
    ],
)
def test_a_folder_of_something_else_is_never_replaced(others: Mapping[str, str], said: str) -> None:
    Path("out").mkdir()
    put(others, Path("out", TABLE))
    with pytest.raises(ScenarioError, match=rf"table\.parquet: is {said} simulate writes"):
        write(NEW, force=True)
    assert found() == others


def test_a_link_to_a_folder_of_parts_is_not_followed() -> None:
    Path("out").mkdir()
    put(OLD, Path("theirs"))
    Path("out", TABLE).symlink_to(Path("theirs").absolute())
    with pytest.raises(ScenarioError, match=r"out: holds table\.parquet"):
        write(NEW)
    write(NEW, force=True)
    assert found() == NEW
    assert sorted(path.name for path in Path("theirs").iterdir()) == list(OLD)
