"""What it would take: values that meet a target, where they are known."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from simulate.analysis.goal import GoalMap, GoalSeek, map_goal, seek_goal
from simulate.engine.run import run
from simulate.model.goal import Target, parse_target
from simulate.model.rows import Hit
from simulate.plots.goal import plot_goal
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.setting import find_setting, parse_search
from simulate.text.goal import finding, gap, needed_table
from simulate.text.numbers import SHARE, number
from tests.calling import call
from tests.drawn import faults
from tests.model.test_closed_forms import CENTRE, OVERRUN, SCALE, quiet
from tests.scenarios import changed, value

pytestmark = pytest.mark.usefixtures("january", "blank_pictures")

PATHS, PATHS_OF_MAPS = 1 << 13, 1 << 10
OTHER_COST = "inference.other_sales_cost"
GAIN, OVERRUN_KEY = "inference.efficiency_gain", "inference.overrun"
SHIFT, SHIFTED = f"{GAIN}=+", f"shift of {GAIN}"


@pytest.fixture(scope="module")
def short(anthropic: Scenario) -> Scenario:
    """Anthropic to 2030, on pseudo-random paths, which are made fastest."""
    return changed(anthropic, {"horizon.last_quarter": "2030Q4", "sampling.sampler": "pseudo"})


def seek(target: str, key: str, scenario: Scenario, *search: float) -> GoalSeek:
    wanted = parse_target(target, scenario)
    ends = (search[0], search[1]) if search else None
    setting, _ = parse_search(wanted.scenario, key)
    return seek_goal(wanted, setting, ends, paths=PATHS)


def inference_share(scenario: Scenario) -> float:
    planned = value(scenario.segments[0].inference_cost)
    return planned * (1.0 + value(scenario.inference.base_overrun))


def test_without_uncertainty_it_is_the_cost_that_leaves_the_margin() -> None:
    """The margin is 1 - inference - other cost in every quarter, so P is 1 up to a cost, then 0."""
    found = seek("P(gross margin 45% by 2027) >= 0.5", OTHER_COST, quiet())
    (crossing,) = found.crossings
    truth = 1.0 - inference_share(quiet()) - 0.45
    assert not crossing.rises
    assert crossing.value.low <= truth <= crossing.value.high
    assert abs(crossing.value.value - truth) < 2e-4 * np.ptp(found.values)
    assert finding(found).startswith("Met where the other sales cost is at most ")


@pytest.mark.parametrize(("wanted", "years"), [(0.5, 2), (0.9, 5)])
def test_under_a_lognormal_overrun_it_is_a_closed_form(wanted: float, years: int) -> None:
    """With nothing carried, P(by n years) = 1 - (1 - p)^n, with p the chance of one year.

    p = Phi((log((1 - x - target) / share) - centre) / scale), which is solved for x.
    """
    scenario = changed(quiet(), {"inference.overrun": OVERRUN, "inference.overrun_carried": 0.0})
    found = seek(f"P(gross margin 50% by {2025 + years}) >= {wanted}", OTHER_COST, scenario)
    once = 1.0 - (1.0 - wanted) ** (1.0 / years)
    room = inference_share(scenario) * np.exp(CENTRE + SCALE * norm.ppf(once))
    (crossing,) = found.crossings
    # Beyond 4 standard errors once in 16,000 seeds, were they normal.
    assert abs(crossing.value.value - (1.0 - 0.5 - room)) < 4.0 * crossing.value.standard_error


def test_a_target_that_a_value_meets_is_met_at_that_value(short: Scenario) -> None:
    there = run(find_setting(short, GAIN, "by").at(0.2), paths=PATHS)
    probability = there.probability_by_year(Hit.MARGIN_PAYING, 2027).value
    found = seek(f"P(gross margin by 2027) >= {probability}", SHIFT, short, -0.4, 0.8)
    (crossing,) = found.crossings
    assert abs(crossing.value.value - 0.2) < 0.3 * crossing.value.standard_error
    assert found.now.value < probability
    assert not found.target.is_met(found.now.value)


def test_the_words_agree_with_the_numbers(short: Scenario) -> None:
    found = seek("P(out of cash by 2030) <= 0.2", SHIFT, short, -0.4, 0.8)
    (crossing,) = found.crossings
    assert finding(found) == (
        f"Met where the shift of efficiency gain is at least +{number(crossing.value)} log/yr; "
        "+0 log/yr in the baseline"
    )
    assert found.target.in_words == "P(cash runs out by the end of 2030) at most 20%"
    met = [found.target.is_met(e.value) for e in found.estimates]
    assert met == [v > crossing.value.value for v in found.values]
    written = {text.get_text() for text in plot_goal(found).axes[0].texts}
    assert {f"+{crossing.value.rounded}", "wanted: at most 20%"} <= written


def test_a_setting_that_changes_nothing_has_no_best_value(short: Scenario) -> None:
    found = seek("P(gross margin by 2028) >= 0.9", "cash.opening", short, 10.0, 12.0)
    (chance,) = {e.value for e in found.estimates}
    assert finding(found) == (
        f"Met at no opening cash from 10 bn USD to 12 bn USD: {chance:.1%} at every value"
    )


def test_a_target_out_of_reach_says_so_with_the_best(short: Scenario) -> None:
    found = seek("P(gross margin by 2026) >= 0.5", SHIFT, short, -0.4, 0.2)
    assert found.crossings == ()
    best = max(e.value for e in found.estimates)
    assert finding(found) == (
        "Met at no shift of efficiency gain from -0.4 log/yr to +0.2 log/yr: "
        f"the most is {best:.1%}, at {found.values[found.best]:+g} log/yr"
    )
    assert found.best == len(found.values) - 1
    figure = plot_goal(found)
    assert faults(figure).outside == []
    (axes,) = figure.axes
    (name,) = (text for text in axes.texts if "baseline" in text.get_text())
    assert name.get_window_extent().y0 >= axes.bbox.y0


def test_the_search_goes_further_where_the_target_is_not_met_near_by(short: Scenario) -> None:
    """Two spreads below the median of the overrun lie what one does not reach."""
    found = seek("P(gross margin by 2027) >= 0.9", f"{OVERRUN_KEY}=+", short)
    (crossing,) = found.crossings
    near = find_setting(short, OVERRUN_KEY, "by").search_range()
    assert crossing.value.value < near[0]


def setting_at(scenario: Scenario, gain: float) -> Scenario:
    return find_setting(scenario, GAIN).at(gain)


def test_the_search_ends_where_amounts_grow_beyond_counting(short: Scenario) -> None:
    """Costs that grow by e^6 a year for five years pass all that the world produces."""
    found = seek("P(gross margin by 2027) >= 0.9", GAIN, short, -6.0, 2.0)
    (crossing,) = found.crossings
    assert crossing.rises
    least, *grid = found.values
    np.testing.assert_allclose(grid, np.linspace(-6.0, 2.0, 17)[-len(grid) :])
    run(setting_at(short, least), paths=PATHS)
    with pytest.raises(ScenarioError, match="passes"):
        run(setting_at(short, least - 0.1), paths=PATHS)
    written = f"below {least:.6g} log/yr"
    assert gap(found) == f"Not searched, since amounts grow beyond counting: {written}."


def test_a_search_begins_at_the_baseline_and_goes_on_to_the_limit(anthropic: Scenario) -> None:
    """From 0 to 5 the middle is beyond counting, and so is the grid's value after the crossing."""
    key = "training.growth.lasting"
    found = seek("P(out of cash by 2030) >= 0.9985", key, anthropic, 0.0, 5.0)
    before, limit = found.values[-2:]
    assert 0.0 < limit - before < 5.0 / 16
    (crossing,) = found.crossings
    assert before < crossing.value.value < limit
    assert before <= crossing.value.low < crossing.value.high <= limit


