"""Scenarios that tests start from."""

from pathlib import Path

import pytest
from hypothesis import settings

from simulate.scenario import Scenario, load_scenario

# The same examples everywhere, however slow the machine.
settings.register_profile("anywhere", deadline=None, derandomize=True)
settings.load_profile("anywhere")

CONFIGS = Path(__file__).parents[1] / "configs"


@pytest.fixture(scope="session")
def anthropic() -> Scenario:
    return load_scenario(CONFIGS / "anthropic.toml")


@pytest.fixture(scope="session")
def openai() -> Scenario:
    return load_scenario(CONFIGS / "openai.toml")
