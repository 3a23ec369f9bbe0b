"""From a TOML file to a validated scenario, with errors that name file, key, value and mend."""

import tomllib
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from .distributions import FAMILY
from .errors import ScenarioError
from .inputs import correlation_matrix
from .schema import Scenario, percent_hint

Table = dict[str, Any]
DEFAULT_SCENARIO = "anthropic.toml"
LONGEST_CHAIN = 10


def packaged_configs() -> Path:
    """Return the folder of the scenarios that come with the package."""
    inside = Path(str(resources.files("simulate"))) / "configs"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "configs"


def load_scenario(file: str | Path | None = None) -> Scenario:
    """Read and validate a scenario.

    Parameters
    ----------
    file
        A TOML file, or the name of a packaged one such as ``openai.toml``; by default the
        packaged Anthropic scenario.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        If the file can't be read or says something wrong.
    """
    path = find_scenario(file)
    table, origin = _read_chain(path, [])
    try:
        scenario = Scenario.model_validate(table)
    except ValidationError as error:
        raise ScenarioError(*_explain(error, table, origin, path)) from None
    try:
        correlation_matrix(scenario)
    except ScenarioError as error:
        raise ScenarioError(f"{_file_of(error.key, origin, path)}: {error}") from None
    return scenario


def find_scenario(file: str | Path | None) -> Path:
    """Return the path of a scenario file, or of a packaged one of that name, ending or not."""
    if file is None:
        return packaged_configs() / DEFAULT_SCENARIO
    path = Path(file)
    if path.exists() or path.name != str(file):
        return path
    for packaged in (packaged_configs() / path.name, packaged_configs() / f"{path.name}.toml"):
        if packaged.is_file():
            return packaged
    return path


Origin = dict[tuple[str, ...], Path]


def _read_chain(path: Path, chain: list[Path]) -> tuple[Table, Origin]:
    """Return a file's table over those that it extends, and which file set each key."""
    if path.resolve() in chain or len(chain) >= LONGEST_CHAIN:
        names = " -> ".join(step.name for step in [*chain, path])
        raise ScenarioError(f"{path}: extends: the files extend each other: {names}")
    own = _read_toml(path)
    parent = own.pop("extends", None)
    table: Table = {}
    origin: Origin = {}
    if parent is not None:
        if not isinstance(parent, str):
            raise ScenarioError(f"{path}: extends = {parent!r}: must be a file's name, in quotes")
        parent_path = path.parent / parent
        if not parent_path.exists() and (packaged_configs() / parent).exists():
            parent_path = packaged_configs() / parent
        if not parent_path.exists():
            raise ScenarioError(f'{path}: extends = "{parent}": there is no file {parent_path}')
        table, origin = _read_chain(parent_path, [*chain, path.resolve()])
    _merge(table, own, (), path, origin)
    return table, origin


def _read_toml(path: Path) -> Table:
    try:
        # With or without the byte-order mark that some editors write.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        names = sorted(p.name for p in packaged_configs().glob("*.toml") if p.name != "base.toml")
        raise ScenarioError(
            f"{path}: no such file; packaged scenarios: {', '.join(names)}"
        ) from None
    except IsADirectoryError:
        raise ScenarioError(f"{path}: is a folder; name a TOML file in it") from None
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path}: not readable as TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: not readable as TOML: not UTF-8 ({error.reason})") from None
    except (OSError, RecursionError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "nested too deeply, or a number too long"
        raise ScenarioError(f"{path}: can't be read: {reason}") from None


def _merge(table: Table, own: Table, at: tuple[str, ...], path: Path, origin: Origin) -> None:
    """Lay one file's table over another's: a quantity with a kind replaces, the rest merges."""
    for key, value in own.items():
        here = (*at, key)
        below = table.get(key)
        replaces = isinstance(value, dict) and ("distribution" in value or "value" in value)
        if isinstance(value, dict) and not replaces:
            if not isinstance(below, dict):
                below = table[key] = {}
            _merge(below, value, here, path, origin)
        elif _is_named_list(value) and _is_named_list(below):
            _merge_named(below, value, here, path, origin)
        else:
            table[key] = value
            origin.pop(here, None)  # so that the last file to set a key comes last
            origin[here] = path
    if "source" in table and "source" not in own:
        table["source"] = f"changed in {path.name}; before: {table['source']}"


def _is_named_list(value: Any) -> bool:
    members = value if isinstance(value, list) else []
    named = [isinstance(m, dict) and isinstance(m.get("name"), str) for m in members]
    return bool(named) and all(named)


def _merge_named(below: Any, value: Any, at: tuple[str, ...], path: Path, origin: Origin) -> None:
    by_name = {member["name"]: member for member in below}
    for member in value:
        here = (*at, str(member["name"]))
        # Taken out once merged: a name that stands twice in one file is then added, and refused.
        if parent := by_name.pop(member["name"], None):
            _merge(parent, member, here, path, origin)
        else:
            below.append(member)
            origin[here] = path


def _file_of(key: tuple[str, ...], origin: Origin, default: Path) -> Path:
    """Return the file that last set a key or, failing that, the nearest thing around it."""
    for length in range(len(key), 0, -1):
        inside = [path for where, path in origin.items() if where[:length] == key[:length]]
        if inside:
            return inside[-1]
    return default


def _explain(error: ValidationError, table: Table, origin: Origin, path: Path) -> list[str]:
    """Return one line an error."""
    lines: list[str] = []
    items = error.errors(include_url=False)
    # A list whose members are all wrong is also too short.
    for item in [i for i in items if i["type"] != "too_short"] or items:
        key, names = _key(item["loc"], table)
        file = _file_of(names, origin, path)
        line = f"{file}: {key + _shown(item) + ': ' if key else ''}{_message(item)}"
        if line not in lines:
            lines.append(line)
    return lines


def _key(location: tuple[int | str, ...], table: Table) -> tuple[str, tuple[str, ...]]:
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
        elif step not in FAMILY:
            names.append(str(step))
            here = None
    return ".".join(names), tuple(names)


def _shown(item: Any) -> str:
    value = item["input"]
    if item["type"] in ("missing", "extra_forbidden") or isinstance(value, (dict, list, BaseModel)):
        return ""
    return f' = "{value}"' if isinstance(value, str) else f" = {value}"


def _message(item: Any) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
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
