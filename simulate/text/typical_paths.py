"""A typical path in words: its years as a table, and what they come to as a sentence."""

from rich.console import Console

from simulate.analysis.typical_paths import Story

from .numbers import MONEY, SHARE, dollars
from .tables import Row, Table, printed

COLUMNS = ("year", "revenue", "margin", "training", "cash\nflow", "cash", "what happens")


def story_rows(story: Story) -> tuple[Row, ...]:
    """Return the years of a path, as ``COLUMNS`` names their cells."""
    return tuple(
        Row(
            str(year.year),
            (
                MONEY.rounded(year.revenue, 1),
                SHARE.rounded(year.margin, 0),
                MONEY.rounded(year.training, 1),
                MONEY.rounded(year.cash_flow, 1),
                MONEY.rounded(year.cash, 1),
                "; ".join(year.events),
            ),
        )
        for year in story.years
    )


def story_table(story: Story, kind: str) -> Table:
    """Return a typical path of a kind by year."""
    return Table(
        f"A typical path in which {kind} (replicate 0, path {story.path})",
        COLUMNS,
        story_rows(story),
        is_dense=True,
        ends_in_words=True,
    )


def story_sentence(story: Story) -> str:
    """Return where a path begins and ends, and when it has the least cash."""
    first, last = story.years[0], story.years[-1]
    least = min(story.years, key=lambda year: year.cash)
    margins = f"from {SHARE.rounded(first.margin, 0)} to {SHARE.rounded(last.margin, 0)}"
    return (
        f"Revenue goes from {dollars(first.revenue)} in {first.year} to {dollars(last.revenue)} in "
        f"{last.year}, the gross margin {margins}. Cash is lowest at the end of {least.year}, with "
        f"{dollars(least.cash)}."
    )


def print_story(story: Story, kind: str, out: Console) -> None:
    """Print a typical path of a kind by year."""
    out.print(printed(story_table(story, kind)))
    out.print()
