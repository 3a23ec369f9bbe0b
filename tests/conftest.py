"""Scenarios that tests start from."""

from pathlib import Path

import pytest

from simulate.scenario import Scenario, load_scenario

CONFIGS = Path(__file__).parents[1] / "configs"


@pytest.fixture(scope="session")
def anthropic() -> Scenario:
    return load_scenario(CONFIGS / "anthropic.toml")


@pytest.fixture(scope="session")
def openai() -> Scenario:
    return load_scenario(CONFIGS / "openai.toml")
