"""Files that a command writes: named and tried before the work, and written whole after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulate.scenario import Scenario, ScenarioError
from simulate.text.sentences import listed
from simulate.text.terminal import tell

from .files import (
    RESULTS,
    nearest_around,
    refuse_what_is_not_own,
    told,
    try_to_write,
    whole_file,
    whole_folder,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

PICTURE_KINDS = (".png", ".svg", ".pdf")
TABLE_KINDS = (".csv", ".xlsx", ".parquet")
PAGE_KINDS = (".html",)


@dataclass(frozen=True)
class NewFile:
    """A file that a command is to write.

    Attributes
    ----------
    path
        Where it shall stand.
    kind
        What it is, in the manifest of a folder of results; none where the user named the file.
    force
        Whether to replace what is not the program's own.
    """

    path: Path
    kind: str | None
    force: bool

    def __str__(self) -> str:
        """Return the path."""
        return str(self.path)

    @contextmanager
    def whole(self, tell: Callable[[str], None] = tell) -> Iterator[Path]:
        """Give a name to write to, and move what is written into place at the end.

        What it replaces of the same command's is told.
        """
        if self.kind is None:
            with whole_file(self.path, self.force) as partial:
                yield partial
        else:
            folder, name = self.path.parent, self.path.name
            with whole_folder(folder, {name}, self.kind, self.force, tell) as partial:
                yield partial / name


def new_picture(
    out: Path | None, name: str, kind: str, force: bool, option: str = "--out"
) -> NewFile:
    """Return the picture to write: as the user named it, or that of a kind among the results.

    Parameters
    ----------
    out
        As the user named it.
    name
        Of the scenario, or of what else it is about.
    kind
        What it shows.
    force
        Whether to replace a file that the program didn't write, or whatever has the user's name.
    option
        That names it.
    """
    return _new(out, _among_results(name, kind, ".png"), kind, PICTURE_KINDS, option, force)


def new_table(out: Path, force: bool) -> NewFile:
    """Return the table to write, which must not exist unless forced."""
    return _new(out, out, "", TABLE_KINDS, "--out", force)


def new_page(out: Path | None, name: str, kind: str, force: bool) -> NewFile:
    """Return the HTML file to write; see ``new_picture``."""
    return _new(out, _among_results(name, kind, ".html"), kind, PAGE_KINDS, "--out", force)


def _among_results(name: str, kind: str, suffix: str) -> Path:
    return RESULTS / name / f"{name}-{kind}{suffix}"


def _new(
    out: Path | None, default: Path, kind: str, kinds: tuple[str, ...], option: str, force: bool
) -> NewFile:
    file = out or default
    if file.suffix not in kinds:
        known = listed(kinds, "or")
        raise ScenarioError(f"{file}: {option} must end in {known}")
    if file.is_dir():
        raise ScenarioError(f"{file}: is a folder; {option} must name a file")
    if out is not None and file.exists() and not force:
        raise ScenarioError(f"{file}: exists; choose another {option}, or replace it with --force")
    nearest = nearest_around(file)
    if not nearest.is_dir():
        raise ScenarioError(f"{file}: can't be written: {nearest} is no folder")
    with told(file):
        try_to_write(nearest)
    if out is None:
        refuse_what_is_not_own(file.parent, {file.name}, kind, force)
    return NewFile(file, None if out is not None else kind, force)


def save_drawn(picture: NewFile, plot: "Callable[..., Figure]", *shown: object) -> None:
    """Draw and write a picture, whole or not at all.

    Raises
    ------
    ScenarioError
        If it can't be drawn or written.
    """
    from simulate.plots.style import save_picture

    with picture.whole() as partial, drawing(picture):
        save_picture(plot(*shown), partial)


def save_table(frame: "DataFrame", file: NewFile, scenario: Scenario) -> None:
    """Write a table whole or not at all: CSV, workbook, or Parquet with the scenario inside."""
    from .results import write_table
    from .workbook import Sheet, write_csv, write_workbook

    with file.whole() as partial:
        if partial.suffix == ".csv":
            write_csv(frame, partial)
        elif partial.suffix == ".xlsx":
            write_workbook(partial, [Sheet("Table", frame, (scenario.name,))])
        else:
            write_table(frame, partial, scenario)


def save_page(html: str, page: NewFile) -> None:
    """Write a page whole or not at all."""
    with page.whole() as partial:
        partial.write_text(html, encoding="utf-8")


@contextmanager
def drawing(what: NewFile) -> Iterator[None]:
    """Tell in a line what can't be drawn, whatever the reason, where the answer is printed."""
    try:
        yield
    except (ScenarioError, OSError):
        raise
    except Exception as error:
        from simulate.plots.style import failure_in_words

        raise ScenarioError(f"{what}: {failure_in_words(error)}") from error


def write_new(file: Path, text: str, force: bool) -> None:
    """Write a text file, never over another one unless forced."""
    refuse_existing(file, force)
    with whole_file(file, force) as partial:
        partial.write_text(text, encoding="utf-8")


def refuse_existing(file: Path, force: bool) -> None:
    """Raise if a file exists, unless forced."""
    if file.exists() and not force:
        raise ScenarioError(f"{file}: exists; choose another name, or replace it with --force")
