"""Files that commands write: never over another without being asked, and whole or not at all."""

from pathlib import Path
from typing import TYPE_CHECKING

from simulate.scenario import ScenarioError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_new(file: Path, text: str, force: bool) -> None:
    """Write a text file, never over another one unless forced."""
    if file.exists() and not force:
        raise ScenarioError(f"{file}: exists; choose another name, or replace it with --force")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def new_picture(out: Path | None, default: str, force: bool) -> Path:
    """Return the picture file to write, which must not exist unless forced."""
    picture = out or Path(default)
    if picture.suffix not in (".png", ".svg", ".pdf"):
        raise ScenarioError(f"{picture}: --out must end in .png, .svg or .pdf")
    if picture.exists() and not force:
        raise ScenarioError(f"{picture}: exists; choose another --out, or replace it with --force")
    return picture


def save_whole(figure: "Figure", picture: Path) -> None:
    """Write a picture whole or not at all."""
    from simulate.plots.style import save_picture

    partial = picture.with_name(f".{picture.name}.partial{picture.suffix}")
    try:
        save_picture(figure, partial)
        partial.replace(picture)
    except OSError as error:
        raise ScenarioError(f"{picture}: can't be written: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
