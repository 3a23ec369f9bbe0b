"""Files that commands write: named before the work, and written whole after it."""

from pathlib import Path

import pytest

from simulate.commands.files import new_page, new_picture, save_page
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