def test_a_value_at_which_amounts_grow_beyond_counting_is_named(short: Scenario) -> None:
    with pytest.raises(ScenarioError, match="; efficiency gain -6 log/yr: inference cost passes"):
        run(setting_at(short, -6.0), paths=PATHS)


def test_a_target_that_is_never_missed_says_so(short: Scenario) -> None:
    found = seek("P(gross margin by 2027) >= 0.01", SHIFT, short, 0.0, 0.2)
    assert finding(found) == "Met at every shift of efficiency gain from +0 log/yr to +0.2 log/yr"
    assert found.target.is_met(found.now.value)


def test_the_rows_of_a_map_are_each_a_search(short: Scenario) -> None:
    wanted = parse_target("P(gross margin by 2027) >= 0.4", short)
    settings = (find_setting(short, GAIN, "by"), find_setting(short, OVERRUN_KEY, "by"))
    plane = map_goal(wanted, settings, [(0.0, 0.6), (-0.2, 0.2)], paths=PATHS)
    row = 3
    (crossing,) = plane.needed[row]
    at_row = Target(settings[0].at(plane.values[0][row]), wanted.statistic, True, 0.4)
    alone = seek_goal(
        at_row, find_setting(at_row.scenario, OVERRUN_KEY, "by"), (-0.2, 0.2), paths=PATHS
    )
    (expected,) = alone.crossings
    # The row is interpolated between 7 values.
    assert crossing.value.value == pytest.approx(expected.value.value, abs=0.004)
    assert needed_table(plane).rows[row].cells[0].endswith(" or less")
    at_baseline = SHARE.amount(plane.needed[0][0].value)
    assert finding(plane) == (
        f"Met where the shift of inference overrun is at most {at_baseline}, "
        "with the shift of efficiency gain at +0 log/yr"
    )
    assert plot_goal(plane).axes[0].get_xlabel() == "shift of inference overrun, share"


