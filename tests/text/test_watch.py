"""What a save changed, in words, and the dates as bars of blocks."""

import re
from collections.abc import Sequence
from io import BytesIO, TextIOWrapper

import numpy as np
import pytest
from rich.console import Console

from simulate.analysis.dates import shares_by_year
from simulate.analysis.diff import differences
from simulate.analysis.watch import Answer, Change, Move, Watch
from simulate.engine.estimate import Estimate
from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.model.outcomes import headline_events, projected_time
from simulate.scenario import Scenario
from simulate.text.watch import DateBars, change_sentences, difference_in_words, watched
from tests.scenarios import changed

PATHS = 4096
OVERRUN = {"distribution": "normal", "p10": -0.1, "p90": 0.23}


@pytest.fixture(scope="module")
def result(anthropic: Scenario) -> Result:
    return run(anthropic, paths=PATHS)


def estimate(value: float, error: float = 0.001) -> Estimate:
    return Estimate(value, error, value - 2 * error, value + 2 * error)


def moved(
    before: Scenario,
    after: Scenario,
    result: Result,
    ends: tuple[float, float],
    error: float = 0.001,
    parts: Sequence[Estimate] = (),
) -> Change:
    """Return a change that moved the headline's probability between two ends."""
    start, end = ends
    change = estimate(end - start, error)
    move = Move(headline_events(after)[0], estimate(start), estimate(end), change, tuple(parts))
    return Change(before, after, result, differences(before, after), (move,))


def printed(shown: object, width: int = 80, encoding: str = "utf-8") -> list[str]:
    written = BytesIO()
    with TextIOWrapper(written, encoding) as file:
        Console(file=file, width=width, highlight=False).print(shown)
        file.flush()
        return written.getvalue().decode(encoding).splitlines()


def test_the_move_of_the_headline_stands_beside_the_key_that_made_it(
    anthropic: Scenario, result: Result
) -> None:
    before = changed(anthropic, {"inference.overrun": OVERRUN})
    after = changed(anthropic, {"inference.overrun": OVERRUN | {"p90": 0.18}})
    assert change_sentences(moved(before, after, result, (0.14, 0.19))) == (
        "P(margin 70% by 2027) 14.0% → 19.0%: +5.0 ± 0.1 points, "
        "by inference.overrun.p90 0.23 → 0.18",
    )


@pytest.mark.parametrize(
    ("end", "error", "words"),
    [
        (0.14, float("nan"), "14.0% → 14.0%: no change"),
        (0.1416, 0.001, "14.0% → 14.2%: no change beyond chance"),
        (0.1424, 0.001, "14.0% → 14.2%: +0.2 ± 0.1 points"),
        (0.135, 0.0001, "14.00% → 13.50%: -0.50 ± 0.01 points"),
        (0.15, 0.00008, "14.00% → 15.00%: +1.00 ± 0.01 points"),
    ],
)
def test_a_change_is_told_to_the_digit_of_its_error_and_none_beyond_chance(
    end: float, error: float, words: str, anthropic: Scenario, result: Result
) -> None:
    after = changed(anthropic, {"cash.opening": 30.0})
    (sentence,) = change_sentences(moved(anthropic, after, result, (0.14, end), error))
    assert words in sentence


def test_of_several_keys_each_has_its_part(anthropic: Scenario, result: Result) -> None:
    before = changed(anthropic, {"inference.overrun": OVERRUN, "cash.opening": 20.0})
    after = changed(
        before, {"inference.overrun": OVERRUN | {"p90": 0.18, "p10": -0.15}, "cash.opening": 30.0}
    )
    parts = [estimate(0.04, 0.002), estimate(0.0004)]
    (sentence,) = change_sentences(moved(before, after, result, (0.14, 0.18), parts=parts))
    assert sentence.endswith(
        "+4.0 ± 0.1 points, by inference.overrun (p10 -0.1 → -0.15, p90 0.23 → 0.18) (+4.0) "
        "and cash.opening 20 → 30 (0)"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"targets.gross_margin": 0.6}, ["targets.gross_margin 0.7 → 0.6"]),
        ({"horizon.last_quarter": "2030Q4"}, ["horizon.last_quarter 2035Q4 → 2030Q4"]),
        ({"cash.opening": 30.0}, ["cash.opening ", " → 30 bn USD"]),
        ({"inference.overrun": OVERRUN}, ["inference.overrun ", "% → -10% / 6.5% / 23%"]),
        ({"funding": []}, ["funding.", ": left out"]),
        ({"correlations": {}}, ["correlation of ", " → none"]),
    ],
)
def test_what_was_changed_is_told_as_it_is_stated_or_in_quantiles(
    changes: dict[str, object], words: list[str], anthropic: Scenario
) -> None:
    after = changed(anthropic, changes)
    change = Change(anthropic, after, None, differences(anthropic, after), ())
    told = difference_in_words(change.differences[0], change)
    assert all(part in told for part in words), told


