"""A hindcast in words: what it is, the scores beside simple forecasters', and what is left out."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from simulate.analysis.asked import Answered
from simulate.analysis.base_forecasts import FORECASTERS, PLAIN, RANDOM_WALK
from simulate.analysis.compare import statistic_of
from simulate.analysis.figure_scores import MODEL, FigureScore, Forecast
from simulate.analysis.hindcast import LEAST_RANKS, Hindcast
from simulate.engine.result import DISCLAIMER
from simulate.scenario import Scenario
from simulate.scenario.quarters import format_quarter

from .numbers import SHARE, share, unit_of
from .sentences import listed, with_full_stop
from .tables import Row, Table, printed

WHAT_IT_IS = (
    "This is a hindcast and no track record: the model's structure was chosen in 2026, when the "
    "figures that it is scored on were known."
)
OF_GIVEN = (
    "This is a hindcast and no track record, but of scenarios that were frozen before the figures "
    "that they are scored on were known."
)
ABOUT_SCORES = (
    "PIT is the share of paths at or below what came true. CRPS, the continuous ranked probability "
    "score, is of logarithms for revenue, costs and cash, in points for shares, and in bn USD for "
    "what is of either sign; less is better."
)
ABOUT_RATIOS = (
    "A ratio is the geometric mean, over the figures that both forecast, of the model's CRPS over "
    "the other's; below 1 the model was better."
)
ABOUT_JOINT = (
    "Of joint paths, near 0% say that the truth was stranger than the model's futures, near 100% "
    "that these are too wide."
)
ABOUT_VINTAGES = (
    "Vintages count as independent, though what is forecast two quarters ahead is forecast again a "
    "quarter later."
)


def finding(found: Hindcast) -> str:
    """Return how the model does beside a random walk, or how many figures lie inside its 80%."""
    compared = found.against(RANDOM_WALK)
    if compared is None:
        return f"{inside(found.scores)} of {len(found.scores)} came true inside the central 80%"
    return (
        f"The model's scores are {compared.ratio:.2f} times those of a random walk, and better on "
        f"{compared.wins} of {compared.figures} figures"
    )


def findings(found: Hindcast) -> list[str]:
    """Return what came out, in sentences."""
    told = (
        plain_sentence(found),
        unbeaten_sentence(found),
        joint_sentence(found),
        rank_sentence(found),
        width_sentence(found),
    )
    return [with_full_stop(finding(found)), *filter(None, told)]


def inside(scores: Iterable[FigureScore]) -> int:
    """Return how many figures came true inside the central 80%."""
    return sum(score.model.low <= score.came_true <= score.model.high for score in scores)


def unbeaten_sentence(found: Hindcast) -> str:
    """Return which simple forecasters did as well as the model or better, or nothing."""
    compared = {name: found.against(name) for name in FORECASTERS}
    unbeaten = [f"the {name} ({c.ratio:.2f})" for name, c in compared.items() if c and c.ratio >= 1]
    return f"It does not beat {listed(unbeaten, 'or')}." if unbeaten else ""


def plain_sentence(found: Hindcast) -> str:
    """Return what the sections that are laid over the model do to its scores, or nothing."""
    compared = found.against(PLAIN)
    if compared is None:
        return ""
    figures = f"{compared.figures} figure{'s' * (compared.figures != 1)}"
    return (
        f"With these sections the model's scores are {compared.ratio:.2f} times those of the model "
        f"without, on {figures} of scenarios that they are laid over."
    )


def joint_sentence(found: Hindcast) -> str:
    """Return how often the model would have scored worse if it were right."""
    following = found.joint_p_next
    alone = "" if following is None else f", and {share(following)} on those of next quarters"
    return (
        f"Each taken for the truth, {share(found.joint_p)} of {found.paths:,} joint paths would "
        f"have scored worse than what came true on all {len(found.scores)} figures{alone}."
    )


def rank_sentence(found: Hindcast) -> str:
    """Return where the next quarters came true, and whether that is uniform."""
    scores = found.next_quarter
    if not scores:
        return "No figure is of the next quarter."
    where = f"{inside(scores)} of {len(scores)} figures of the next quarter lie inside the 80%"
    if found.p_of_ranks is None:
        return f"{where}; a test of fewer than {LEAST_RANKS} ranks would tell nothing."
    return f"{where}; that their ranks are uniform has a p of {found.p_of_ranks:.2g}."


def width_sentence(found: Hindcast) -> str:
    """Return how wide the model's forecasts are beside a random walk's, or nothing."""
    width = found.width_over(RANDOM_WALK)
    return (
        ""
        if width is None
        else f"Its central 80% is {width:.2f} times as wide as that of a random walk."
    )


def ratio_table(found: Hindcast) -> Table:
    """Return the model's scores over those of each simple forecaster."""
    labs = found.labs if len(found.labs) > 1 else []
    rows = []
    for name in (*FORECASTERS, PLAIN):
        compared, width = found.against(name), found.width_over(name)
        if compared is None or width is None:
            continue
        without = (found.against(name, lab) for lab in labs)
        cells = (
            str(compared.figures),
            f"{compared.ratio:.2f}",
            str(compared.wins),
            *("" if other is None else f"{other.ratio:.2f}" for other in without),
            f"{width:.2f}",
        )
        rows.append(Row(name, cells))
    heads = ("", "figures", "ratio", "better on", *(f"without {lab}" for lab in labs), "width")
    return Table("The model's scores over those of simple forecasters", heads, tuple(rows))


