"""The tables for spreadsheets: their kinds, what they are called, and their files."""

from simulate.scenario import ScenarioError

KINDS = ("csv", "xlsx")
ANSWER, TIMES, METRICS, FUNDING = "Answer", "Hitting times", "Metrics", "Funding need"
INPUTS, FRAME, CORRELATIONS, OUTCOMES = "Inputs", "Targets", "Correlations", "Outcomes"
ALTERNATIVES = "Alternatives"
NAMES = (ANSWER, ALTERNATIVES, TIMES, METRICS, FUNDING, INPUTS, FRAME, CORRELATIONS, OUTCOMES)


def csv_file(name: str) -> str:
    """Return the name of a sheet's CSV file."""
    return f"{name.lower().replace(' ', '_')}.csv"


def parse_kinds(text: str | None) -> frozenset[str]:
    """Return the kinds of files that a list such as ``csv,xlsx`` names.

    Raises
    ------
    ScenarioError
        If there is no such kind.
    """
    kinds = [kind.strip() for kind in text.split(",")] if text is not None else []
    for kind in kinds:
        if kind not in KINDS:
            raise ScenarioError(f'--tables "{text}": "{kind}" is not known; write csv,xlsx')
    return frozenset(kinds)
