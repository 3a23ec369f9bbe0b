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

from .session import print_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from simulate.output.new_file import NewPicture
    from simulate.output.workers import Workers

# One of them is set where there is a screen; macOS and Windows have one.
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")

Pictures = Annotated[
    str | None,
    typer.Option(
        "--pictures",
        metavar="KINDS",
        help="Kinds of pictures, of png, svg and pdf.",
        show_default="png",
    ),
]
NoPictures = Annotated[bool, typer.Option("--no-pictures", help="Draw no pictures.")]
Open = Annotated[
    bool, typer.Option("--open", help="Show the first picture, or the page, in its viewer.")
]


@dataclass(frozen=True)
class Asked:
    """The pictures that are asked for, of a folder or a single one.

    Attributes
    ----------
    kinds
        Of files, such as ``png``; none where no pictures are wanted.
    is_opened
        Whether one of them is to be shown.
    out, option
        The file that a single one is to be, as the user named it, and by which option.
    """

    kinds: tuple[str, ...]
    is_opened: bool
    out: Path | None = None
    option: str = "--out"

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

    def picture(self, name: str, kind: str, force: bool) -> "NewPicture | None":
        """Return the single picture to write, if one is wanted; see ``new_picture``."""
        if not self.kinds:
            return None
        from simulate.output.new_file import new_picture

        return new_picture(self.out, name, kind, force, self.kinds, self.option)

    def draw(
        self,
        about: str,
        picture: "NewPicture | None",
        plot: "Callable[..., Figure]",
        *shown: object,
    ) -> None:
        """Draw, write and show a single picture as asked, and print what it is about and where."""
        if picture is None:
            return
        from simulate.output.new_file import save_drawn

        save_drawn(picture, plot, *shown)
        if about:
            print_place(f"{about} drawn", picture)
        self.open_single(picture)

    def open_single(self, picture: "NewPicture | None") -> None:
        """Show the single picture, if that was asked for."""
        if picture is not None and self.is_opened:
            open_file(picture.path)


def asked_pictures(
    pictures: str | None,
    no_pictures: bool,
    is_opened: bool,
    out: Path | None = None,
    option: str = "--out",
) -> Asked:
    """Return which pictures the options ask for.

    Raises
    ------
    ScenarioError
        If they contradict each other, or name a kind that is not known.
    """
    if no_pictures and is_opened:
        raise ScenarioError("--open, --no-pictures: there would be nothing to show; give one")
    kinds = picture_kinds(pictures, no_pictures)
    if out is not None and no_pictures:
        raise ScenarioError(f"{option}, --no-pictures: give one of them")
    if out is not None and pictures is not None:
        raise ScenarioError(f"{option}, --pictures: give one of them; {out} says its kind itself")
    return Asked(kinds, is_opened, out, option)


def has_screen() -> bool:
    """Tell whether there is a screen to show something on."""
    return sys.platform in ("darwin", "win32") or any(map(os.environ.get, SCREENS))


def open_file(file: Path) -> None:
    """Show a file in the system's viewer; where there is none, tell where the file is."""
    if not (has_screen() and file.exists() and typer.launch(str(file.absolute())) == 0):
        tell(f"--open: no viewer could be started; open {file}")
