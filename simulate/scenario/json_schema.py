"""The JSON Schema of scenario files, for editors that complete and underline."""

import json
from typing import Any

from .distributions import FAMILY, ScipyNamed
from .quantity import WRITTEN
from .schema import Scenario
from .targets import TARGET

Node = dict[str, Any]

SCHEMA_FILE = "scenario.schema.json"
DISTRIBUTION = {"$ref": "#/definitions/Distribution"}
# What is required of a table that need not be whole: a file leaves out what it inherits.
# But by its name a member is found, and any key might be a parameter of scipy's.
MEMBERS = (
    "BaseQuarter",
    "Segment",
    "Hardware",
    "Commitment",
    "RevenueShare",
    "Funding",
    "OwnLine",
    "Alternative",
)
REQUIRED = {name: ["name"] for name in MEMBERS} | {ScipyNamed.__name__: ["distribution"]}
MOVES = {"type": "object", "additionalProperties": {"type": ["number", "string"]}}
CHANGE = {
    "type": "object",
    "description": 'keys of the scenario, or whole paths such as "cash.opening"',
    "properties": {
        "title": {"type": "string"},
        "times": MOVES | {"description": "factors of inputs, by whole path"},
        "by": MOVES | {"description": "what is added to inputs, by whole path"},
    },
}
BESIDE_THE_SCENARIO = {
    "extends": {"type": "string", "description": "a file that this one changes"},
    "variants": {"type": "object", "additionalProperties": CHANGE},
    "stresses": {"type": "object", "additionalProperties": CHANGE},
}


def scenario_schema() -> Node:
    """Return the JSON Schema, generated from the models that check the files.

    It is of draft 7, which editors of TOML know; there nothing may stand beside a reference.
    """
    schema = Scenario.model_json_schema(ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs")
    kinds = [definitions[member.__name__] for member in FAMILY.values()]
    whole: Node = schema | {"definitions": definitions}
    _simplify(whole)
    for kind in kinds:
        _allow_written_numbers(kind)
    members = [{"$ref": f"#/definitions/{member.__name__}"} for member in FAMILY.values()]
    definitions["Distribution"] = {"title": "Distribution", "anyOf": members}
    whole["properties"] = BESIDE_THE_SCENARIO | whole["properties"]
    whole["properties"]["targets"] = _table_or_list(whole["properties"]["targets"])
    whole["title"] = "Scenario of an AI lab's economics"
    return {"$schema": "http://json-schema.org/draft-07/schema#"} | whole


def _table_or_list(targets: Node) -> Node:
    """Return what may be said of targets: a table of gross margin's, or a list of any."""
    return {"anyOf": [targets, {"type": "array", "items": TARGET}]}


def schema_text() -> str:
    """Return the JSON Schema as the file that stands beside the scenarios."""
    return json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"


def _simplify(node: Any) -> None:
    """Bring what pydantic writes to draft 7, and to what a file may leave out or can't say."""
    if isinstance(node, list):
        for member in node:
            _simplify(member)
    if not isinstance(node, dict):
        return
    if "oneOf" in node:
        # Of a table without its kind, which is inherited, several may be true.
        node["anyOf"] = node.pop("oneOf")
    if len(node.get("anyOf", [])) == len(FAMILY):
        del node["anyOf"]
        node |= DISTRIBUTION
    options = [option for option in node.get("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1:  # TOML has no null: what is optional is left out
        del node["anyOf"]
        node |= options[0]
    if "prefixItems" in node:
        node["items"] = node.pop("prefixItems")
    if node.get("default", "") is None:
        del node["default"]
    if isinstance(node.get("required"), list):
        node["required"] = REQUIRED.get(node["title"], [])
        if not node["required"]:
            del node["required"]
    for value in node.values():
        _simplify(value)


def _allow_written_numbers(node: Any) -> None:
    """Let texts such as "23%" stand where a distribution's table takes numbers."""
    if isinstance(node, list):
        for member in node:
            _allow_written_numbers(member)
    if not isinstance(node, dict):
        return
    if node.get("$ref") == DISTRIBUTION["$ref"]:
        del node["$ref"]
        node["anyOf"] = [{"type": "number"}, WRITTEN, DISTRIBUTION]
    elif node.get("type") == "number":
        del node["type"]
        node["anyOf"] = [{"type": "number"}, WRITTEN]
    else:
        for value in node.values():
            _allow_written_numbers(value)
