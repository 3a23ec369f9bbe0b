"""Pages whose commands are run as they are printed, and whose answers are what these print.

A page is written by hand but for what stands between a marker and its end. Markers are of the
command that stands in the last block before them::

    <!-- answer -->                        what it prints
    <!-- answer until: P(free cash -->     the lines before the first that begins so
    <!-- answer from: share: -->           the last line that begins so and those below it
    <!-- answer from: Median | until: Peak -->
                                           those from the one and before the next other
    <!-- picture: results/anthropic/anthropic-goal.png -->
                                           what it draws, with the picture's title as its text
    <!-- end -->

A block of TOML whose first line is ``# NAME.toml`` is a file of that name.
"""

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from docs.printing import run_command
from simulate.commands.session import compile_kernels

DOCS = Path(__file__).parent
# Returns a page's text with its generated parts written anew by commands in a folder.
Written = Callable[[str, Path], str]
PARTS = re.compile(
    r"```\n(?P<command>simulate .*?)\n```\n"
    r"|```toml\n(?P<toml># (?P<file>\w+\.toml)\b.*?)```\n"
    r"|<!-- (?P<what>answer|answer until|answer from|picture)(?:: (?P<about>[^\n]+))? -->\n"
    r".*?<!-- end -->\n",
    re.DOTALL,
)


class Page:
    """A page as it is being written.

    Parameters
    ----------
    folder
        Where commands run.
    shown
        Where the page finds its pictures.

    Attributes
    ----------
    pictures
        The files so far that its pictures are.
    """

    def __init__(self, folder: Path, shown: Path = Path("pictures")) -> None:
        self.folder = folder
        self.pictures: list[Path] = []
        self._shown = shown
        self._answer: list[str] = []

    def written(self, text: str) -> str:
        """Return a page's text with its generated parts written anew."""
        return PARTS.sub(self._part, text)

    def _part(self, found: re.Match[str]) -> str:
        if found["command"] is not None:
            printed = run_command(unbroken(found["command"]), self.folder)
            self._answer = [line.rstrip() for line in printed.splitlines()]
            return found[0]
        if found["file"] is not None:
            (self.folder / found["file"]).write_text(found["toml"], encoding="utf-8")
            return found[0]
        what, about = found["what"], found["about"]
        made = self._picture(about) if what == "picture" else self._lines(what, about)
        marker = found[0].partition("\n")[0]
        return f"{marker}\n{made}\n<!-- end -->\n"

    def _lines(self, what: str, about: str | None) -> str:
        first, _, last = (about or "").partition(" | until: ")
        if what == "answer until":
            first, last = "", first
        shown = self._answer[_places(self._answer, first)[-1] :] if first else self._answer
        shown = shown[: _places(shown, last)[0]] if last else shown
        text = "\n".join(shown).strip("\n")
        return f"```\n{text}\n```"

    def _picture(self, name: str) -> str:
        file = self.folder / name
        self.pictures.append(file)
        return f"![{finding_of(file)}]({(self._shown / file.name).as_posix()})"


def _places(lines: list[str], beginning: str) -> list[int]:
    return [place for place, line in enumerate(lines) if line.startswith(beginning)]


def unbroken(command: str) -> str:
    """Return a command in one line."""
    return command.replace("\\\n", " ")


def finding_of(picture: Path) -> str:
    """Return the title that a picture was saved with."""
    with Image.open(picture) as found:
        return str(found.info["Title"])


def write_anew(page: Path, written: Written) -> None:
    """Write a page's generated parts anew, by commands in an empty folder."""
    compile_kernels(silent=False)
    with TemporaryDirectory() as folder:
        text = written(page.read_text(encoding="utf-8"), Path(folder))
    page.write_text(text, encoding="utf-8")
    print(f"{page.name} written")
