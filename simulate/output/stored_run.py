"""A run that stands in a folder, from what its summary says of it."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulate.engine.result import Result
from simulate.model.statistics import OutcomeStatistic, parse_statistic
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.mistakes import steering_text
from simulate.scenario.reach import Reach, data_files, read_regular
from simulate.version import package_version

from .files import LARGEST_SUMMARY, SUMMARY, altered, read_manifest
from .results import RUN

# Of a standard error: by more, two runs tell different things.
NEGLIGIBLE = 0.1
RUN_AGAIN = "Run the scenario again with simulate run, or report on its file"


@dataclass(frozen=True)
class StoredRun:
    """What a run was made from, and what it found.

    Attributes
    ----------
    folder
        Where it stands.
    scenario
        The whole resolved scenario, with the seed and the number of paths that were simulated.
    goal
        What became of the precision that was asked for, in words.
    asked
        What else it tells.
    summary
        As ``Result.summary`` gave it.
    """

    folder: Path
    scenario: Scenario
    goal: str
    asked: tuple[OutcomeStatistic, ...]
    summary: dict[str, Any]

    def refuse_another(self, result: Result) -> None:
        """Raise unless a result says what the stored run says.

        Raises
        ------
        ScenarioError
            With the number that is most different.
        """
        stored, found = dict(_estimates(self.summary)), dict(_estimates(result.summary()))
        apart = {name: _distance(stored.get(name), found[name]) for name in found}
        worst = max(apart, key=lambda name: apart[name])
        if apart[worst] > NEGLIGIBLE:
            raise ScenarioError(
                f"{self.folder}: simulated again, it gives other numbers ({worst}); another state "
                "of the program wrote it.",
                RUN_AGAIN,
            )


def read_run(folder: Path, data: Sequence[Path] = ()) -> StoredRun:
    """Read what a run left in its folder.

    Parameters
    ----------
    folder
        That ``simulate run`` wrote.
    data
        Folders that its scenario may name data in, beside the working folder.

    Raises
    ------
    ScenarioError
        If it holds no run, one of another version, or not what that run wrote.
    """
    file = folder / SUMMARY
    summary = _read_summary(folder)
    written = summary.get("version") if isinstance(summary, dict) else None
    if written != package_version():
        by = f"version {written}" if written else "something else than simulate run"
        raise ScenarioError(
            f"{file}: written by {by}; this is version {package_version()}.",
            RUN_AGAIN,
        )
    _refuse_altered(folder)
    reach = Reach.around(Path.cwd(), data=data)
    for place, table in data_files(summary):
        if refusal := reach.refusal(Path(table[place[-1]])):
            raise ScenarioError(f"{file}: {table[place[-1]]} {refusal}")
    try:
        read = {"sampling": _sampling(summary), "provenance": summary["provenance"]}
        scenario = Scenario.model_validate(summary["scenario"] | read)
        if not isinstance(summary["goal"], str):
            raise TypeError("goal")
        asked = tuple(parse_statistic(text, scenario, str(file)) for text in summary["asked"])
        return StoredRun(folder, scenario, summary["goal"], asked, summary)
    except (KeyError, TypeError) as error:
        raise ScenarioError(f"{file}: not what simulate run writes: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise ScenarioError(f"{file}: scenario.{key}: {first['msg']}") from None


def _read_summary(folder: Path) -> Any:
    file = folder / SUMMARY
    try:
        summary = json.loads(read_regular(file, LARGEST_SUMMARY, "a run's summary"))
        steers = steering_text(summary)
    except FileNotFoundError:
        raise ScenarioError(f"{folder}: holds no {SUMMARY}; name a folder of a run") from None
    except (ValueError, RecursionError):
        raise ScenarioError(f"{file}: not readable as JSON") from None
    if steers:
        raise ScenarioError(f'{file}: "{steers:.100}" holds a control character.', RUN_AGAIN)
    return summary


def _refuse_altered(folder: Path) -> None:
    """Raise unless a run's files are those that it wrote; pictures and tables may be gone."""
    manifest = read_manifest(folder)
    names = manifest.of(RUN) | {SUMMARY}
    if found := altered(folder, names, RUN, manifest):
        raise ScenarioError(
            f"{folder / found[0]}: not as simulate run wrote it: changed, cut off, or another's.",
            RUN_AGAIN,
        )


def _sampling(summary: dict[str, Any]) -> dict[str, Any]:
    """Return how the run was sampled, with the paths that it came to."""
    return summary["scenario"]["sampling"] | {"paths": summary["paths"]}


def _estimates(part: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every estimate of a summary, by where it stands."""
    if not isinstance(part, dict):
        return
    if "standard_error" in part:
        yield name, part
        return
    for key, value in part.items():
        if key != "scenario":
            yield from _estimates(value, f"{name}, {key}" if name else key)


def _distance(stored: dict[str, Any] | None, found: dict[str, Any]) -> float:
    """Return how far apart two estimates are, in standard errors."""
    value = stored.get("value") if stored is not None else None
    if value == found["value"]:
        return 0.0
    is_number = isinstance(value, float | int) and math.isfinite(value)
    if not is_number or not found["standard_error"]:
        return math.inf
    return abs(value - found["value"]) / found["standard_error"]
