"""What is measured: the packaged Anthropic, and January's, which stays as it is."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "configs" / "anthropic.toml"
JANUARY = ROOT / "docs" / "forecasts" / "2026-01-22" / "anthropic.toml"
