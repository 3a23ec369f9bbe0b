"""The session of a command: its options, the scenario they choose, the run, what is told after."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from simulate.interruption import (
    INTERRUPTED,
    end_at_once,
    ignore_interruptions,
    interrupt_by_exception,
    is_command,
    tell_interrupted,
)
from simulate.scenario import ScenarioError, find_scenario
from simulate.text.terminal import console

from .progress import progress_line

# What takes long to import stands in the functions that need it: ``--help`` and mistakes don't.
if TYPE_CHECKING:
    from rich.console import Console

    from simulate.engine.units import Threads as WhoWorks
    from simulate.scenario import Scenario
    from simulate.scenario.load import Names

Found = TypeVar("Found")
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
Of = Annotated[
    list[str] | None,
    typer.Option(
        "--of",
        metavar="TEXT",
        help='What else to tell, as "P(revenue >= 30 by 2027)", "out of cash by 2028" or '
        '"P10(cash 2028)"; may be repeated.',
    ),
]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of all randomness.")]
Threads = Annotated[
    int | None, typer.Option(min=1, max=1024, help="Threads.", show_default="all processors")
]
Checkpoint = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint",
        metavar="DIR",
        help="Keep in a folder what is finished: the same command goes on from there.",
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Let a Dask cluster simulate, by its scheduler's address, as tcp://host:8786.",
    ),
]
Processes = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        max=1024,
        help="Let so many processes simulate, by Dask.",
        show_default="threads of this one",
    ),
]
Paths = Annotated[
    int | None, typer.Option(min=4096, help="At least this many paths.", show_default="262144")
]
PathsOfRun = Annotated[
    int | None, typer.Option(min=1, help="At least this many paths.", show_default="1048576")
]
PathsOfEachRun = Annotated[int, typer.Option(min=1, help="Paths of each run.")]
Observe = Annotated[
    list[str] | None,
    typer.Option(
        "--observe", metavar="TEXT", help='What was seen: "revenue 2026Q3 = 3.0 bn ± 5%".'
    ),
]
Observations = Annotated[
    Path | None,
    typer.Option(help='A TOML file of it: [[observed]] with what = "…" and source = "…".'),
]
Figures = Annotated[
    Path | None,
    typer.Option(
        help="Reported figures (CSV), in the columns of docs/data/figures.csv.",
        show_default="those that come with the package",
    ),
]
Picture = Annotated[
    Path | None, typer.Option(help="Picture to write.", show_default="in results/<scenario>")
]
Page = Annotated[
    Path | None, typer.Option(help="Page to write.", show_default="in results/<scenario>")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no answer.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary alone, as JSON.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that another run wrote.")]
Tables = Annotated[
    str | None,
    typer.Option("--tables", metavar="csv,xlsx", help="Write the tables for a spreadsheet, too."),
]


@dataclass(frozen=True)
class Chosen:
    """A scenario as a command's options choose it.

    Attributes
    ----------
    file, variant, stress, settings, data
        As for ``load_scenario``.
    """

    file: Path | str | None
    variant: str | None = None
    stress: str | None = None
    settings: Sequence[str] | None = None
    data: Sequence[Path] | None = None

    @property
    def name(self) -> str:
        """What files of the scenario, or of its variant or stress test, are called by."""
        parts = (find_scenario(self.file).stem, self.variant, self.stress)
        return "-".join(part for part in parts if part)

    def load(self, option: str | None = None) -> "Scenario":
        """Return the scenario, at one of its decision's options if one is named."""
        find_readable(self.file)
        from simulate.scenario import load_scenario

        return load_scenario(
            self.file,
            variant=self.variant,
            stress=self.stress,
            option=option,
            settings=self.settings or (),
            data=self.data or (),
        )

    def read(self) -> "Scenario":
        """Return the scenario, and tell what is to be known of its files."""
        scenario = self.load()
        tell_notes(scenario)
        return scenario


def find_readable(file: Path | str | None) -> Path:
    """Return a scenario's file, which is read before what judges it is imported.

    Raises
    ------
    ScenarioError
        If there is none, or it isn't TOML.
    """
    from simulate.scenario.toml_file import read_toml

    found = find_scenario(file)
    read_toml(found)
    return found


def named_changes(file: Path | str | None, data: Sequence[Path] | None) -> "Names":
    """Return the names of a file's variants, stress tests and options; see ``list_changes``."""
    find_readable(file)
    from simulate.scenario.load import list_changes

    return list_changes(file, data or ())


