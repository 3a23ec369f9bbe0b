"""The scenarios that come with the package, and which file a name means."""

import filecmp
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from .mistakes import ScenarioError, did_you_mean

DEFAULT_SCENARIO = "anthropic.toml"
# What every lab has in common, which is no scenario by itself.
NEUTRAL = "base.toml"
PACKAGED = "packaged:"
ENDING = ".toml"


class Found(NamedTuple):
    """The file that a name means, and a different one that it might have meant."""

    path: Path
    other: Path | None = None

    def note(self, name: str) -> str:
        """Return which file is meant, where it may be doubted, or nothing."""
        if self.other is None:
            return ""
        chosen, other = shown_path(self.path), shown_path(self.other)
        own = chosen if is_packaged(self.path) else f"./{name}"
        others = f'"{other}"' if is_packaged(self.other) else "the path of the other"
        taken = f'"{name}" is taken for {chosen}, and {other} differs from it'
        return f'{taken}; write "{own}", or {others}'


def packaged_path(name: str, *checkout: str) -> Path:
    """Return a file or folder that comes with the package, or stands in a folder of a checkout."""
    inside = Path(str(resources.files("simulate"))) / name
    return inside if inside.exists() else Path(__file__).parents[2].joinpath(*checkout, name)


def packaged_configs() -> Path:
    """Return the folder of the scenarios that come with the package."""
    return packaged_path("configs")


def packaged_names() -> list[str]:
    """Return the names of the packaged scenarios."""
    return sorted(p.name for p in packaged_configs().glob(f"*{ENDING}") if p.name != NEUTRAL)


def is_packaged(path: Path) -> bool:
    """Tell whether a file is meant as one that comes with the package."""
    return path.parent == packaged_configs()


def shown_path(path: Path) -> str:
    """Return how people name a file: a packaged one not by where it was installed."""
    return f"{PACKAGED}{path.name}" if is_packaged(path) else str(path)


def find_scenario(file: str | Path | None) -> Path:
    """Return the path of a scenario file, or of a packaged one of that name, ending or not."""
    return find_file(file).path


def find_file(file: str | Path | None) -> Found:
    """Return the file that is meant on a command line: here, or a packaged one of that name.

    Raises
    ------
    ScenarioError
        If ``packaged:`` stands before a name that no packaged scenario has.
    """
    if file is None:
        return Found(packaged_configs() / DEFAULT_SCENARIO)
    if Path(file).exists():  # as anywhere on a command line
        return Found(Path(file))
    return find_beside(str(file), Path()) or Found(Path(file))


def find_beside(name: str, folder: Path) -> Found | None:
    """Return the file that a name means in a folder: one there, or a packaged one.

    Raises
    ------
    ScenarioError
        If ``packaged:`` stands before a name that no packaged scenario has.
    """
    if name.startswith(PACKAGED):
        return Found(_packaged_by_prefix(name))
    beside, packaged = folder / name, _packaged(name)
    if beside.is_file():
        differs = packaged is not None and _differs(packaged, beside)
        return Found(beside, packaged if differs else None)
    if packaged is None:
        return None
    others = (other for other in _nearby(packaged.name, folder) if _differs(other, packaged))
    return Found(packaged, next(others, None))


def _packaged(name: str) -> Path | None:
    """Return the packaged file of a bare name, ending or not."""
    if Path(name).name != name:
        return None
    candidates = (packaged_configs() / written for written in (name, f"{name}{ENDING}"))
    return next((path for path in candidates if path.is_file()), None)


def _packaged_by_prefix(name: str) -> Path:
    bare = name.removeprefix(PACKAGED)
    if found := _packaged(bare):
        return found
    known = packaged_names()
    hint = did_you_mean(bare, known) or f"packaged scenarios: {', '.join(known)}"
    raise ScenarioError(f'"{name:.60}": there is no such packaged scenario; {hint}')


def _nearby(name: str, folder: Path) -> Iterator[Path]:
    """Yield where a file of that name would be edited by somebody who works on scenarios."""
    for place in (folder, Path()):
        yield from (place / name, place / "configs" / name)


def _differs(one: Path, other: Path) -> bool:
    """Tell whether both are files, of different content."""
    return one.is_file() and other.is_file() and not filecmp.cmp(one, other, shallow=False)
