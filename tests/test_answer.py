"""What ``check`` prints beside the inputs."""

import pytest

from simulate.answer import console, print_inputs
from simulate.scenario import Scenario
from simulate.scenario.load import list_changes


def test_check_prints_chances_dates_and_targets_too(
    anthropic: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    print_inputs(anthropic, list_changes("anthropic.toml"), console())
    printed = capsys.readouterr().out
    for stated in ("horizon  2026Q1 to 2035Q4", "in 2026Q1, with a chance of 90%", "70%, held"):
        assert stated in printed
