"""Tables written as the files of scenarios are: a header a section, an input a line."""

from collections.abc import Iterator, Mapping
from typing import Any

from .edits import toml_key, toml_value

# Changes by an amount or a factor, whose keys stand in one line.
INLINE = ("by", "times")


def is_input(value: Any) -> bool:
    """Tell whether a value is a number or a distribution as a table gives it."""
    if not isinstance(value, Mapping):
        return False
    # A section may be called value.
    return "distribution" in value or not isinstance(value.get("value", {}), Mapping)


def rounded(value: float, digits: int) -> float:
    """Return a number with some digits."""
    return float(f"{value:.{digits}g}")


def written(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield a scenario's lines."""
    yield from (f"{k} = {_inlined(v)}" for k, v in table.items() if not _is_section(v))
    for name, value in table.items():
        if isinstance(value, Mapping) and not is_input(value):
            yield from _section(name, value)
        elif _is_section(value):
            for member in value:
                yield from ("", f"[[{name}]]", *_keys(member))
    yield ""


def _is_section(value: Any) -> bool:
    is_list = isinstance(value, (list, tuple)) and bool(value) and isinstance(value[0], Mapping)
    return (isinstance(value, Mapping) and not is_input(value)) or is_list


def _section(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    deeper = {k: v for k, v in table.items() if isinstance(v, Mapping) and not _inline(k, v)}
    own = {k: v for k, v in table.items() if k not in deeper}
    if own:
        yield from ("", f"[{name}]", *_keys(own))
    for key, value in deeper.items():
        yield from _section(f"{name}.{toml_key(key)}", value)


def _inline(key: str, value: Any) -> bool:
    return not isinstance(value, Mapping) or is_input(value) or key in INLINE


def _keys(table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        name = f"{prefix}{toml_key(key)}"
        if _inline(key, value):
            yield f"{name} = {_inlined(value)}"
        else:
            yield from _keys(value, f"{name}.")


def _inlined(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = (f"{toml_key(k)} = {_inlined(v)}" for k, v in value.items())
        return f"{{ {', '.join(parts)} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_inlined, value))}]"
    return toml_value(value)
