"""Files that commands write: never over another without being asked, and whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from simulate.folder import nearest_around
from simulate.scenario import Scenario, ScenarioError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

PICTURE_KINDS = (".png", ".svg", ".pdf")
TABLE_KINDS = (".csv", ".parquet")
PAGE_KINDS = (".html",)


def write_new(file: Path, text: str, force: bool) -> None:
    """Write a text file, never over another one unless forced."""
    new_file(file, force).write_text(text, encoding="utf-8")


def new_file(file: Path, force: bool) -> Path:
    """Return a file to write, in a folder that exists then; it must be new unless forced."""
    if file.exists() and not force:
        raise ScenarioError(f"{file}: exists; choose another name, or replace it with --force")
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def new_picture(out: Path | None, default: str, force: bool, option: str = "--out") -> Path:
    """Return the picture file to write, which must not exist unless forced."""
    return _new(out or Path(default), PICTURE_KINDS, option, force)


def new_table(out: Path, force: bool) -> Path:
    """Return the table to write, which must not exist unless forced."""
    return _new(out, TABLE_KINDS, "--out", force)


def new_page(out: Path | None, default: str, force: bool) -> Path:
    """Return the HTML file to write, which must not exist unless forced."""
    return _new(out or Path(default), PAGE_KINDS, "--out", force)


def _new(file: Path, kinds: tuple[str, ...], option: str, force: bool) -> Path:
    if file.suffix not in kinds:
        known = " or ".join(part for part in (", ".join(kinds[:-1]), kinds[-1]) if part)
        raise ScenarioError(f"{file}: {option} must end in {known}")
    if file.is_dir():
        raise ScenarioError(f"{file}: is a folder; {option} must name a file")
    if file.exists() and not force:
        raise ScenarioError(f"{file}: exists; choose another {option}, or replace it with --force")
    nearest = nearest_around(file)
    if not nearest.is_dir():
        raise ScenarioError(f"{file}: can't be written: {nearest} is no folder")
    return file


def save_whole(figure: "Figure", picture: Path) -> None:
    """Write a picture whole or not at all."""
    from simulate.plots.style import save_picture

    with _whole(picture) as partial:
        save_picture(figure, partial)


def save_table(frame: "DataFrame", file: Path, scenario: Scenario) -> None:
    """Write a table whole or not at all: CSV, or Parquet with the scenario inside."""
    from simulate.output import write_table

    with _whole(file) as partial:
        if file.suffix == ".csv":
            frame.to_csv(partial, index=False)
        else:
            write_table(frame, partial, scenario)


def save_page(html: str, page: Path) -> None:
    """Write a page whole or not at all."""
    with _whole(page) as partial:
        partial.write_text(html, encoding="utf-8")


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """Give a name to write to, and move what is written into place at the end."""
    partial = file.with_name(f".{file.name}.partial{file.suffix}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(file)
    except OSError as error:
        raise ScenarioError(f"{file}: can't be written: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
