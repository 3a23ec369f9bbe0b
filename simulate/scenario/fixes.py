"""From the mend of a mistake to edits of the file that made it."""

from dataclasses import replace
from pathlib import Path

from .edits import Edit, Insert, Rename
from .errors import Fix, Mistake
from .layers import Key, Layers, Origin


def fix_of(mistake: Mistake, layers: Layers, path: Path) -> Fix | None:
    """Return a mistake's mend where its keys are written, if all stand in one file.

    Parameters
    ----------
    mistake
        With its key from the scenario's root.
    layers
        That know where each key was set.
    path
        The file whose root is meant where a mistake has no key.
    """
    if mistake.mend is None:
        return None
    around = mistake.key[:-1] if mistake.mend.of_table else mistake.key
    placed = [_placed(edit, around, layers, path) for edit in mistake.mend.edits]
    files, edits = {file for file, _ in placed}, [edit for _, edit in placed]
    file = files.pop()
    if files or file is None:
        return None
    return Fix(file, tuple(edits), mistake.mend.assumes)


def _placed(edit: Edit, around: Key, layers: Layers, path: Path) -> tuple[Path | None, Edit]:
    """Return the file that an edit is of, and the edit at its place there."""
    key = (*around, *(str(step) for step in edit.at))
    if not key and isinstance(edit, Insert):
        return path, edit
    origin = layers.origins.get(key)
    if origin is None:
        return _placed_in_dotted(edit, key, layers)
    if isinstance(edit, Rename) and key[-1] != origin.written:
        edit = _last_renamed(edit, origin, 0)
    return origin.file, replace(edit, at=origin.place)


def _placed_in_dotted(edit: Edit, key: Key, layers: Layers) -> tuple[Path | None, Edit]:
    """Return an edit of a step in the midst of a dotted key, as those of variants are."""
    below = [(where, o) for where, o in layers.origins.items() if where[: len(key)] == key]
    if not below or not isinstance(edit, Rename):
        return None, edit
    where, origin = min(below, key=lambda found: len(found[0]))
    return origin.file, replace(_last_renamed(edit, origin, len(where) - len(key)), at=origin.place)


def _last_renamed(edit: Rename, origin: Origin, from_last: int) -> Rename:
    """Return the renaming of a step of a key that is written as one, such as ``"cash.opening"``."""
    steps = origin.written.split(".")
    if len(steps) <= max(from_last, 1):
        return edit
    steps[-1 - from_last] = edit.name
    return replace(edit, name=".".join(steps))
