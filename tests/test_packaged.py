"""The scenarios that come with the package, whatever their numbers."""

from pathlib import Path

import pytest

from simulate.output.report import group_inputs
from simulate.scenario import load_scenario, packaged_configs
from simulate.scenario.inputs import cited_facts, list_inputs
from simulate.scenario.load import list_changes
from simulate.text.assumptions import (
    correlation_table,
    frame_table,
    given_and_absent,
    source_sentences,
)

# All but what the labs have in common, and the lab from nothing.
OF_NO_LAB = ("base.toml", "bare.toml")
SCENARIOS = sorted(file for file in packaged_configs().glob("*.toml") if file.name not in OF_NO_LAB)

each = pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)


@each
def test_it_is_of_one_lab(file: Path) -> None:
    scenario = load_scenario(file)
    assert scenario.lab in ("Anthropic", "OpenAI")
    assert scenario.provenance.notes == ()


@each
def test_every_fact_that_it_cites_is_known_with_figure_value_and_origin(file: Path) -> None:
    scenario = load_scenario(file)
    assert cited_facts(scenario)
    # The starter leaves sources to its reader.
    assert file.stem == "starter" or not source_sentences(scenario)
    for fact in cited_facts(scenario):
        assert all(fact), fact
        assert not fact.where.startswith("same")


@each
def test_its_assumptions_can_be_listed(file: Path) -> None:
    for stress in (None, *list_changes(file).stresses):
        scenario = load_scenario(file, stress=stress)
        listed = [member for group in group_inputs(scenario) for member in group.members]
        given, absent = given_and_absent(scenario)
        assert [m.key for m in listed] == [i.key for i in given]
        assert len(given) + len(absent) <= len(list_inputs(scenario))
        assert all(row.cells[0] for row in frame_table(scenario).rows)
        assert len(correlation_table(scenario).rows) == len(scenario.correlations)
