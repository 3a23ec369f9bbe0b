"""January's scenarios as first published: labs with known numbers, whatever is packaged later."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from simulate.scenario import Scenario, load_scenario, packaged

JANUARY = Path(__file__).parents[1] / "docs" / "forecasts" / "2026-01-22"
SCENARIOS = sorted(file for file in JANUARY.glob("*.toml") if file.name != "base.toml")


@contextmanager
def january_is_packaged() -> Iterator[None]:
    """Let the names of packaged scenarios mean January's, where no other scenario lies nearby."""
    find = packaged.packaged_path

    def in_january(name: str, *checkout: str) -> Path:
        return JANUARY if name == "configs" else find(name, *checkout)

    with TemporaryDirectory() as elsewhere, pytest.MonkeyPatch.context() as patch:
        patch.chdir(elsewhere)
        patch.setattr(packaged, "packaged_path", in_january)
        yield


def of_january(name: str | Path, **changes: Any) -> Scenario:
    """Return a scenario of January's, or a file that extends one, as ``load_scenario`` does."""
    with january_is_packaged():
        return load_scenario(name, **changes)
