"""Files that a command writes: named and tried before the work, and written whole after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
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
from .kinds import PICTURES
from .pictures import draw_files, picture_files

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

PICTURE_KINDS = tuple(f".{kind}" for kind in PICTURES)
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

    @property
    def own_files(self) -> set[str]:
        """The names of what may be written there, or was by the same command."""
        return {self.path.name}

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
            with whole_folder(folder, self.own_files, self.kind, self.force, tell) as partial:
                yield partial / name


@dataclass(frozen=True)
class NewPicture(NewFile):
    """A picture that a command is to write: a file, and others of more kinds beside it.

    Attributes
    ----------
    kinds
        Of all of them, the first file's first.
    """

    kinds: tuple[str, ...]

    def __str__(self) -> str:
        """Return the paths."""
        return ", ".join(str(self.path.with_suffix(f".{kind}")) for kind in self.kinds)

    @property
    def own_files(self) -> set[str]:
        """The names of the picture's files of every kind."""
        return picture_files([self.path.stem])


def new_picture(
    out: Path | None,
    name: str,
    kind: str,
    force: bool,
    kinds: tuple[str, ...] = PICTURES[:1],
    option: str = "--out",
) -> NewPicture:
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
    kinds
        Of its files, unless the user named one.
    option
        That names it.
    """
    place = out or _among_results(name, kind, f".{kinds[0]}")
    if out is not None:
        kinds = (out.suffix[1:],)
    picture = NewPicture(place, None if out is not None else kind, force, kinds)
    _try(picture, PICTURE_KINDS, option)
    return picture


def new_table(out: Path, force: bool) -> NewFile:
    """Return the table to write, which must not exist unless forced."""
    table = NewFile(out, None, force)
    _try(table, TABLE_KINDS, "--out")
    return table


def new_page(out: Path | None, name: str, kind: str, force: bool) -> NewFile:
    """Return the HTML file to write; see ``new_picture``."""
    place = out or _among_results(name, kind, ".html")
    page = NewFile(place, None if out is not None else kind, force)
    _try(page, PAGE_KINDS, "--out")
    return page


def _among_results(name: str, kind: str, suffix: str) -> Path:
    return RESULTS / name / f"{name}-{kind}{suffix}"


def _try(new: NewFile, kinds: tuple[str, ...], option: str) -> None:
    """Raise a ScenarioError if a file can't or may not be written as it shall."""
    file = new.path
    if file.suffix not in kinds:
        known = listed(kinds, "or")
        raise ScenarioError(f"{file}: {option} must end in {known}")
    if file.is_dir():
        raise ScenarioError(f"{file}: is a folder; {option} must name a file")
    if new.kind is None and file.exists() and not new.force:
        raise ScenarioError(f"{file}: exists; choose another {option}, or replace it with --force")
    nearest = nearest_around(file)
    if not nearest.is_dir():
        raise ScenarioError(f"{file}: can't be written: {nearest} is no folder")
    with told(file):
        try_to_write(nearest)
    if new.kind is not None:
        refuse_what_is_not_own(file.parent, new.own_files, new.kind, new.force)


def save_drawn(picture: NewPicture, plot: "Callable[..., Figure]", *shown: object) -> None:
    """Draw and write a picture, whole or not at all.

    Raises
    ------
    ScenarioError
        If it can't be drawn or written.
    """
    with picture.whole() as file, drawing(picture):
        for kind, content in draw_files(partial(plot, *shown), picture.kinds).items():
            file.with_suffix(f".{kind}").write_bytes(content)


def save_table(frame: "DataFrame", file: NewFile, scenario: Scenario) -> None:
    """Write a table whole or not at all: CSV, workbook, or Parquet with the scenario inside."""
    from .parquet import write_table
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
