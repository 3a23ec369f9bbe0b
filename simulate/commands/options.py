"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from simulate.scenario import find_scenario

File = Annotated[
    Path | None,
    typer.Argument(help="A scenario (TOML), or the name of a packaged one such as openai.toml."),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set one key, as cash.opening=20; =+2 or =-2 shifts it, =*1.2 multiplies it, ==-2 "
        "sets it below 0.",
    ),
]
Variant = Annotated[str | None, typer.Option(help="A variant that the file names.")]
Stress = Annotated[str | None, typer.Option(help="A stress test that the file names.")]
Data = Annotated[
    list[Path] | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="A folder that the scenario may name files in, beside its own; may be repeated.",
    ),
]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of all randomness.")]
Threads = Annotated[
    int | None, typer.Option(min=1, max=1024, help="Threads.", show_default="all processors")
]
Paths = Annotated[
    int | None, typer.Option(min=4096, help="At least this many paths.", show_default="262144")
]
PathsOfRun = Annotated[
    int | None, typer.Option(min=1, help="At least this many paths.", show_default="1048576")
]
Observe = Annotated[
    list[str] | None,
    typer.Option(
        "--observe", metavar="TEXT", help='What was seen: "revenue 2026Q1 = 3.0 bn ± 5%".'
    ),
]
Observations = Annotated[
    Path | None,
    typer.Option(help='A TOML file of it: [[observed]] with what = "…" and source = "…".'),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no answer.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary alone, as JSON.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that another run wrote.")]

Tables = Annotated[
    str | None,
    typer.Option("--tables", metavar="csv,xlsx", help="Write the tables for a spreadsheet, too."),
]


def scenario_name(file: Path | None, variant: str | None, stress: str | None) -> str:
    """Return what files of a scenario, or of its variant or stress test, are called by."""
    return "-".join(part for part in (find_scenario(file).stem, variant, stress) if part)
