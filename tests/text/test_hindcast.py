"""A hindcast in words: it says what it doesn't beat, and what it could not score."""

from dataclasses import replace

from simulate.text.hindcast import (
    OF_GIVEN,
    WHAT_IT_IS,
    findings,
    forecast_tables,
    left_out_sentences,
    notes,
    ratio_table,
    score_tables,
)
from tests.figures import scored
from tests.scores import forecast, of_scores, score_of

BEATS_ONE = of_scores(
    score_of("A", forecast(0.1), random_walk=forecast(0.2), pocket_model=forecast(0.1)),
    score_of("A", forecast(0.2), random_walk=forecast(0.2), pocket_model=forecast(0.1)),
)


def test_it_says_first_what_it_is_and_is_not() -> None:
    assert WHAT_IT_IS.startswith("This is a hindcast and no track record")
    assert "structure was chosen in 2026, when the figures that it is scored on were known" in (
        WHAT_IT_IS
    )
    # A scenario that is given may have been frozen before.
    assert OF_GIVEN.startswith("This is a hindcast and no track record, but of scenarios")


def test_it_names_the_forecasters_that_it_does_not_beat() -> None:
    """The root of a half, and of two."""
    first, unbeaten, *_ = findings(BEATS_ONE)
    assert first == (
        "The model's scores are 0.71 times those of a random walk, and better on 1 of 2 figures."
    )
    assert unbeaten == "It does not beat the pocket model (1.41)."


def test_a_model_that_beats_all_has_nothing_to_say_of_it() -> None:
    found = of_scores(score_of("A", forecast(0.1), random_walk=forecast(0.2)))
    assert not any("does not beat" in sentence for sentence in findings(found))


def test_without_forecasters_it_counts_what_came_true_inside() -> None:
    found = of_scores(score_of("A", forecast(0.1)))
    assert findings(found)[0] == "1 of 1 came true inside the central 80%."
    assert ratio_table(found).rows == ()
    assert not any("ratio" in note for note in notes(found))


def test_a_forecaster_that_said_nothing_has_an_empty_cell() -> None:
    found = of_scores(
        score_of("A", forecast(0.1), random_walk=forecast(0.25)), score_of("A", forecast(0.3))
    )
    (table,) = score_tables(found)
    assert table.columns == ("", "model", "random\nwalk")
    assert [row.cells for row in table.rows] == [("0.100", "0.250"), ("0.300", "")]


def test_a_table_has_what_came_true_beside_the_forecast() -> None:
    (table,) = forecast_tables(of_scores(score_of("A", forecast(0.1, pit=0.25))))
    (row,) = table.rows
    assert row.name == "revenue 2026Q1 from 2025Q4"
    assert row.cells == ("1", "1", "0.5 to 2", "25%")


def test_figures_that_were_left_out_for_one_reason_share_a_sentence() -> None:
    missing = {scored("revenue", f"2025Q{q}"): "nothing is known of it." for q in (1, 2)}
    found = replace(BEATS_ONE, left_out=missing)
    assert left_out_sentences(found) == [
        "Not scored of Some Lab: revenue 2025Q1 and revenue 2025Q2 (nothing is known of it)."
    ]
