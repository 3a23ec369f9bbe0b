"""Scenarios that tests start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from simulate.scenario import Scenario
from tests.january import JANUARY, january_is_packaged, of_january

# The same examples everywhere, however slow the machine.
settings.register_profile("anywhere", deadline=None, derandomize=True)
settings.load_profile("anywhere")

CONFIGS = Path(__file__).parents[1] / "configs"


@pytest.fixture(scope="module")
def january() -> Iterator[Path]:
    """Return January's folder; until the module ends, packaged names mean its scenarios."""
    with january_is_packaged():
        yield JANUARY


@pytest.fixture(scope="session")
def anthropic() -> Scenario:
    return of_january("anthropic")


@pytest.fixture(scope="session")
def openai() -> Scenario:
    return of_january("openai")


@pytest.fixture(autouse=True)
def draw_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave tests that are not about workers without them: their imports take a second each."""
    monkeypatch.setattr("simulate.output.workers.MOST_PROCESSES", 1)
