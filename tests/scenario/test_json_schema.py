"""The JSON Schema that editors complete and underline by."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from simulate.scenario import packaged_configs
from simulate.scenario.inputs import list_inputs
from simulate.scenario.json_schema import SCHEMA_FILE, scenario_schema, schema_text
from tests.january import of_january
from tests.scenario.test_own import LICENCES, METRIC, OUTCOME

CONFIGS = sorted(packaged_configs().glob("*.toml"))
EVERYTHING = Path(__file__).parents[1] / "data" / "everything.toml"
VALIDATOR = Draft7Validator(scenario_schema())


def mistakes(text: str) -> list[str]:
    # Editors hand dates, which JSON has none of, to the schema as texts.
    as_json = json.loads(json.dumps(tomllib.loads(text), default=date.isoformat))
    return [error.message for error in VALIDATOR.iter_errors(as_json)]


def test_the_shipped_schema_is_the_one_that_the_code_generates() -> None:
    shipped = (packaged_configs() / SCHEMA_FILE).read_text(encoding="utf-8")
    assert shipped == schema_text(), f"write it anew: simulate schema > configs/{SCHEMA_FILE}"


def test_the_schema_is_one_of_draft_7() -> None:
    Draft7Validator.check_schema(scenario_schema())


@pytest.mark.parametrize("config", [*CONFIGS, EVERYTHING], ids=lambda path: path.stem)
def test_every_scenario_that_loads_is_accepted(config: Path) -> None:
    assert mistakes(config.read_text(encoding="utf-8")) == []


def test_what_a_user_adds_is_accepted() -> None:
    assert mistakes(f"{LICENCES}{METRIC}{OUTCOME}") == []


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_every_packaged_scenario_names_its_schema_first(config: Path) -> None:
    assert config.read_text(encoding="utf-8").startswith(f"#:schema ./{SCHEMA_FILE}\n")


@pytest.mark.parametrize(
    "text",
    [
        "[inference]\noverun = 0.3",
        "[inferences]\noverrun = 0.3",
        "inference = 0.3",
        'name = ["a"]',
        "[targets]\ngross_margin = 70",
        "[targets]\nhold_quarters = 4.5",
        '[targets]\nprojected_margin = "both"',
        "[cash]\ntax_rate = 25",
        "[cash]\ntax_rate = true",
        "[cash]\nopening = 4500",
        '[cash]\nopening = { distribution = "normall", p10 = 1, p90 = 2 }',
        '[cash]\nopening = { distribution = "normal", p10 = 1, p900 = 2 }',
        '[cash]\nopening = { distribution = "normal", p10 = [1], p90 = 2 }',
        '[cash]\nopening = { distribution = "uniform", lowest = 1, high = 2 }',
        '[cash]\nopening = { distribution = "beta", interval = [1, 2, 3] }',
        "[cash]\nopening = { valu = 3 }",
        '[horizon]\nfirst_quarter = "2026"',
        "[horizon]\nfirst_quarter = 2026",
        "[segments]\nname = 1",
        "[[segments]]\nshare_of_revenue = 1.0",
        '[[segments]]\nname = "The API"',
        '[[hardware]]\nname = "tpu"\nlife_years = 0',
        '[[funding]]\nname = "round"\nchance = 90',
        '[correlations]\n"cash.opening, cash.tax_rate" = 1.5',
        "[correlations.costs]\ninputs = [1, 2]",
        "[copula]\ndegrees_of_freedom = 0.5",
        '[[lines]]\ncounts_in = "revenue"',
        '[[lines]]\nname = "a"\ncounts_in = "costs"',
        '[[lines]]\nname = "a"\nfrom = "2027"',
        '[[lines]]\nname = "a"\ninputs.share = true',
        '[metrics.a]\nunit = "USD"',
        "[outcomes.a]\nheld = 0",
        '[outcomes.a]\nwen = "ebitda > 0"',
        '[sampling]\nsampler = "halton"',
        "[stresses.a]\nby = 3",
        "extends = 3",
    ],
)
def test_a_mistake_is_underlined(text: str) -> None:
    assert mistakes(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "[inference.overrun]\np90 = 0.4",
        '[cash]\nopening = "8 bn to 18 bn"\ntax_rate = "25%"',
        '[cash]\nopening = { distribution = "scipy.gamma", a = 2, scale = "3 bn" }',
        '[targets]\ngross_margin = "70%"',
        '[[segments]]\nname = "api"\ngrowth.initial = 0.5',
        '[stresses.a]\ntitle = "b"\nby = { "cash.opening" = "-2 bn" }\n"cash.tax_rate" = 0.3',
    ],
)
def test_what_a_file_changes_in_another_need_not_be_whole(text: str) -> None:
    assert mistakes(text) == []


def test_every_input_is_described_with_its_unit() -> None:
    schema = scenario_schema()
    for member in list_inputs(of_january(EVERYTHING)):
        node: Any = schema
        for step in member.key.split("."):
            if node.get("type") == "array":
                node = node["items"]
                if "$ref" not in node or step not in properties(node, schema):
                    continue  # the member's name
            node = properties(node, schema)[step]
        assert node["title"] == member.quantity.title
        assert node["description"].endswith(member.quantity.unit)


def properties(node: Any, schema: Any) -> Any:
    """Return the properties of a table, or of the one that a reference means."""
    for option in [node, *node.get("anyOf", []), *node.get("allOf", [])]:
        if "$ref" in option:
            return schema["definitions"][option["$ref"].rsplit("/", 1)[1]].get("properties", {})
    return node.get("properties", {})


def test_the_schema_is_written_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from simulate.commands.assumptions import schema

    schema(None)
    assert json.loads(capsys.readouterr().out) == scenario_schema()
    schema(tmp_path / "s.json")
    assert (tmp_path / "s.json").read_text(encoding="utf-8") == schema_text()
