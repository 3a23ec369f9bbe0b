"""An input told as another family's, before a page takes it."""

from .changed import Changes, Explored, Refused
from .controls import Control, control_of
from .families import as_family, kinds_for
from .places import distribution_at
from .tables import kind_of


def as_kind(explored: Explored, changes: Changes, key: str, kind: str) -> Control:
    """Return the control of an input as another family with about the same P10, P50 and P90.

    Parameters
    ----------
    explored
        The scenario without changes.
    changes
        As they stand.
    key
        Of the input.
    kind
        One of its control's ``kinds``; its own is what the scenario says of it.

    Raises
    ------
    Refused
        If it can't be one.
    """
    place = explored.places.get(key)
    if place is None or place.what != "input":
        raise Refused("", f'"{key!s:.60}" is no input')
    if kind == kind_of(explored.stated[key]):
        return control_of(
            explored, key, explored.with_changes(changes | {key: explored.stated[key]})
        )
    now = explored.with_changes(changes)
    given = distribution_at(now, place)
    table = None
    if kind in kinds_for(given, place.quantity):
        table = as_family(given, kind, place.quantity)
    if table is None:
        raise Refused(key, f"{place.title} can't be a {kind!s:.40} with about these quantiles")
    return control_of(explored, key, explored.with_changes(changes | {key: table}))
