"""Writes the answers and pictures of docs/questions.md: ``python -m docs.make_questions``.

The page is written by hand but for what stands between a marker and its end. Markers are of the
command that stands in the last block before them, which is run as it is printed::

    <!-- answer -->                        what it prints
    <!-- answer until: P(free cash -->     the lines before the first that begins so
    <!-- answer from: share: -->           that line and those below it
    <!-- picture: results/anthropic/anthropic-goal.png -->
                                           what it draws, with the picture's title as its text
    <!-- end -->
"""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from docs.printing import copy_small, run_command
from simulate.commands.session import compile_kernels

DOCS = Path(__file__).parent
PAGE = DOCS / "questions.md"
PICTURES = Path("pictures") / "questions"

PARTS = re.compile(
    r"```\n(?P<command>simulate .*?)\n```\n"
    r"|<!-- (?P<what>answer|answer until|answer from|picture)(?:: (?P<about>[^\n]+))? -->\n"
    r".*?<!-- end -->\n",
    re.DOTALL,
)


class Page:
    """The page as it is being written.

    Parameters
    ----------
    folder
        Where commands run; the scenarios are in it as in a checkout.

    Attributes
    ----------
    pictures
        The files so far that its pictures are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pictures: list[Path] = []
        self._answer: list[str] = []
        (folder / "configs").symlink_to(DOCS.parent / "configs")

    def written(self, text: str) -> str:
        """Return a page's text with its generated parts written anew."""
        return PARTS.sub(self._part, text)

    def _part(self, found: re.Match[str]) -> str:
        if found["command"] is not None:
            printed = run_command(unbroken(found["command"]), self.folder)
            self._answer = [line.rstrip() for line in printed.splitlines()]
            return found[0]
        what, about = found["what"], found["about"]
        made = self._picture(about) if what == "picture" else self._lines(what, about)
        marker = found[0].partition("\n")[0]
        return f"{marker}\n{made}\n<!-- end -->\n"

    def _lines(self, what: str, beginning: str | None) -> str:
        lines = enumerate(self._answer)
        place = next(i for i, line in lines if beginning is None or line.startswith(beginning))
        shown = self._answer[:place] if what == "answer until" else self._answer[place:]
        text = "\n".join(shown).strip("\n")
        return f"```\n{text}\n```"

    def _picture(self, name: str) -> str:
        file = self.folder / name
        self.pictures.append(file)
        return f"![{finding_of(file)}]({(PICTURES / file.name).as_posix()})"


def unbroken(command: str) -> str:
    """Return a command in one line."""
    return command.replace("\\\n", " ")


def finding_of(picture: Path) -> str:
    """Return the title that a picture was saved with."""
    with Image.open(picture) as found:
        return str(found.info["Title"])


def main() -> None:
    """Write the page and its pictures."""
    compile_kernels(silent=False)
    with TemporaryDirectory() as folder:
        page = Page(Path(folder))
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
