"""Files written for older scenarios, over the newest: what to change is told in a line."""

from pathlib import Path

import pytest

from simulate.scenario import ScenarioError
from simulate.scenario.load import check_all

GAIN = "net_gain is given, which is efficiency_gain less price_erosion; leave this out, and set"
CASES = {
    "a price's fall": ("[inference]\nprice_erosion = 0.3", GAIN),
    "a quantile of a price's fall": ("[inference.price_erosion]\np50 = 0.3", GAIN),
    "a variant's fall of prices": ('[variants.war]\n"inference.price_erosion" = 0.3', GAIN),
    "an alternative's fall of prices": (
        '[[alternatives]]\nname = "slump"\n"inference.price_erosion" = 0.3',
        GAIN,
    ),
    "a segment of its own volatility": (
        '[[segments]]\nname = "api"\nvolatility = 0.1',
        "segments.api: a new one, of which inference_cost is missing; to change one that is there, "
        'call it "all"',
    ),
    "a whole segment": (
        '[[segments]]\nname = "api"\nshare_of_revenue = 0.8\ninference_cost = 0.5',
        "segments: share_of_revenue sums to 1.8; it must be 1: all 1, api 0.8",
    ),
    "a variant's segment": (
        '[variants.war]\n"segments.api.growth.initial" = 1',
        "there is no segments.api; known are: all",
    ),
    "a correlation of a segment's": (
        '[correlations]\n"segments.api.growth.initial, cash.tax_rate" = 0.5',
        'did you mean "segments.all.growth.initial"?',
    ),
    "a funding round": (
        '[[funding]]\nname = "autumn_2026"\nchance = 0.5',
        'call it "series_h" or "clouds" or "listing"',
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_to_change_is_told_once(case: str, tmp_path: Path) -> None:
    text, told = CASES[case]
    file = tmp_path / "mine.toml"
    file.write_text(f'extends = "packaged:anthropic.toml"\n{text}\n', encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        check_all(file)
    (line,) = refused.value.lines
    assert str(file) in line
    assert told in line


def test_a_mistake_that_every_variant_inherits_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    more = "".join(f'[[alternatives]]\nname = "a{place}"\n' for place in range(2))
    file.write_text(f'extends = "packaged:anthropic.toml"\n{more}', encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        check_all(file)
    assert len(refused.value.lines) == 1
