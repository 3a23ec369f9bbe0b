"""Scores of forecasts of what is known: identities, and what is asked of whom."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from simulate import Scenario, ScenarioError
from simulate.analysis.hindcast import Hindcast, hindcast
from simulate.analysis.scores import joint_p
from simulate.scenario.figures import Figure, packaged_figures
from simulate.scenario.quarters import parse_quarter
from tests.figures import figure, revenues
from tests.january import of_january
from tests.scores import forecast, of_scores, score_of

PATHS = 2048
NAMES = {"Anthropic": "anthropic", "OpenAI": "openai"}


def vintage_of(_: Sequence[Figure], lab: str, on: date) -> Scenario:
    """Return a packaged scenario for the day before it begins, and for no other."""
    scenario = of_january(NAMES[lab])
    if on != date(2025, 12, 31):
        raise ScenarioError("nothing is known of it")
    return scenario


@pytest.fixture(scope="module")
def scored_list() -> Hindcast:
    return hindcast(vintage_of=vintage_of, paths=PATHS)


def test_all_of_the_list_is_scored_or_left_out_with_a_reason(scored_list: Hindcast) -> None:
    assert len(scored_list.scores) + len(scored_list.left_out) == 21
    assert all(scored_list.left_out.values())
    assert {vintage.quarter for vintage in scored_list.vintages} == {parse_quarter("2025Q4")}


def test_what_came_true_is_that_of_the_facts(scored_list: Hindcast) -> None:
    revenue = [s for s in scored_list.scores if s.scored.quantity == "revenue"]
    assert [(s.scored.lab, s.came_true) for s in revenue] == [("Anthropic", 4.8), ("OpenAI", 5.7)]


def test_revenue_is_scored_by_its_logarithm(scored_list: Hindcast) -> None:
    """Twice as far off in the logarithm is about twice the score, so far outside of the paths."""
    score = scored_list.scores[0]
    assert score.scale == "logarithm"
    distance = np.log(score.came_true / score.model.median)
    assert score.model.crps == pytest.approx(distance, abs=0.1)
    width = np.log(score.model.high / score.model.low)
    assert score.model.width == pytest.approx(width, rel=0.01)


def test_the_same_question_has_the_same_answer_and_another_seed_another(
    scored_list: Hindcast,
) -> None:
    again = hindcast(vintage_of=vintage_of, paths=PATHS)
    other = hindcast(vintage_of=vintage_of, paths=PATHS, seed=1)
    assert again.scores == scored_list.scores
    assert again.joint_p == scored_list.joint_p
    assert other.scores != scored_list.scores


def test_a_lab_alone_is_scored_as_among_others(scored_list: Hindcast) -> None:
    alone = hindcast(labs=["OpenAI"], vintage_of=vintage_of, paths=PATHS)
    assert alone.labs == ["OpenAI"]
    assert alone.scores == [s for s in scored_list.scores if s.scored.lab == "OpenAI"]
    assert alone.vintages[0].joint_p == scored_list.vintages[1].joint_p


# Identities


def test_a_model_scored_against_itself_has_a_ratio_of_one() -> None:
    found = of_scores(
        *(score_of("A", forecast(c, c), random_walk=forecast(c, c)) for c in (0.1, 0.7))
    )
    compared = found.against("random walk")
    assert compared is not None
    assert (compared.figures, compared.ratio, compared.wins) == (2, pytest.approx(1.0), 0)
    assert found.width_over("random walk") == pytest.approx(1.0)


def test_ratios_are_geometric_and_one_lab_can_be_left_out() -> None:
    found = of_scores(
        score_of("A", forecast(0.1), random_walk=forecast(0.4)),
        score_of("B", forecast(0.4), random_walk=forecast(0.1)),
        score_of("B", forecast(0.2), random_walk=forecast(0.1)),
        score_of("B", forecast(0.2)),
    )
    both, without = found.against("random walk"), found.against("random walk", without="A")
    assert both is not None and without is not None
    assert (both.figures, both.wins) == (3, 1)
    assert both.ratio == pytest.approx(2.0 ** (1.0 / 3.0))
    assert (without.figures, without.wins) == (2, 0)
    assert without.ratio == pytest.approx(8.0**0.5)
    assert found.against("plan") is None


def test_fewer_than_twenty_ranks_are_shown_and_not_tested() -> None:
    ranks = [(k + 0.5) / 20 for k in range(20)]
    scores = [score_of("A", forecast(0.1, pit=rank)) for rank in ranks]
    assert of_scores(*scores[:19]).p_of_ranks is None
    assert of_scores(*scores).p_of_ranks == pytest.approx(1.0)


def test_the_joint_p_of_a_forecaster_who_is_right_is_outside_a_tenth_one_time_in_ten() -> None:
    """Of 1,000 truths 100 are expected below 0.05 or above 0.95; 60 to 140 is four sd."""
    rng = np.random.default_rng(4)
    root = np.linalg.cholesky(0.7 * np.ones((4, 4)) + 0.3 * np.eye(4))
    paths = rng.standard_normal((1000, 4)) @ root.T
    alarms = sum(
        not 0.05 <= joint_p(paths, truth) <= 0.95
        for truth in rng.standard_normal((1000, 4)) @ root.T
    )
    assert 60 <= alarms <= 140


# A user's own figures and scenarios

MINE = [*revenues("2024Q4", 1.0, 1.3, 1.5, 2.0, 2.4, 2.7), figure("revenue", "2026", 13.0)]


def mine() -> Scenario:
    return of_january("anthropic", settings=["lab=Some Lab"])


def test_a_scenario_is_scored_on_all_that_its_lab_reported_since() -> None:
    found = hindcast([mine()], figures=MINE, vintage_of=vintage_of, paths=PATHS)
    assert [(s.scored.period, s.came_true) for s in found.scores] == [
        ("2026Q1", 2.7),
        ("2026", 13.0),
    ]
    assert set(found.scores[0].forecasts) == {
        "model",
        "random walk",
        "damped trend",
        "pocket model",
    }


def test_what_the_model_does_not_give_is_no_question_to_a_scenario() -> None:
    more = [*MINE, figure("R&D", "2026Q1", 1.0), figure("revenue", "2040", 99.0)]
    found = hindcast([mine()], figures=more, vintage_of=vintage_of, paths=PATHS)
    assert len(found.scores) == 2


def test_what_all_paths_agree_on_is_no_forecast() -> None:
    """A scenario of revenue alone, in which nothing is trained, is certain of that."""
    free = mine().changed(
        {
            "base_year.training": 0.0,
            "base_year.training_run_rate": 0.0,
            "training.floor": 0.0,
        }
    )
    more = [*MINE, figure("training cost", "2026Q1", 1.0)]
    found = hindcast([free], figures=more, vintage_of=vintage_of, paths=PATHS)
    assert [reason for s, reason in found.left_out.items() if s.quantity == "training cost"]
    assert 0.0 < found.joint_p < 1.0


def test_a_scenario_of_a_lab_without_figures_is_told_which_there_are() -> None:
    with pytest.raises(ScenarioError, match='its lab is "Some Lab", and the figures are of Anthr'):
        hindcast([mine()], vintage_of=vintage_of, paths=PATHS)


def test_nothing_to_score_is_told() -> None:
    early = revenues("2025Q1", 1.0, 1.3)
    with pytest.raises(
        ScenarioError, match="none that the model gives is reported of Some Lab after 2025Q4"
    ):
        hindcast([mine()], figures=early, vintage_of=vintage_of, paths=PATHS)


def test_a_lab_that_there_is_none_of_is_told() -> None:
    with pytest.raises(ScenarioError, match='no figures are of a lab "OpenAi"; did you mean'):
        hindcast(labs=["OpenAi"], vintage_of=vintage_of, paths=PATHS)


def test_figures_alone_are_forecast_at_the_end_of_each_quarter() -> None:
    asked: list[date] = []

    def asking(_: Sequence[Figure], __: str, on: date) -> Scenario:
        asked.append(on)
        return mine()

    found = hindcast(figures=MINE[:6], vintage_of=asking, paths=PATHS)
    assert asked == sorted(set(asked))
    assert date(2025, 12, 31) in asked
    # The stub begins in 2026 whatever the day, and says nothing of quarters before.
    assert {s.scored.period for s in found.scores} == {"2026Q1"}
    assert len(found.left_out) == 10


def test_packaged_figures_tell_of_two_labs(scored_list: Hindcast) -> None:
    assert scored_list.labs == ["Anthropic", "OpenAI"]
    assert {f.lab for f in packaged_figures()} > set(scored_list.labs)


# Sections laid over scenarios


def test_sections_are_scored_beside_the_same_scenario_without(tmp_path: Path) -> None:
    sections = tmp_path / "cash.toml"
    sections.write_text('lab = "OpenAI"\n[cash]\nopening = 76.7\n')
    given = [of_january("openai"), of_january("anthropic")]
    alone = hindcast(given, paths=PATHS)
    found = hindcast(given, sections=[sections], paths=PATHS)
    before = {(s.scored.lab, s.scored.name): s.model for s in alone.scores}
    after = {(s.scored.lab, s.scored.name): s for s in found.scores}
    plain = {key: s.forecasts["plain model"] for key, s in after.items() if key[0] == "OpenAI"}
    assert plain == {key: before[key] for key in plain}
    assert all("plain model" not in s.forecasts for key, s in after.items() if key[0] != "OpenAI")
    # 76.7 less a burn of about 3.7 is what came true.
    cash = after["OpenAI", "cash"]
    assert cash.came_true == pytest.approx(73.0) and cash.scale == "logarithm"
    assert 0.05 < cash.model.pit < 0.95 and plain["OpenAI", "cash"].pit == 1.0
    compared = found.against("plain model")
    assert compared is not None and compared.figures == len(plain)
    assert compared.ratio < 1.0


def test_sections_that_are_laid_over_nothing_are_refused(tmp_path: Path) -> None:
    sections = tmp_path / "later.toml"
    sections.write_text('lab = "OpenAI"\nas_of = 2026-03-31\n[cash]\nopening = 76.7\n')
    with pytest.raises(ScenarioError, match=r'no scenario, by its lab = "OpenAI" and as_of = 2026'):
        hindcast([of_january("openai")], sections=[sections], paths=PATHS)
