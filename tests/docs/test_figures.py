"""The table of figures says what the pages of facts say."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from simulate.scenario.inputs import read_facts

FIGURES = Path(__file__).parents[2] / "docs" / "data" / "figures.csv"
KINDS = {"level", "plan", "revision", "forecast error", "estimate"}
# Twelve times a month's revenue; a third; points of percent between two figures of the row.
DERIVED = {("A13", 9.0), ("O10", 20.4), ("M9", 24.0), ("P5", 0.333), ("M3", -0.13)}


def rows() -> list[dict[str, str]]:
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(text: str) -> set[float]:
    return {float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*\.?\d*|\.\d+", text)}


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['id']}-{row['period']}")
def test_a_figure_is_that_of_its_fact(row: dict[str, str]) -> None:
    fact = read_facts()[row["id"]]
    value = abs(float(row["value"]))
    written = numbers(f"{fact.figure} {fact.value}".replace("nearly 3", ""))
    said = {value, round(100.0 * value, 6)} & written
    assert said or (row["id"], float(row["value"])) in DERIVED


def test_dates_kinds_and_firmness_are_known_ones() -> None:
    for row in rows():
        about, known = date.fromisoformat(row["about"]), date.fromisoformat(row["known_on"])
        assert row["kind"] in KINDS
        assert row["firmness"] in set("ACLED")
        assert known <= date(2026, 6, 30)
        # What has come true can't have been known before it was over.
        assert row["kind"] not in ("level", "forecast error") or known >= date(about.year, 1, 1)


def test_no_figure_stands_twice() -> None:
    keys = [
        tuple(row[k] for k in ("id", "quantity", "definition", "period", "value", "kind"))
        for row in rows()
    ]
    assert len(keys) == len(set(keys))
