"""What pydantic found wrong with a scenario, in words for the person who wrote it."""

from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from .distributions import FAMILY
from .distributions.quantiles import QUANTILE_KEY
from .layers import Key, Layers, Table
from .positions import locate, nearest
from .schema import Scenario, percent_hint

# Steps of an error's location that the file does not have.
INTERNAL = {*FAMILY, "quantiles", "parameters", "pair"}


def explain(error: ValidationError, layers: Layers, path: Path) -> list[str]:
    """Return one line an error: file, line and column, key, value, and the mend."""
    lines: list[str] = []
    items = error.errors(include_url=False)
    # A list whose members are all wrong is also too short.
    for item in [i for i in items if i["type"] != "too_short"] or items:
        names = _key(item["loc"], layers.table)
        key = ".".join(names)
        where = located(layers, names, path)
        line = f"{where}: {key + _shown(item) + ': ' if key else ''}{_message(item)}"
        if line not in lines:
            lines.append(line)
    return lines


def located(layers: Layers, key: Key, path: Path) -> str:
    """Return the file that last set a key, with line and column, or the setting that did."""
    origin = layers.origin_of(key)
    if origin is None or origin.file is None:
        return f"{path}" if origin is None else origin.setting
    positions = locate(origin.file.read_text(encoding="utf-8-sig"))
    position = nearest(positions, origin.place)
    return f"{origin.file}" + (f":{position.line}:{position.column}" if position else "")


def _key(location: tuple[int | str, ...], table: Table) -> Key:
    """Return the key as the user wrote it: names for list places, and no union tags."""
    names: list[str] = []
    here: Any = table
    for step in location:
        if isinstance(step, int) and isinstance(here, list):
            here = here[step] if step < len(here) else None
            names.append(str(here.get("name", step)) if isinstance(here, dict) else str(step))
        elif isinstance(here, dict) and step in here:
            here = here[step]
            names.append(str(step))
        elif step not in INTERNAL:
            names.append(str(step))
            here = None
    return tuple(names)


def _shown(item: Any) -> str:
    value = item["input"]
    if item["type"] in ("missing", "extra_forbidden") or isinstance(value, (dict, list, BaseModel)):
        return ""
    return f' = "{value}"' if isinstance(value, str) else f" = {value}"


def _message(item: Any) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
        if "value" in item["loc"][-2:-1] and QUANTILE_KEY.fullmatch(str(item["loc"][-1])):
            return 'quantiles of what? Add distribution = "normal", or another'
        known = _known_keys(item["loc"][:-1])
        close = get_close_matches(str(item["loc"][-1]), known, n=1, cutoff=0.5)
        hint = f'did you mean "{close[0]}"?' if close else f"known are: {', '.join(known)}"
        return f"unknown key; {hint}"
    if kind == "missing":
        return "missing; it has no default"
    if kind == "union_tag_invalid":
        names = ", ".join(name for name in FAMILY if name != "value")
        close = get_close_matches(str(context["tag"]), FAMILY, n=1)
        hint = f'did you mean "{close[0]}"? ' if close else ""
        return f'unknown distribution "{context["tag"]}"; {hint}Known are: {names}'
    if kind == "value_error":
        return str(context["error"])
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        if context.get("class_name") in {member.__name__ for member in FAMILY.values()}:
            return "must be a number, or a table with a value or a distribution"
        return "must be a table"
    if kind == "tuple_type":
        return "must be a list of tables, each begun by its name in double brackets"
    message = str(item["msg"])
    if kind.startswith("less_than") and isinstance(item["input"], (int, float)):
        message += percent_hint(item["input"])
    return message[0].lower() + message[1:]


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the schema has at a location of an error."""
    here: Any = Scenario
    for step in location:
        if step in FAMILY:
            here = FAMILY[str(step)]
        elif isinstance(step, str) and (model := _model_in(here)):
            here = model.model_fields[step].annotation
    model = _model_in(here)
    if model is None:
        return []
    return list(model.model_fields) + (["extends"] if model is Scenario else [])


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that an annotation such as ``tuple[Segment, ...]`` is about."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, list, Union, UnionType):
        for option in get_args(annotation):
            if model := _model_in(option):
                return model
    return None
