"""Figures as tests need them."""

from datetime import date
from typing import Any

from simulate.scenario.figures import Figure
from simulate.scenario.quarters import format_quarter, last_day
from simulate.scenario.scored import Scored, last_quarter


def figure(quantity: str, period: str, value: float, **others: Any) -> Figure:
    """Return a lab's figure of a year or a quarter, known on its last day."""
    about = last_day(last_quarter(period))
    given: dict[str, Any] = {
        "id": f"{quantity} {period}",
        "lab": "Some Lab",
        "quantity": quantity,
        "definition": "",
        "period": period,
        "value": value,
        "unit": "bn USD",
        "kind": "level",
        "about": about,
        "known_on": about,
        "firmness": "A",
        "report": "accounts",
        "note": "",
    }
    return Figure(**given | others)


def run_rate(day: date, value: float) -> Figure:
    """Return a run rate of a day."""
    return figure("run rate", f"{day.year}", value, about=day, known_on=day)


def revenues(first: str, *values: float) -> list[Figure]:
    """Return revenue of quarters that follow each other."""
    quarter = last_quarter(first)
    return [
        figure("revenue", format_quarter(quarter + place), value)
        for place, value in enumerate(values)
    ]


def scored(
    quantity: str, period: str, definition: str = "", lab: str = "Some Lab", quarters_ahead: int = 1
) -> Scored:
    """Return what is scored of a lab."""
    return Scored(
        lab=lab,
        quantity=quantity,
        definition=definition,
        period=period,
        quarters_ahead=quarters_ahead,
        id="",
    )
