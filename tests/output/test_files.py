"""Files that commands write: named before the work, and written whole after it."""

import errno
import os
from pathlib import Path

import pytest

from simulate.commands.assumptions import init
from simulate.output.new_file import new_page, new_picture, save_page
from simulate.scenario import ScenarioError


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    page = tmp_path / "new" / "folder" / "page.html"
    save_page("<p>", new_page(page, "", "report", force=False))
    assert page.read_text() == "<p>"
    assert list(page.parent.iterdir()) == [page]


@pytest.mark.parametrize(
    ("name", "force", "message"),
    [
        ("folder.png", True, "is a folder; --out must name a file"),
        ("old.png", False, "exists; choose another --out, or replace it with --force"),
        ("old.png/inside.png", True, "can't be written: .*old.png is no folder"),
        ("old.png/of/those.png", False, "can't be written: .*old.png is no folder"),
        ("new.doc", False, r"--out must end in \.png, \.svg or \.pdf"),
    ],
)
def test_what_can_not_be_written_is_told_before_the_work(
    name: str, force: bool, message: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "old.png").touch()
    with pytest.raises(ScenarioError, match=message):
        new_picture(tmp_path / name, "openai", "inputs", force)


def test_a_scenario_is_not_lost_to_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("mine")

    def no_space(self: Path, *_: object, **__: object) -> None:
        self.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", no_space)
    with pytest.raises(ScenarioError, match=r"can't be written: No space left on device$"):
        init(mine, force=True)
    assert mine.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


def test_a_scenario_that_exists_is_kept_and_nothing_is_put_beside_it(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("mine")
    with pytest.raises(ScenarioError, match=r"mine\.toml: exists"):
        init(mine)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