@pytest.fixture(scope="module")
def half_counted(short: Scenario) -> Iterator[GoalMap]:
    """Efficiency gains from -6 to 2 across: with the least, amounts grow beyond counting."""
    wanted = parse_target("P(gross margin by 2027) >= 0.4", short)
    settings = (find_setting(short, OVERRUN_KEY, "by"), find_setting(short, GAIN))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("simulate.analysis.goal.SIDE", 3)
        yield map_goal(wanted, settings, [(-0.2, 0.2), (-6.0, 2.0)], paths=PATHS_OF_MAPS)


def test_a_cell_beyond_counting_says_so_and_the_rest_of_the_map_stands(
    half_counted: GoalMap,
) -> None:
    rows, gains = half_counted.values
    for gain, counted in zip(gains, half_counted.counted[0], strict=True):
        at_gain = Target(
            half_counted.settings[0].at(rows[0]), half_counted.target.statistic, True, 0.4
        )
        scenario = find_setting(at_gain.scenario, GAIN).at(float(gain))
        if counted:
            run(scenario, paths=PATHS_OF_MAPS)
        else:
            with pytest.raises(ScenarioError, match="passes"):
                run(scenario, paths=PATHS_OF_MAPS)
    lost = int((~half_counted.counted).sum())
    assert 0 < lost < 9
    assert gap(half_counted) == f"In {lost} of the 9 cells amounts grow beyond counting."
    for row in needed_table(half_counted).rows:
        assert row.cells[0].endswith(" or more")
        assert row.cells[2].startswith("beyond counting to ")
        (crossing,) = half_counted.needed[0]
        assert -2.0 < crossing.value.value < 2.0
    assert finding(half_counted).startswith("Met where the efficiency gain is at least ")


def test_the_picture_of_a_map_leaves_out_what_cannot_be_counted(half_counted: GoalMap) -> None:
    picture = plot_goal(half_counted)
    shown = faults(picture)
    assert not shown.outside and not shown.overlapping
    assert any("beyond counting" in text for text in shown.texts)


