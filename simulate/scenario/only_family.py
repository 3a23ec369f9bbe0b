"""The distribution that a table means which does not name one."""

import math
from typing import Any

import numpy as np
from pydantic import ValidationError

from .distributions import FAMILY, PREFIX
from .edits import Insert
from .mends import Mend
from .units import in_unit

NAMED = {name: model for name, model in FAMILY.items() if name not in ("value", PREFIX)}


def only_family(table: Any) -> Mend | None:
    """Return the mend that names a table's distribution, if only one takes its keys and values."""
    if not isinstance(table, dict):
        return None
    names = [name for name in NAMED if _takes(name, table)]
    if len(names) != 1:
        return None
    keys = ", ".join(key for key in table if key != "source")
    return Mend(
        f'write distribution = "{names[0]}"',
        (Insert((), "distribution", names[0]),),
        f"{keys} are those of the only distribution that takes them",
        of_table=True,
    )


def _takes(name: str, table: dict[str, Any]) -> bool:
    try:
        # A number's unit does not matter here, only that it is one.
        numbers = {key: _number(value) for key, value in table.items()}
        with np.errstate(all="ignore"):
            NAMED[name].model_validate(numbers | {"distribution": name})
    except (ValidationError, ValueError):
        return False
    return True


def _number(value: Any) -> Any:
    for unit in ("share", "bn USD"):
        try:
            return in_unit(value, unit)
        except ValueError:
            continue
    return math.nan
