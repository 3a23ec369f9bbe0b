"""The kinds of files that options name."""

from collections.abc import Sequence

from simulate.scenario import ScenarioError

TABLES = ("csv", "xlsx")
PICTURES = ("png", "svg", "pdf")


def parse_kinds(option: str, text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds that a list such as ``png,svg`` names, each of them once.

    Raises
    ------
    ScenarioError
        If there is no such kind.
    """
    kinds = [kind.strip() for kind in text.split(",")]
    for kind in kinds:
        if kind not in known:
            raise ScenarioError(
                f'{option} "{text}": "{kind}" is not known; write {",".join(known)}'
            )
    return tuple(dict.fromkeys(kinds))


def table_kinds(tables: str | None) -> frozenset[str]:
    """Return the kinds of tables for a spreadsheet that ``--tables`` names, none by default."""
    return frozenset(parse_kinds("--tables", tables, TABLES) if tables is not None else ())


def picture_kinds(pictures: str | None, no_pictures: bool) -> tuple[str, ...]:
    """Return the kinds of pictures that ``--pictures`` names, PNG alone by default."""
    if no_pictures and pictures is not None:
        raise ScenarioError("--pictures, --no-pictures: give one of them")
    if no_pictures:
        return ()
    return parse_kinds("--pictures", PICTURES[0] if pictures is None else pictures, PICTURES)