def test_a_row_without_a_cell_that_can_be_counted_is_empty(
    short: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.analysis.goal.SIDE", 2)
    wanted = parse_target("P(gross margin by 2027) >= 0.4", short)
    settings = (find_setting(short, GAIN), find_setting(short, OVERRUN_KEY, "by"))
    plane = map_goal(wanted, settings, [(-6.0, 2.0), (-0.2, 0.2)], paths=PATHS_OF_MAPS)
    assert not plane.counted[0].any() and plane.counted[-1].all()
    assert needed_table(plane).rows[0].cells == ("", "", "beyond counting")
    assert needed_table(plane).rows[-1].cells[0] in ("any", "none")


def test_a_map_of_which_no_cell_can_be_counted_is_refused(
    short: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.analysis.goal.SIDE", 2)
    wanted = parse_target("P(gross margin by 2027) >= 0.4", short)
    settings = (find_setting(short, GAIN), find_setting(short, OVERRUN_KEY, "by"))
    with pytest.raises(ScenarioError, match="inference cost passes"):
        map_goal(wanted, settings, [(-6.0, -5.5), (-0.2, 0.2)], paths=PATHS_OF_MAPS)


def test_an_uncertain_input_is_sought_as_a_certain_one(short: Scenario) -> None:
    """What is met at a value is met by the scenario in which that value is set."""
    found = seek("P(out of cash by 2030) <= 0.2", "cash.opening", short, 8.0, 40.0)
    (crossing,) = found.crossings
    assert finding(found) == (
        f"Met where the opening cash is at least {number(crossing.value)} bn USD; "
        "uncertain in the baseline"
    )
    there = run(changed(short, {"cash.opening": crossing.value.value}), paths=PATHS)
    reached = there.probability_by_year(Hit.OUT_OF_CASH, 2030).value
    # Other paths than those of the search: within 4 standard errors.
    assert reached == pytest.approx(0.2, abs=4.0 * np.sqrt(0.2 * 0.8 / PATHS))
    assert not [text for text in plot_goal(found).axes[0].texts if "baseline" in text.get_text()]


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


FAST = [
    "--paths",
    "2048",
    "--set",
    "sampling.sampler=pseudo",
    "--set",
    "horizon.last_quarter=2030Q4",
]
TARGET = ["--target", "P(gross_margin 70% by 2027) >= 0.3", *FAST]


@pytest.mark.parametrize(
    "vary",
    [
        [GAIN, "--from", "0.6", "--to", "1.4"],
        [f"{GAIN}=-0.2:+0.6"],
        [f"{GAIN}=+", "--vary", "cash.opening=*0.5:*2"],
    ],
)
def test_the_command_prints_in_80_columns_and_draws(
    vary: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "goal", "anthropic", *TARGET, "--vary", *vary) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    for part in (
        "Wanted: P(gross margin",
        "at least",
        "Baseline",
        "Varied: ",
        "advice",
    ):
        assert part in printed
    name = f"anthropic-goal{'-map' * ('--vary' in vary)}.png"
    picture = Path("results", "anthropic", name)
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--vary", GAIN], "goal: give --target"),
        (TARGET, "--vary KEY"),
        ([*TARGET, "--vary", "inference.gain"], "there is no inference.gain"),
        ([*TARGET, "--vary", "targets.gross_margin"], "no quantity of the lab"),
        ([*TARGET, "--vary", "funding.round_2026.quarter"], "compare some with simulate sweep"),
        ([*TARGET, "--vary", GAIN, "--from", "2", "--to", "1"], "from 2 to 1 is no range"),
        ([*TARGET, "--vary", GAIN, "--from", "1", "--from", "2"], "once for each --vary"),
        ([*TARGET, "--vary", "cash.tax_rate", "--to", "2"], "from 0 to 1 share"),
        ([*TARGET, "--vary", f"{GAIN}=1"], "write it as key, key=+, key=* or key=low:high"),
        ([*TARGET, "--vary", f"{GAIN}=0:1:5"], "write it as key, key=+, key=* or key=low:high"),
        ([*TARGET, "--vary", SHIFT, "--from", "0"], "write its ends with +, too"),
        ([*TARGET, "--vary", GAIN, "--from", "+0", "--to", "*2"], "all values must set (8), shift"),
        ([*TARGET, "--vary", GAIN, "--from", "nan"], "its ends must be numbers"),
        ([*TARGET, "--vary", "cash.opening", "--from", "8 bn", "--to", "0,9 bn"], 'write "0.9 bn"'),
        (
            [*TARGET, "--vary", "cash.opening", "--from", "9e3 m", "--to", "8 bn"],
            "from 9 to 8 is no",
        ),
        ([*TARGET, "--vary", GAIN, "--out", "x.doc"], "must end in .png, .svg or .pdf"),
    ],
)
def test_a_goal_that_can_not_be_ends_in_a_line(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, "goal", "anthropic", *arguments) == 2
    assert message in capsys.readouterr().err
    assert list(Path().iterdir()) == []