def forecast_tables(found: Hindcast) -> list[Table]:
    """Return what was forecast, and what came true, a table a lab."""
    return [_forecast_table(found, lab) for lab in found.labs]


def score_tables(found: Hindcast) -> list[Table]:
    """Return the CRPS of every forecaster, a table a lab."""
    return [crps_table(f"{lab}: CRPS", _named(found, lab)) for lab in found.labs]


def _forecast_table(found: Hindcast, lab: str) -> Table:
    rows = tuple(
        Row(
            name,
            (
                amount(score, score.came_true),
                amount(score, score.model.median),
                f"{amount(score, score.model.low)} to {amount(score, score.model.high)}",
                SHARE.rounded(score.model.pit, 0),
            ),
        )
        for name, score in _named(found, lab)
    )
    heads = ("", "came true", "median", "P10 to P90", "PIT")
    return Table(f"{lab}: what was forecast, in bn USD or percent", heads, rows)


def crps_table(title: str, named: Sequence[tuple[str, FigureScore]]) -> Table:
    """Return the CRPS of every forecaster of figures that have names."""
    forecasters = (*FORECASTERS, PLAIN)
    names = [MODEL, *(n for n in forecasters if any(n in score.forecasts for _, score in named))]
    rows = tuple(
        Row(name, tuple(score_of(score, score.forecasts.get(n)) for n in names))
        for name, score in named
    )
    return Table(title, ("", *(n.replace(" ", "\n") for n in names)), rows)


def _named(found: Hindcast, lab: str) -> list[tuple[str, FigureScore]]:
    """Return a lab's figures, each with its name, period and the quarter it was forecast from."""
    return [
        (f"{score.scored.name} {score.scored.period} from {format_quarter(vintage.quarter)}", score)
        for vintage in found.vintages
        if vintage.lab == lab
        for score in vintage.scores
    ]


def answer_table(title: str, named: Sequence[tuple[str, Answered]]) -> Table:
    """Return what was forecast of what was asked, and what came true, with names."""
    rows = []
    for name, answer in named:
        outcome, forecast = answer.statistic.outcome, unit_of(answer.statistic.unit)
        came = "not known" if answer.came_true is None else outcome.written(answer.came_true)
        rows.append(Row(name, (forecast.estimate(answer.estimate), came)))
    return Table(title, ("", "forecast", "came true"), tuple(rows))


def named_answers(answers: Iterable[Answered], scenario: Scenario) -> list[tuple[str, Answered]]:
    """Return answers of a scenario, each with the name of what was asked."""
    return [(statistic_of(answer.statistic, scenario).short, answer) for answer in answers]


def answer_tables(found: Hindcast) -> list[Table]:
    """Return what was forecast of what was asked, a table a lab, if anything was."""
    told = {
        lab: [
            (f"{short} from {format_quarter(vintage.quarter)}", answer)
            for vintage in found.vintages
            if vintage.lab == lab
            for short, answer in named_answers(vintage.answers, vintage.scenario)
        ]
        for lab in found.labs
    }
    return [answer_table(f"{lab}: what was asked", named) for lab, named in told.items() if named]


def amount(score: FigureScore, value: float) -> str:
    """Return a figure's value with three digits."""
    return SHARE.rounded(value, 0) if score.unit == "share" else f"{value:,.3g}"


def score_of(score: FigureScore, forecast: Forecast | None) -> str:
    """Return a CRPS in the scale that errors count in, or nothing."""
    if forecast is None:
        return ""
    if score.scale == "share":
        return f"{100.0 * forecast.crps:.1f} pts"
    return f"{forecast.crps:.3f}" if score.scale == "logarithm" else f"{forecast.crps:.2g} bn"


def left_out_sentences(found: Hindcast) -> list[str]:
    """Return what could not be scored, a sentence a reason."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for scored, reason in found.left_out.items():
        of = by_reason.setdefault((scored.lab, reason), [])
        of.append(f"{scored.name} {scored.period}")
    return [
        f"Not scored of {lab}: {listed(dict.fromkeys(figures))} ({reason.removesuffix('.')})."
        for (lab, reason), figures in by_reason.items()
    ]


def notes(found: Hindcast) -> list[str]:
    """Return what has to be known of the scores."""
    told = {
        ABOUT_SCORES: True,
        ABOUT_RATIOS: bool(ratio_table(found).rows),
        ABOUT_JOINT: True,
        ABOUT_VINTAGES: len(found.vintages) > len(found.labs),
    }
    return [note for note, is_needed in told.items() if is_needed]


def print_hindcast(found: Hindcast, out: Console) -> None:
    """Print scores beside those of simple forecasters, figure by figure, and what is left out."""
    out.print(Text(OF_GIVEN if found.is_of_given else WHAT_IT_IS))
    first, *others = findings(found)
    out.print(Text(f"\n{first}", style="bold"))
    for sentence in others:
        out.print(Text(sentence))
    out.print()
    if (ratios := ratio_table(found)).rows:
        out.print(printed(ratios))
    for table in answer_tables(found):
        out.print(printed(table))
    for both in zip(forecast_tables(found), score_tables(found), strict=True):
        for table in both:
            out.print(printed(table))
    for sentence in left_out_sentences(found):
        out.print(Text(sentence))
    for sentence in notes(found):
        out.print(Text(sentence, style="dim"))
    out.print(Text(DISCLAIMER, style="dim"))
