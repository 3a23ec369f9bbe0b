"""Writes the answers and pictures of docs/questions.md: ``python -m docs.make_questions``.

What it writes, and where, is said in ``docs/replay.py``.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from docs.printing import copy_small
from docs.replay import DOCS, Page
from simulate.commands.session import compile_kernels

PAGE = DOCS / "questions.md"
PICTURES = Path("pictures") / "questions"


def page_in(folder: Path) -> Page:
    """Return the page to be written, in a folder that has the scenarios as a checkout has."""
    (folder / "configs").symlink_to(DOCS.parent / "configs")
    return Page(folder, PICTURES)


def main() -> None:
    """Write the page and its pictures."""
    compile_kernels(silent=False)
    with TemporaryDirectory() as folder:
        page = page_in(Path(folder))
        text = page.written(PAGE.read_text(encoding="utf-8"))
        for old in (DOCS / PICTURES).glob("*.png"):
            old.unlink()
        (DOCS / PICTURES).mkdir(exist_ok=True)
        for picture in page.pictures:
            copy_small(picture, DOCS / PICTURES / picture.name)
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.name} and {len(page.pictures)} pictures written")


if __name__ == "__main__":
    main()
