"""What the words of a command name: a scenario's file, its variants, a run's folder."""

import sys
from collections.abc import Sequence
from pathlib import Path

from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.load import list_changes

SEPARATOR = "@"


def read_scenario(
    file: Path | str | None,
    *,
    variant: str | None = None,
    stress: str | None = None,
    settings: Sequence[str] | None = None,
    data: Sequence[Path] | None = None,
) -> Scenario:
    """Return the scenario that options name, and tell what is to be known of its files.

    Parameters
    ----------
    file, variant, stress, settings, data
        As for ``load_scenario``.
    """
    scenario = load_scenario(
        file, variant=variant, stress=stress, settings=settings or (), data=data or ()
    )
    tell_notes(scenario)
    return scenario


def tell_notes(scenario: Scenario) -> None:
    """Print what is to be known of how a scenario was read, apart from the answer."""
    for note in scenario.provenance.notes:
        print(f"note: {note}", file=sys.stderr)


def load_named(words: str, settings: Sequence[str] = (), data: Sequence[Path] = ()) -> Scenario:
    """Return the scenario that FILE, FILE@NAME, FILE@NAME@NAME or a run's folder names.

    Parameters
    ----------
    words
        A NAME is one of the file's variants or stress tests, at most one of each.
    settings
        Single keys to set last.
    data
        Folders that the scenario may name files of, beside its own.

    Raises
    ------
    ScenarioError
        If there is no such file, variant or stress test.
    """
    if Path(words).is_dir():
        from simulate.stored_run import read_run

        if settings:
            raise ScenarioError(f"{words}: is a run; --set goes with a scenario's file")
        scenario = read_run(Path(words), data).scenario
        tell_notes(scenario)
        return scenario
    file, *names = [words] if Path(words).exists() else words.split(SEPARATOR)
    if not file:
        raise ScenarioError(f"{words}: name the file before {SEPARATOR}, as anthropic.toml{words}")
    chosen = _changes(file, names, data)
    return read_scenario(
        file,
        variant=chosen.get("variant"),
        stress=chosen.get("stress"),
        settings=settings,
        data=data,
    )


def _changes(file: str, names: Sequence[str], data: Sequence[Path]) -> dict[str, str]:
    """Return which of the names is a variant and which a stress test of the file."""
    chosen: dict[str, str] = {}
    if not names:
        return chosen
    offered = list_changes(file, data)
    kinds = {"variant": offered.variants, "stress": offered.stresses}
    for name in names:
        found = [kind for kind, named in kinds.items() if name in named]
        if not found:
            known = ", ".join([*offered.variants, *offered.stresses])
            raise ScenarioError(
                f'{file}: there is no variant or stress test "{name}"; '
                + (f"it has {known}" if known else "it has none")
            )
        if len(found) > 1:
            raise ScenarioError(f'{file}: "{name}" is both a variant and a stress test; rename one')
        if found[0] in chosen:
            raise ScenarioError(f"{file}: {chosen[found[0]]} and {name} don't go together")
        chosen[found[0]] = name
    return chosen