def tell_notes(scenario: "Scenario") -> None:
    """Print what is to be known of how a scenario was read, apart from the answer."""
    for note in scenario.provenance.notes:
        print(f"note: {note}", file=sys.stderr)


def load_named(words: str, settings: Sequence[str] = (), data: Sequence[Path] = ()) -> "Scenario":
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
    return chosen_by(words, settings, data).read()


def chosen_by(words: str, settings: Sequence[str] = (), data: Sequence[Path] = ()) -> Chosen:
    """Return what FILE, FILE@NAME or FILE@NAME@NAME chooses; see ``load_named``."""
    file, names = file_and_names(words)
    chosen = _changes(file, names, data)
    return Chosen(file, chosen.get("variant"), chosen.get("stress"), settings, data)


def file_and_names(words: str) -> tuple[str, list[str]]:
    """Return the file that FILE, FILE@NAME or FILE@NAME@NAME names, and the names."""
    file, *names = [words] if Path(words).exists() else words.split(SEPARATOR)
    if not file:
        raise ScenarioError(f"{words}: name the file before {SEPARATOR}, as anthropic.toml{words}")
    return file, names


def _changes(file: str, names: Sequence[str], data: Sequence[Path]) -> dict[str, str]:
    """Return which of the names is a variant and which a stress test of the file."""
    chosen: dict[str, str] = {}
    if not names:
        return chosen
    offered = named_changes(file, data)
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


def simulated(
    simulate: "Callable[[WhoWorks, Any], Found]",
    threads: int | None,
    checkpoint: Path | None = None,
    cluster: str | None = None,
    processes: int | None = None,
    *,
    silent: bool = False,
) -> Found:
    """Return what runs find, with compiled kernels and a line of their progress.

    Parameters
    ----------
    simulate
        Takes who does the work, and what a run reports its progress to, or None.
    threads, checkpoint, cluster, processes
        As options say who does it; see ``executor``.
    silent
        Whether to show nothing.

    Raises
    ------
    KeyboardInterrupt
        If one came, with what it leaves.
    """
    from simulate.engine.execution import executor

    def tell(text: str) -> None:
        print(f"note: {text}", file=sys.stderr)

    try:
        with executor(
            threads, checkpoint=checkpoint, cluster=cluster, workers=processes, tell=tell
        ) as by:
            compile_kernels(silent)
            with progress_line(by, silent) as progress:
                return simulate(by, progress)
    except KeyboardInterrupt as interruption:
        if checkpoint is None or interruption.args:
            raise
        kept = f"what was finished is kept in {checkpoint}; the same command goes on from there"
        raise KeyboardInterrupt(kept) from None


def compile_kernels(silent: bool) -> None:
    """Compile the kernels, unless they are, apart from the run whose time is told."""
    from simulate.engine.run import run
    from simulate.kernels.cache import find_cache, is_compiled
    from simulate.scenario import load_scenario

    if is_compiled():
        return
    cache = find_cache()
    often = f"each time: {cache.reason}" if cache.reason else "once after installing"
    if not silent:
        console(stderr=True).print(f"Compiling the kernels, some 10 s ({often}) …")
    run(load_scenario(), paths=1, threads=1, keep_outcomes=True, keep_deviations=True)


@contextmanager
def interruptible() -> Iterator[None]:
    """End an interrupted command with a line instead of a traceback."""
    interrupt_by_exception()
    try:
        yield
    except KeyboardInterrupt as interruption:
        ignore_interruptions()
        if is_command():
            end_at_once(interruption)
        tell_interrupted(interruption)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        ignore_interruptions()


def print_place(what: str, place: object) -> None:
    """Print where something was written, in one line that can be copied."""
    console().print(f"{what}: {place}", soft_wrap=True)


def show_answer(
    show: "Callable[[Console], None]", summary: Callable[[], str], *, quiet: bool, as_json: bool
) -> None:
    """Print an answer, or its summary alone, or nothing."""
    if as_json:
        typer.echo(summary())
    elif not quiet:
        show(console())


def warmup() -> None:
    """Compile the kernels and list the fonts ahead, so that the next run starts at once."""
    from simulate.kernels.cache import find_cache

    compile_kernels(silent=False)
    # Matplotlib keeps the list where it makes it: when this is imported.
    import_module("matplotlib.font_manager")
    cache = find_cache()
    where = f"compiled kernels: {cache.folder}" if cache.folder else f"not kept: {cache.reason}"
    console().print(where, soft_wrap=True)
