"""Tells whether every frozen forecast is as it was first published.

``python -m docs.check_forecasts`` compares the files in ``docs/forecasts`` with their SHA-256 in
``SHA256SUMS``, which ``sha256sum --check`` reads, too. Pages there may grow; nothing else changes.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from simulate.output.files import digest

FORECASTS = Path(__file__).parent / "forecasts"
INDEX = "SHA256SUMS"
PAGE = ".md"
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


def read_index(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each frozen file, by its path in the folder, of lines that are whole.

    Of several lines about one file the first counts: it is how that was first published.
    """
    whole = filter(None, map(LINE.fullmatch, _lines(folder)))
    return {name: sha256 for sha256, name in reversed([line.groups() for line in whole])}


def _lines(folder: Path) -> list[str]:
    """Return the lines of the index, in which what is no text stays visible as damage."""
    index = folder / INDEX
    found = index.read_text(encoding="utf-8", errors="replace") if index.exists() else ""
    return found.splitlines()


def _damage(lines: Sequence[str]) -> Iterator[str]:
    """Yield which lines of the index are not whole, or name a file again."""
    first: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        whole = LINE.fullmatch(line)
        if whole is None:
            wanted = "64 digits of 0-9 and a-f, two spaces and a file's name"
            yield f"{INDEX}, line {number}: {line[:80]!r} is not {wanted}"
        elif first.setdefault(whole[2], number) != number:
            yield f"{INDEX}, line {number}: names {whole[2]} again, as line {first[whole[2]]} does"


def add_to_index(folder: Path, files: Iterable[Path]) -> list[str]:
    """Add new files to the index; return the lines."""
    lines = [f"{digest(file)}  {file.relative_to(folder).as_posix()}" for file in files]
    with (folder / INDEX).open("a", encoding="utf-8", newline="\n") as index:
        index.writelines(f"{line}\n" for line in lines)
    return lines


def complaints(folder: Path = FORECASTS) -> list[str]:
    """Return what is not as it was first published, a sentence a file or a line of the index."""
    index = read_index(folder)
    frozen = (path for path in folder.rglob("*") if path.is_file() and path.suffix != PAGE)
    found = {path.relative_to(folder).as_posix(): digest(path) for path in frozen}
    found.pop(INDEX, None)
    return [
        *_damage(_lines(folder)),
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
