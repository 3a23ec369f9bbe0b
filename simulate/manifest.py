"""What the program wrote into a folder: a digest of each file, and what wrote it.

The manifest is written last. A file that it lists and whose content it knows is the program's own;
any other is somebody's, or of a run that was cut off.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from simulate.partial import sync

MANIFEST = "manifest.json"
# A file of the folder itself.
Name = Annotated[str, Field(pattern=r"^[^/\\]+$")]


class Entry(BaseModel, frozen=True):
    """A file: the command that wrote it, and the SHA-256 of its content."""

    command: str
    sha256: str


class Manifest(BaseModel, frozen=True):
    """The files of a folder that the program wrote, by name."""

    files: Mapping[Name, Entry] = {}

    def of(self, command: str) -> set[str]:
        """Return the names of what a command wrote."""
        return {name for name, entry in self.files.items() if entry.command == command}

    def renewed(self, command: str, folder: Path) -> "Manifest":
        """Return the manifest with a command's files as they stand in another folder."""
        others = {name: entry for name, entry in self.files.items() if entry.command != command}
        new = {
            file.name: Entry(command=command, sha256=digest(file))
            for file in sorted(folder.iterdir())
        }
        return Manifest(files=others | new)


def read_manifest(folder: Path) -> Manifest:
    """Return a folder's manifest, which is empty where there is none, or none that can be read."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return Manifest()


def write_manifest(manifest: Manifest, partial: Path) -> None:
    """Write the manifest of a temporary folder, which is complete once that has one."""
    file = partial / f"{MANIFEST}.partial"
    file.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    sync(file)
    file.replace(partial / MANIFEST)


def altered(folder: Path, names: Iterable[str], command: str, *known: Manifest) -> list[str]:
    """Return which of the files of these names that exist are not as a command wrote them.

    Parameters
    ----------
    folder
        Where they are.
    names
        Of files that may be missing.
    command
        That should have written them.
    known
        Manifests, one of which must know a file's content.
    """
    present = [folder / name for name in sorted(names)]
    return [
        file.name
        for file in present
        if (file.exists() or file.is_symlink())
        and not any(_knows(manifest, file, command) for manifest in known)
    ]


def _knows(manifest: Manifest, file: Path, command: str) -> bool:
    entry = manifest.files.get(file.name)
    if entry is None or entry.command != command or file.is_symlink() or not file.is_file():
        return False
    return entry.sha256 == digest(file)


def digest(file: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
