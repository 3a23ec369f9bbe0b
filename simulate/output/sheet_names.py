"""The tables for spreadsheets: what they are called, and their files."""

ANSWER, TIMES, METRICS, FUNDING = "Answer", "Hitting times", "Metrics", "Funding need"
INPUTS, FRAME, CORRELATIONS, OUTCOMES = "Inputs", "Targets", "Correlations", "Outcomes"
ALTERNATIVES = "Alternatives"
NAMES = (ANSWER, ALTERNATIVES, TIMES, METRICS, FUNDING, INPUTS, FRAME, CORRELATIONS, OUTCOMES)


def csv_file(name: str) -> str:
    """Return the name of a sheet's CSV file."""
    return f"{name.lower().replace(' ', '_')}.csv"
