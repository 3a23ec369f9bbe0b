"""The JSON Schema of scenario files, for editors that complete and underline."""

import json
from typing import Any

from .distributions import FAMILY
from .schema import Scenario

SCHEMA_FILE = "scenario.schema.json"
NUMBER_OR_TEXT = {
    "anyOf": [
        {"type": "number"},
        {"type": "string", "description": 'such as "4.5 bn", "23%" or "0.2 to 0.6"'},
    ]
}
CHANGED_KEYS = {
    "type": "object",
    "description": 'keys of the scenario, or whole paths such as "cash.opening"',
    "properties": {
        "title": {"type": "string"},
        "by": {"type": "object", "description": "added to inputs", "additionalProperties": True},
        "times": {"type": "object", "description": "factors", "additionalProperties": True},
    },
}


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema, generated from the models that check the files."""
    schema = Scenario.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    for member in FAMILY.values():
        # A file may leave out what it inherits, and may write a number with its unit.
        table = definitions[member.__name__]
        _allow_written_numbers(table)
    for table in [schema, *definitions.values()]:
        # What a file does not set it may extend.
        table.pop("required", None)
    schema["$schema"] = "http://json-schema.org/draft-07/schema#"
    schema["title"] = "Scenario of an AI lab's economics"
    schema["properties"] |= {
        "extends": {"type": "string", "description": "a file that this one changes"},
        "variants": {"type": "object", "additionalProperties": CHANGED_KEYS},
        "stresses": {"type": "object", "additionalProperties": CHANGED_KEYS},
    }
    return schema


def schema_text() -> str:
    """Return the JSON Schema as the file that stands beside the scenarios."""
    return json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"


def _allow_written_numbers(table: dict[str, Any]) -> None:
    for name, member in table.get("properties", {}).items():
        if member.get("type") == "number":
            member.pop("type")
            table["properties"][name] = member | NUMBER_OR_TEXT
