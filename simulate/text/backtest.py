"""A backtest in words: where what came true lies among what was predicted, and the scores."""

from rich.console import Console
from rich.text import Text

from simulate.analysis.backtest import Backtest, Score
from simulate.engine.estimate import Estimate
from simulate.engine.result import DISCLAIMER

from .hindcast import answer_table, crps_table, named_answers
from .numbers import SHARE, percent, unit_of
from .tables import Row, Table, printed

BESIDE = "CRPS beside simple forecasters', of logarithms or in points"
ABOUT_SCORES = (
    "CRPS, the continuous ranked probability score, is in the figure's unit: below the error of "
    "the median, the distribution told more than its median alone. Of an event it is the Brier "
    "score, beside the share of paths that foresaw the answer."
)


def finding(backtest: Backtest) -> str:
    """Return how many observations came true within the central 90%."""
    count = len(backtest.scores)
    inside = count - sum(score.surprises for score in backtest.scores)
    if count == 1:
        where = "inside" if inside else "outside"
        return f"What came true lies {where} the central 90% of what was predicted"
    return f"{inside} of {count} came true inside the central 90% of what was predicted"


def place_sentence(score: Score) -> str:
    """Return where what came true lies among what was predicted."""
    seen, share = score.observation.seen, _share(score.place)
    came_true = seen.written(score.observation.value)
    if not score.is_amount:
        return f"{seen.name}: {came_true}, which {share} of the paths foresaw."
    low, middle, high = (seen.written(score.quantiles[place].value) for place in (0, 2, 4))
    return (
        f"{seen.name}: {came_true} came true, above {share} of the paths (P5 {low}, P50 {middle}, "
        f"P95 {high})."
    )


def _share(place: Estimate) -> str:
    if place.value in (0.0, 1.0):
        return "all" if place.value else "none"
    return SHARE.rounded(place.value, 0 if 0.01 <= place.value <= 0.99 else 2)


def score_table(backtest: Backtest) -> Table:
    """Return what came true, how many paths lie below it, and the scores."""
    rows = []
    for score in backtest.scores:
        seen, place = score.observation.seen, score.place
        cells = (
            seen.written(score.observation.value),
            SHARE.rounded(place.value, 0) if score.is_certain else percent(place),
            unit_of(seen.unit).amount(score.crps),
            seen.written(score.median_error) if score.is_amount else "",
        )
        rows.append(Row(seen.name.replace("gross margin", "margin"), cells))
    columns = ("", "came true", "paths at or\nbelow it", "CRPS", "error of\nthe median")
    return Table("Scores", columns, tuple(rows))


def print_backtest(backtest: Backtest, out: Console) -> None:
    """Print where each figure lies among what was predicted, and its score."""
    out.print(Text(backtest.scenario.name, style="bold"))
    out.print(Text(f"{backtest.paths:,} paths\n", style="dim"))
    out.print(Text(f"{finding(backtest)}."))
    for score in backtest.scores:
        out.print(Text(place_sentence(score)))
    out.print()
    out.print(printed(score_table(backtest)))
    if backtest.answers:
        answers = named_answers(backtest.answers, backtest.scenario)
        out.print(printed(answer_table("Asked", answers)))
    if any(len(score.forecasts) > 1 for score in backtest.beside):
        named = [(f"{s.scored.name} {s.scored.period}", s) for s in backtest.beside]
        out.print(printed(crps_table(BESIDE, named)))
    out.print(Text(ABOUT_SCORES, style="dim"))
    out.print(Text(DISCLAIMER, style="dim"))