def test_another_target_is_named_after_the_former(anthropic: Scenario, result: Result) -> None:
    after = changed(anthropic, {"targets.gross_margin": 0.6})
    (sentence,) = change_sentences(moved(anthropic, after, result, (0.3, 0.5)))
    assert sentence.startswith("P(margin 70% / 60% by 2027) 30.0% → 50.0%")


def test_many_keys_are_counted(anthropic: Scenario) -> None:
    keys = ("opening", "tax_rate", "interest_rate", "working_capital", "capital_spending")
    after = changed(anthropic, {f"cash.{key}": 0.01 for key in keys} | {"sampling.seed": 3})
    change = Change(anthropic, after, None, differences(anthropic, after), ())
    (sentence,) = change_sentences(change)
    assert " and 2 more" in sentence


@pytest.mark.parametrize("width", [40, 60, 80])
def test_bars_fill_the_width_and_their_shares_are_those_of_the_years(
    width: int, result: Result
) -> None:
    lines = printed(DateBars(result), width)
    assert max(map(len, lines)) <= width
    horizon = result.scenario.horizon
    shares = shares_by_year(result, projected_time(result.scenario), horizon)
    assert shares.sum() == pytest.approx(1.0)
    rows = [re.findall(r"<?(\d+)%", line)[0] for line in lines if line[:4] in YEARS]
    assert [int(row) for row in rows] == pytest.approx(100.0 * shares, abs=1.0)


YEARS = {*map(str, range(2026, 2036)), "neve"}


def test_bars_show_what_is_gone_and_what_is_new(anthropic: Scenario, result: Result) -> None:
    worse = run(changed(anthropic, {"inference.base_overrun": 0.9}), paths=PATHS)
    lines = printed(DateBars(worse, result))
    (never,) = (line for line in lines if line.startswith("never"))
    # More paths never get there, and fewer in the year with the most of them before.
    assert "▓" in never[:40]
    assert "░" in "".join(line[:40] for line in lines if line[:4] in YEARS - {"neve"})
    assert printed(DateBars(result, result))[-1] == lines[-1]
    assert not {"▓", "░"} & set("".join(printed(DateBars(result, result))[:-1]))


def test_a_terminal_without_blocks_gets_letters(result: Result) -> None:
    lines = printed(DateBars(result, result), encoding="ascii")
    assert "".join(lines).isascii()
    assert any("###" in line for line in lines)


def test_the_first_answer_is_the_headline_and_a_later_one_the_change(anthropic: Scenario) -> None:
    watch = Watch(paths=PATHS)
    first = watch.answer(anthropic)
    assert "Gross margin" in " ".join(printed(watched(first, is_first=True, with_bars=False)))
    same = watch.answer(anthropic)
    told = printed(watched(same, is_first=False, with_bars=True))
    assert "Assumes the same as before: the last answer stands." in told
    other = watch.answer(changed(anthropic, {"cash.opening": 2.0}))
    text = " ".join(printed(watched(other, is_first=False, with_bars=False)))
    assert "by cash.opening" in text
    assert "P(out of cash by 2030)" in text


def test_several_stand_beside_each_other_under_their_letters(
    anthropic: Scenario, openai: Scenario
) -> None:
    answer = Watch(paths=PATHS).answer(anthropic, openai)
    lines = printed(watched(answer, is_first=True, with_bars=True))
    assert f"A: {anthropic.name}" in lines
    assert f"B: {openai.name}" in lines
    assert any("B minus A" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_a_preview_says_so(anthropic: Scenario) -> None:
    answer = Watch(paths=PATHS).answer(anthropic)
    assert printed(watched(answer, True, False))[-1].startswith("Answer of 4,096 paths, seed")
    preview = Answer(answer.results, answer.changes, is_preview=True)
    assert printed(watched(preview, True, False))[-1].startswith("Preview of 4,096 paths, seed")


def test_shares_outside_of_another_horizon_are_left_out(anthropic: Scenario) -> None:
    short = run(changed(anthropic, {"horizon.last_quarter": "2028Q4"}), paths=PATHS)
    time, horizon = projected_time(anthropic), anthropic.horizon
    wide = shares_by_year(short, time, horizon)
    own = shares_by_year(short, time, short.scenario.horizon)
    assert np.array_equal(wide[:3], own[:3])
    assert not wide[3:-1].any()
    assert wide[-1] == own[-1]
