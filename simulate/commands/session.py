"""What all commands share: options, reading scenarios, progress, saving."""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from simulate.interruption import INTERRUPTED, interrupt_by_exception, tell_interrupted
from simulate.kernels.jit import find_cache, is_compiled
from simulate.output.files import (
    RESULTS,
    nearest_around,
    refuse_what_is_not_own,
    told,
    try_to_write,
    whole_file,
    whole_folder,
)
from simulate.scenario import Scenario, ScenarioError, find_scenario, load_scenario
from simulate.scenario.load import list_changes
from simulate.text.terminal import console

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


PICTURE_KINDS = (".png", ".svg", ".pdf")
TABLE_KINDS = (".csv", ".xlsx", ".parquet")
PAGE_KINDS = (".html",)
SEPARATOR = "@"


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


@dataclass(frozen=True)
class NewFile:
    """A file that a command is to write.

    Attributes
    ----------
    path
        Where it shall stand.
    kind
        What it is, in the manifest of a folder of results; none where the user named the file.
    force
        Whether to replace what is not the program's own.
    """

    path: Path
    kind: str | None
    force: bool

    def __str__(self) -> str:
        """Return the path."""
        return str(self.path)

    @contextmanager
    def whole(self) -> Iterator[Path]:
        """Give a name to write to, and move what is written into place at the end."""
        if self.kind is None:
            with whole_file(self.path, self.force) as partial:
                yield partial
        else:
            folder, name = self.path.parent, self.path.name
            with whole_folder(folder, {name}, self.kind, self.force, tell) as partial:
                yield partial / name


def tell(words: str) -> None:
    """Tell of a file that was replaced, beside the answer."""
    console(stderr=True).print(words, soft_wrap=True)


def write_new(file: Path, text: str, force: bool) -> None:
    """Write a text file, never over another one unless forced."""
    refuse_existing(file, force)
    with whole_file(file, force) as partial:
        partial.write_text(text, encoding="utf-8")


def refuse_existing(file: Path, force: bool) -> None:
    """Raise if a file exists, unless forced."""
    if file.exists() and not force:
        raise ScenarioError(f"{file}: exists; choose another name, or replace it with --force")


def new_picture(
    out: Path | None, name: str, kind: str, force: bool, option: str = "--out"
) -> NewFile:
    """Return the picture to write: as the user named it, or that of a kind among the results.

    Parameters
    ----------
    out
        As the user named it.
    name
        Of the scenario, or of what else it is about.
    kind
        What it shows.
    force
        Whether to replace a file that the program didn't write, or whatever has the user's name.
    option
        That names it.
    """
    return _new(out, _among_results(name, kind, ".png"), kind, PICTURE_KINDS, option, force)


def new_table(out: Path, force: bool) -> NewFile:
    """Return the table to write, which must not exist unless forced."""
    return _new(out, out, "", TABLE_KINDS, "--out", force)


def new_page(out: Path | None, name: str, kind: str, force: bool) -> NewFile:
    """Return the HTML file to write; see ``new_picture``."""
    return _new(out, _among_results(name, kind, ".html"), kind, PAGE_KINDS, "--out", force)


def _among_results(name: str, kind: str, suffix: str) -> Path:
    return RESULTS / name / f"{name}-{kind}{suffix}"


def _new(
    out: Path | None, default: Path, kind: str, kinds: tuple[str, ...], option: str, force: bool
) -> NewFile:
    file = out or default
    if file.suffix not in kinds:
        known = " or ".join(part for part in (", ".join(kinds[:-1]), kinds[-1]) if part)
        raise ScenarioError(f"{file}: {option} must end in {known}")
    if file.is_dir():
        raise ScenarioError(f"{file}: is a folder; {option} must name a file")
    if out is not None and file.exists() and not force:
        raise ScenarioError(f"{file}: exists; choose another {option}, or replace it with --force")
    nearest = nearest_around(file)
    if not nearest.is_dir():
        raise ScenarioError(f"{file}: can't be written: {nearest} is no folder")
    with told(file):
        try_to_write(nearest)
    if out is None:
        refuse_what_is_not_own(file.parent, {file.name}, kind, force)
    return NewFile(file, None if out is not None else kind, force)


def save_drawn(picture: NewFile, plot: "Callable[..., Figure]", *shown: object) -> None:
    """Draw and write a picture, whole or not at all.

    Raises
    ------
    ScenarioError
        If it can't be drawn or written.
    """
    from simulate.plots.style import save_picture

    with picture.whole() as partial, drawing(picture):
        save_picture(plot(*shown), partial)


def save_table(frame: "DataFrame", file: NewFile, scenario: Scenario) -> None:
    """Write a table whole or not at all: CSV, workbook, or Parquet with the scenario inside."""
    from simulate.output.results import write_table
    from simulate.output.workbook import Sheet, write_csv, write_workbook

    with file.whole() as partial:
        if partial.suffix == ".csv":
            write_csv(frame, partial)
        elif partial.suffix == ".xlsx":
            write_workbook(partial, [Sheet("Table", frame, (scenario.name,))])
        else:
            write_table(frame, partial, scenario)


