"""At the old values of its newer terms the model gives January's answers."""

import json
from math import hypot

import pytest

from simulate import Scenario, run
from tests.january import JANUARY

PATHS = 1 << 17
IN_ERRORS = 3.0


@pytest.mark.parametrize("lab", ["anthropic", "openai"])
@pytest.mark.parametrize(
    "metric", ["revenue", "gross margin, paying users", "gross margin, with free users"]
)
def test_every_years_revenue_and_margins_are_those_of_january(
    lab: str, metric: str, request: pytest.FixtureRequest
) -> None:
    scenario: Scenario = request.getfixturevalue(lab)
    archived = json.loads((JANUARY / f"{lab}.json").read_text(encoding="utf-8"))
    result = run(scenario, paths=PATHS)
    assert list(archived["fiscal_years"][metric]) == [str(year) for year in result.years]
    for year in result.years:
        old, new = archived["fiscal_years"][metric][str(year)]["p50"], result.in_year(metric, year)
        error = hypot(old["standard_error"], new["p50"].standard_error)
        assert abs(new["p50"].value - old["value"]) <= IN_ERRORS * error, year
