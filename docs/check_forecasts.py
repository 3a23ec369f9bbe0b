"""Tells whether every frozen forecast is as it was first published.

``python -m docs.check_forecasts`` compares the files in ``docs/forecasts`` with their SHA-256 in
``SHA256SUMS``, which ``sha256sum --check`` reads, too. Pages there may grow; nothing else changes.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from simulate.output.files import digest

FORECASTS = Path(__file__).parent / "forecasts"
INDEX = "SHA256SUMS"
PAGE = ".md"


def read_index(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each frozen file, by its path in the folder."""
    index = folder / INDEX
    if not index.exists():
        return {}
    lines = index.read_text(encoding="utf-8").splitlines()
    return {name: sha256 for sha256, name in (line.split("  ", 1) for line in lines)}


def add_to_index(folder: Path, files: Iterable[Path]) -> list[str]:
    """Add new files to the index; return the lines."""
    lines = [f"{digest(file)}  {file.relative_to(folder).as_posix()}" for file in files]
    with (folder / INDEX).open("a", encoding="utf-8", newline="\n") as index:
        index.writelines(f"{line}\n" for line in lines)
    return lines


def complaints(folder: Path = FORECASTS) -> list[str]:
    """Return what is not as it was first published, a sentence a file."""
    index = read_index(folder)
    frozen = (path for path in folder.rglob("*") if path.is_file() and path.suffix != PAGE)
    found = {path.relative_to(folder).as_posix(): digest(path) for path in frozen}
    found.pop(INDEX, None)
    return [
        *(f"{name}: is missing" for name in sorted(index.keys() - found.keys())),
        *(f"{name}: is not in {INDEX}" for name in sorted(found.keys() - index.keys())),
        *(
            f"{name}: was changed since it was published"
            for name in sorted(index.keys() & found.keys())
            if index[name] != found[name]
        ),
    ]


def main() -> None:
    """Print what was changed, or that nothing was."""
    found = complaints()
    if found:
        sys.exit("\n".join(found))
    print(f"{len(read_index(FORECASTS))} files are as they were first published")


if __name__ == "__main__":
    main()
