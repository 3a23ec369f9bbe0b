"""From a TOML file to a validated scenario."""

import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from .correlations import correlation_matrix
from .errors import ScenarioError
from .explain import explain, located
from .layers import Key, Layers, Origin, Table, parse_setting
from .schema import Option, Scenario

DEFAULT_SCENARIO = "anthropic.toml"
LONGEST_CHAIN = 20
# What a file may hold beside the scenario's own keys.
CHANGES = ("variants", "stresses")


class Changes(NamedTuple):
    """What a command asks to change: a variant, a stress test, an option, single settings."""

    variant: str | None = None
    stress: str | None = None
    option: str | None = None
    settings: Sequence[str] = ()


class Names(NamedTuple):
    """The variants, stress tests and options of a decision of a file, with their titles."""

    variants: dict[str, str]
    stresses: dict[str, str]
    options: dict[str, str]


def packaged_configs() -> Path:
    """Return the folder of the scenarios that come with the package."""
    inside = Path(str(resources.files("simulate"))) / "configs"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "configs"


def load_scenario(
    file: str | Path | None = None,
    *,
    variant: str | None = None,
    stress: str | None = None,
    option: str | None = None,
    settings: Sequence[str] = (),
) -> Scenario:
    """Read and validate a scenario.

    Parameters
    ----------
    file
        A TOML file, or the name of a packaged one such as ``openai.toml``; by default the
        packaged Anthropic scenario.
    variant
        One of the file's ``[variants.NAME]`` to lay over it.
    stress
        One of its ``[stresses.NAME]``, laid over that.
    option
        One of its ``[decision.options.NAME]``, laid over that.
    settings
        Single keys to set last, such as ``"cash.opening=20"``.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        If the file can't be read or says something wrong.
    """
    path = find_scenario(file)
    layers = _read_layers(path, Changes(variant, stress, option, settings))
    try:
        # A distribution beyond all measure is refused by its range, not by a warning.
        with np.errstate(all="ignore"):
            scenario = Scenario.model_validate(layers.table)
    except ValidationError as error:
        raise ScenarioError(*explain(error, layers, path)) from None
    except RecursionError:
        raise ScenarioError(f"{path}: tables are nested too deeply") from None
    try:
        correlation_matrix(scenario)
    except ScenarioError as error:
        raise ScenarioError(f"{located(layers, error.key, path)}: {error}") from None
    return scenario


def check_all(file: str | Path | None = None) -> None:
    """Validate a file and each of its variants, stress tests and options.

    Raises
    ------
    ScenarioError
        With every mistake of all of them.
    """
    lines: list[str] = []
    names = list_changes(file)
    changes = [
        {},
        *({"variant": v} for v in names.variants),
        *({"stress": s} for s in names.stresses),
        *({"option": o} for o in names.options),
    ]
    for change in changes:
        try:
            load_scenario(file, **change)
        except ScenarioError as error:
            own = ", ".join(f"{kind} {name}" for kind, name in change.items())
            text = str(error)
            # What is wrong without the change is wrong with it, too, and said once.
            lines += [
                f"{own}: {line}" if own else line for line in text.splitlines() if line not in lines
            ]
        if lines and not change:
            break
    if lines:
        raise ScenarioError(*lines)


def list_changes(file: str | Path | None = None) -> Names:
    """Return the names and titles of a file's variants, stress tests and options."""
    table = _read_chain(find_scenario(file), []).table
    found = [*(table.get(kind, {}) for kind in CHANGES), _options(table)]
    named = [
        {
            name: str(table.get("title", ""))
            for name, table in part.items()
            if isinstance(table, dict)
        }
        for part in found
        if isinstance(part, dict)
    ]
    return Names(*named)


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


