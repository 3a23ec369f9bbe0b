"""What the engine is compared with, on a scenario that stays as it is, so that times compare."""

from pathlib import Path

SCENARIO = Path(__file__).parents[1] / "docs" / "forecasts" / "2026-01-22" / "anthropic.toml"
