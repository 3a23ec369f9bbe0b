"""Scenarios that tests start from."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from simulate.scenario import Scenario
from tests.compiling import compile_one_at_a_time
from tests.january import JANUARY, january_is_packaged, of_january

# The same examples everywhere, however slow the machine.
settings.register_profile("anywhere", deadline=None, derandomize=True)
settings.load_profile("anywhere")

# Each collection looks through all that is loaded, and a figure's many small objects call for many.
gc.set_threshold(50_000)

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


@pytest.fixture(scope="session", autouse=True)
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let workers wait for each other's kernels instead of compiling them, too."""
    with pytest.MonkeyPatch.context() as patch:
        compile_one_at_a_time(patch, tmp_path_factory.getbasetemp().parent)
        yield


@pytest.fixture
def blank_pictures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pictures of commands blank, but in tests that are marked as drawn."""
    from tests.blank import leave_pictures_blank

    if request.node.get_closest_marker("drawn") is None:
        leave_pictures_blank(monkeypatch)