def _read_layers(path: Path, changes: Changes) -> Layers:
    layers = _read_chain(path, [])
    variants, stresses = (layers.table.pop(kind, {}) for kind in CHANGES)
    titles = [str(layers.table.get("name", ""))]
    for kind, place, tables, name in (
        ("variant", ("variants",), variants, changes.variant),
        ("stress", ("stresses",), stresses, changes.stress),
        ("option", ("decision", "options"), _options(layers.table), changes.option),
    ):
        if name is not None:
            titles.append(_lay_named(layers, kind, place, tables, name, path))
    for setting in changes.settings:
        key, value = parse_setting(setting)
        layers.set(key, value, Origin(None, (), f"--set {setting}"))
        titles.append(setting)
    if len(titles) > 1 and titles[0] and layers.table["name"] == titles[0]:
        layers.table["name"] = "; ".join(titles)
    return layers


def _options(table: Table) -> Any:
    decision = table.get("decision", {})
    return decision.get("options", {}) if isinstance(decision, dict) else {}


def _lay_named(layers: Layers, kind: str, place: Key, tables: Any, name: str, path: Path) -> str:
    """Lay a variant, a stress test or an option over the scenario, and return its title."""
    if not isinstance(tables, dict) or not isinstance(tables.get(name), dict):
        names = sorted(tables) if isinstance(tables, dict) else []
        known = f"it has {', '.join(names)}" if names else "it has none"
        raise ScenarioError(f'{path}: there is no {kind} "{name}"; {known}')
    table = dict(tables[name])
    origin = layers.origin_of((*place, name))
    origin = origin if origin is not None else Origin(path, ())
    title = str(table.pop("title", name))
    if kind == "option":
        table = {key: value for key, value in table.items() if key not in Option.model_fields}
    moved = [(way, table.pop(way, {})) for way in ("by", "times")]
    layers.lay_paths(table, origin)
    for way, amounts in moved:
        if not isinstance(amounts, dict):
            raise ScenarioError(f'{path}: {kind} {name}: {way} = {{ "inference.overrun" = 0.1 }}')
        for key, amount in amounts.items():
            given = layers.get(key, origin)
            source = f"moved by {kind} {name}"
            shifted = {"distribution": "shifted", "of": given, way: amount, "source": source}
            layers.set(key, shifted, origin._replace(place=(*origin.place, way, key)))
    return title


def _read_chain(path: Path, chain: list[Path]) -> Layers:
    """Return a file's table over those that it extends."""
    if path.resolve() in chain:
        names = " -> ".join(step.name for step in [*chain, path])
        raise ScenarioError(f"{path}: extends: the files extend each other: {names}")
    if len(chain) >= LONGEST_CHAIN:
        raise ScenarioError(f"{path}: extends: more than {LONGEST_CHAIN} files in a row")
    own = read_toml(path)
    parent = own.pop("extends", None)
    layers = Layers()
    if parent is not None:
        layers = _read_chain(_parent_path(path, parent), [*chain, path.resolve()])
    _find_data(own, path.parent)
    layers.lay(own, Origin(path, ()))
    return layers


def _parent_path(path: Path, parent: Any) -> Path:
    if not isinstance(parent, str):
        raise ScenarioError(f"{path}: extends = {parent!r:.40}: must be a file's name, in quotes")
    try:
        for found in (path.parent / parent, packaged_configs() / parent):
            if found.exists():
                return found
    except (OSError, ValueError):
        pass
    raise ScenarioError(
        f'{path}: extends = "{parent:.60}": there is no file {path.parent / parent}'
    )


def _find_data(table: Any, folder: Path) -> None:
    """Make the names of data files, which a file gives beside itself, whole."""
    members = table.values() if isinstance(table, dict) else table
    if isinstance(table, dict) and table.get("distribution") == "empirical":
        file = table.get("file")
        if isinstance(file, str):
            table["file"] = str(folder / file)
    for member in members:
        if isinstance(member, (dict, list)):
            _find_data(member, folder)


def read_toml(path: Path) -> Table:
    """Return a TOML file's table.

    Raises
    ------
    ScenarioError
        If it can't be read.
    """
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
