"""Sections of a file that are laid over any scenario, such as what a lab signs or how it raises."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from .days import parse_day
from .layers import Origin, Table
from .load import PROVENANCE, layers_of, validate
from .mistakes import ScenarioError
from .own import settle_lines
from .packaged import shown_path
from .reach import data_files
from .schema import Scenario
from .toml_file import read_toml

# What a file says of itself, and not of what it is laid over.
OF_ITSELF = ("name", "description", "lab", "as_of")


@dataclass(frozen=True)
class Sections:
    """What a file lays over scenarios.

    Attributes
    ----------
    path
        The file.
    table
        Its sections.
    lab
        Whose scenarios alone they are laid over; every lab's, if empty.
    as_of
        From which day on; on every day, if None.
    """

    path: Path
    table: Table
    lab: str = ""
    as_of: date | None = None

    def is_for(self, scenario: Scenario) -> bool:
        """Tell whether they are laid over a scenario, by its lab and its day."""
        is_of_lab = self.lab in ("", scenario.lab)
        return is_of_lab and (self.as_of is None or self.as_of <= scenario.known_until)


def read_sections(path: Path) -> Sections:
    """Read a file of sections.

    Raises
    ------
    ScenarioError
        If it can't be read, or is a scenario of its own.
    """
    table = read_toml(path)
    settle_lines(table)
    if "extends" in table:
        raise ScenarioError(
            f"{path}: extends: sections are laid over each scenario; leave it out, or give the "
            "file as a scenario"
        )
    if any(data_files(table)):
        raise ScenarioError(f"{path}: file: sections hold no data of other files; give a scenario")
    said = {key: table.pop(key, None) for key in OF_ITSELF}
    if not table:
        raise ScenarioError(f"{path}: has no section, such as [training]")
    return Sections(path, table, str(said["lab"] or ""), _day(path, said["as_of"]))


def refuse_unused(sections: Iterable[Sections], scenarios: Sequence[Scenario]) -> None:
    """Raise if a file of sections is laid over none of the scenarios.

    Raises
    ------
    ScenarioError
        That says of which lab, and from which day on, it is.
    """
    for each in sections:
        if not any(each.is_for(scenario) for scenario in scenarios):
            of = f'lab = "{each.lab}"' if each.lab else ""
            since = "" if each.as_of is None else f"as_of = {each.as_of}"
            by = " and ".join(filter(None, (of, since)))
            raise ScenarioError(f"{each.path}: is laid over no scenario, by its {by}")


def laid_over(scenario: Scenario, sections: Iterable[Sections]) -> Scenario:
    """Return a scenario with sections laid over it, one file after another.

    Raises
    ------
    ScenarioError
        If they don't go with it.
    """
    own = [each for each in sections if each.is_for(scenario)]
    if not own:
        return scenario
    layers, known = layers_of(scenario, Origin(None, (), scenario.name))
    for each in own:
        layers.lay(each.table, Origin(each.path, ()))
    found, mistakes = validate(layers, own[-1].path, known)
    if found is None:
        raise ScenarioError(*mistakes)
    files = (*(shown_path(each.path) for each in own[::-1]), *scenario.provenance.files)
    provenance = replace(scenario.provenance, files=files)
    return found.model_copy(update={PROVENANCE: provenance})


def _day(path: Path, given: object) -> date | None:
    if given is None:
        return None
    try:
        return parse_day(given)
    except ValueError as error:
        raise ScenarioError(f"{path}: as_of = {given!r:.60}: {error}") from None