def save_page(html: str, page: NewFile) -> None:
    """Write a page whole or not at all."""
    with page.whole() as partial:
        partial.write_text(html, encoding="utf-8")


@contextmanager
def drawing(what: NewFile) -> Iterator[None]:
    """Tell in a line what can't be drawn, whatever the reason, where the answer is printed."""
    try:
        yield
    except (ScenarioError, OSError):
        raise
    except Exception as error:
        from simulate.plots.style import failure_in_words

        raise ScenarioError(f"{what}: {failure_in_words(error)}") from error


def read_scenario(
    file: Path | str | None,
    *,
    variant: str | None = None,
    stress: str | None = None,
    settings: Sequence[str] | None = None,
    data: Sequence[Path] | None = None,
) -> Scenario:
    """Return the scenario that options name, and tell what is to be known of its files.

    Parameters
    ----------
    file, variant, stress, settings, data
        As for ``load_scenario``.
    """
    scenario = load_scenario(
        file, variant=variant, stress=stress, settings=settings or (), data=data or ()
    )
    tell_notes(scenario)
    return scenario


def tell_notes(scenario: Scenario) -> None:
    """Print what is to be known of how a scenario was read, apart from the answer."""
    for note in scenario.provenance.notes:
        print(f"note: {note}", file=sys.stderr)


def load_named(words: str, settings: Sequence[str] = (), data: Sequence[Path] = ()) -> Scenario:
    """Return the scenario that FILE, FILE@NAME, FILE@NAME@NAME or a run's folder names.

    Parameters
    ----------
    words
        A NAME is one of the file's variants or stress tests, at most one of each.
    settings
        Single keys to set last.
    data
        Folders that the scenario may name files of, beside its own.

    Raises
    ------
    ScenarioError
        If there is no such file, variant or stress test.
    """
    if Path(words).is_dir():
        from simulate.output.stored_run import read_run

        if settings:
            raise ScenarioError(f"{words}: is a run; --set goes with a scenario's file")
        scenario = read_run(Path(words), data).scenario
        tell_notes(scenario)
        return scenario
    file, *names = [words] if Path(words).exists() else words.split(SEPARATOR)
    if not file:
        raise ScenarioError(f"{words}: name the file before {SEPARATOR}, as anthropic.toml{words}")
    chosen = _changes(file, names, data)
    return read_scenario(
        file,
        variant=chosen.get("variant"),
        stress=chosen.get("stress"),
        settings=settings,
        data=data,
    )


def _changes(file: str, names: Sequence[str], data: Sequence[Path]) -> dict[str, str]:
    """Return which of the names is a variant and which a stress test of the file."""
    chosen: dict[str, str] = {}
    if not names:
        return chosen
    offered = list_changes(file, data)
    kinds = {"variant": offered.variants, "stress": offered.stresses}
    for name in names:
        found = [kind for kind, named in kinds.items() if name in named]
        if not found:
            known = ", ".join([*offered.variants, *offered.stresses])
            raise ScenarioError(
                f'{file}: there is no variant or stress test "{name}"; '
                + (f"it has {known}" if known else "it has none")
            )
        if len(found) > 1:
            raise ScenarioError(f'{file}: "{name}" is both a variant and a stress test; rename one')
        if found[0] in chosen:
            raise ScenarioError(f"{file}: {chosen[found[0]]} and {name} don't go together")
        chosen[found[0]] = name
    return chosen


def compile_kernels(silent: bool) -> None:
    """Compile the kernels, unless they are, apart from the run whose time is told."""
    from simulate.engine.run import run as run_scenario

    if is_compiled():
        return
    cache = find_cache()
    often = f"each time: {cache.reason}" if cache.reason else "once after installing"
    if not silent:
        console(stderr=True).print(f"Compiling the kernels, some 15 s ({often}) …")
    run_scenario(load_scenario(), paths=1, threads=1, keep_outcomes=True, keep_deviations=True)


@contextmanager
def interruptible() -> Iterator[None]:
    """End an interrupted command with a line instead of a traceback."""
    interrupt_by_exception()
    try:
        yield
    except KeyboardInterrupt as interruption:
        tell_interrupted(interruption)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def progress_bar(silent: bool) -> Iterator[Any]:
    """Show a bar on a terminal, and give what a run reports its progress to, or None."""
    terminal = console(stderr=True)
    if silent or not terminal.is_terminal:
        yield None
        return
    columns = (
        TextColumn("simulating"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed:,.0f} paths{task.description}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=terminal, transient=True) as bar:
        task = bar.add_task("", total=None)

        def update(done: int, total: int, error: float) -> None:
            shown = "" if math.isnan(error) else f", error {error:.2g}"
            bar.update(task, completed=done, total=total, description=shown)

        yield update


def warmup() -> None:
    """Compile the kernels ahead, so that the next run starts at once."""
    compile_kernels(silent=False)
    cache = find_cache()
    where = f"compiled kernels: {cache.folder}" if cache.folder else f"not kept: {cache.reason}"
    console().print(where, soft_wrap=True)
