"""The pictures that a command's options ask for, and how one of them is shown."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulate.output.kinds import picture_kinds
from simulate.scenario import ScenarioError
from simulate.text.terminal import tell

if TYPE_CHECKING:
    from simulate.output.workers import Workers

# One of them is set where there is a screen; macOS and Windows have one.
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")

Pictures = Annotated[
    str | None,
    typer.Option(
        "--pictures", metavar="png,svg,pdf", help="Kinds of pictures.", show_default="png"
    ),
]
NoPictures = Annotated[bool, typer.Option("--no-pictures", help="Draw no pictures.")]
Open = Annotated[
    bool, typer.Option("--open", help="Show the first picture, or the page, in its viewer.")
]


@dataclass(frozen=True)
class Asked:
    """The pictures of a folder that are asked for.

    Attributes
    ----------
    kinds
        Of files, such as ``png``; none where no pictures are wanted.
    is_opened
        Whether one of them is to be shown.
    """

    kinds: tuple[str, ...]
    is_opened: bool

    @property
    def written(self) -> str:
        """What is written, in words."""
        return "Tables and pictures" if self.kinds else "Tables"

    def workers(self, threads: int | None) -> "Workers":
        """Return who draw them."""
        from simulate.output.workers import Workers

        return Workers(threads if self.kinds else 1)

    def open(self, folder: Path, name: str) -> None:
        """Show the picture of a name, if that was asked for."""
        if self.is_opened:
            open_file(folder / f"{name}.{self.kinds[0]}")


def asked_pictures(pictures: str | None, no_pictures: bool, is_opened: bool) -> Asked:
    """Return which pictures the options ask for.

    Raises
    ------
    ScenarioError
        If they contradict each other, or name a kind that is not known.
    """
    if no_pictures and is_opened:
        raise ScenarioError("--open, --no-pictures: there would be nothing to show; give one")
    return Asked(picture_kinds(pictures, no_pictures), is_opened)


def has_screen() -> bool:
    """Tell whether there is a screen to show something on."""
    return sys.platform in ("darwin", "win32") or any(map(os.environ.get, SCREENS))


def open_file(file: Path) -> None:
    """Show a file in the system's viewer; where there is none, tell where the file is."""
    if not (has_screen() and file.exists() and typer.launch(str(file.absolute())) == 0):
        tell(f"--open: no viewer could be started; open {file}")
