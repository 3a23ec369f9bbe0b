"""The command: parses, calls, prints."""

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from simulate.answer import console, print_answer, print_inputs
from simulate.kernels.jit import cache_folder, is_compiled
from simulate.scenario import ScenarioError, find_scenario, load_scenario, packaged_configs
from simulate.scenario.load import check_all, list_changes
from simulate.version import package_version

STARTER = "starter.toml"
LARGEST_KEPT = 1 << 22
BAD_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    help="Monte Carlo risk of AI-lab economics: when gross margin reaches its target, and when "
    "free cash flow turns positive. No investment advice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

File = Annotated[
    Path | None,
    typer.Argument(help="A scenario (TOML), or the name of a packaged one such as openai.toml."),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set one key, such as cash.opening=20."),
]
Variant = Annotated[str | None, typer.Option(help="A variant that the file names.")]
Stress = Annotated[str | None, typer.Option(help="A stress test that the file names.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that another run wrote.")]


@app.command()
def run(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    paths: Annotated[
        int | None, typer.Option(min=1, help="At least this many paths.", show_default="1048576")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of all randomness.")] = None,
    threads: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="Threads.", show_default="all processors"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to.", show_default="results/<scenario>")
    ] = None,
    force: Force = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress and no answer.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the summary alone, as JSON.")
    ] = False,
    outcomes: Annotated[
        bool | None,
        typer.Option(
            "--outcomes/--no-outcomes",
            help="Write every path's outcomes.",
            show_default="up to 4,194,304 paths",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help='Add paths until an error is met, as "P(gross margin by 2027) ± 0.0005"; '
            "--paths is then the limit."
        ),
    ] = None,
    inputs: Annotated[
        bool, typer.Option("--inputs", help="Write every path's inputs beside its outcomes.")
    ] = False,
) -> None:
    """Simulate a scenario, print the answer, and write tables and pictures."""
    from simulate.output import OutcomeWriter, output_folder, write_result
    from simulate.run import as_asked
    from simulate.run import run as run_scenario

    if inputs and outcomes is False:
        raise ScenarioError("--inputs go beside outcomes: leave out --no-outcomes")
    chosen = load_scenario(file, variant=variant, stress=stress, settings=settings or ())
    scenario, _ = as_asked(chosen, paths, seed, until)
    folder = out or Path("results") / _name(file, variant, stress)
    keep = inputs or (outcomes if outcomes is not None else scenario.sampling.paths <= LARGEST_KEPT)
    silent = quiet or as_json
    with _interruptible(), output_folder(folder, scenario, force) as partial:
        _compile(silent)
        with (
            _progress(silent) as progress,
            OutcomeWriter(partial, scenario) if keep else nullcontext() as sink,
        ):
            result = run_scenario(
                scenario,
                paths=scenario.sampling.paths,
                threads=threads,
                keep_inputs=inputs,
                until=until,
                progress=progress,
                sink=sink,
            )
        write_result(result, partial)
    if as_json:
        typer.echo(result.to_json())
    elif not quiet:
        print_answer(result, console())
        console().print(f"Tables and pictures: {folder}", soft_wrap=True)


@app.command()
def check(
    file: File = None, settings: Set = None, variant: Variant = None, stress: Stress = None
) -> None:
    """Validate a scenario, its variants and stress tests, and print its inputs.

    Each with P10 / P50 / P90, unit and source.
    """
    if not (settings or variant or stress):
        check_all(file)
    scenario = load_scenario(file, variant=variant, stress=stress, settings=settings or ())
    print_inputs(scenario, list_changes(file), console())


@app.command()
def show(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    out: Annotated[
        Path | None, typer.Option(help="Picture to write.", show_default="<scenario>-inputs.png")
    ] = None,
    force: Force = False,
) -> None:
    """Draw the distribution of every uncertain input."""
    from simulate.plots.inputs import plot_inputs

    scenario = load_scenario(file, variant=variant, stress=stress, settings=settings or ())
    picture = _new_picture(out, f"{_name(file, variant, stress)}-inputs.png", force)
    _save(plot_inputs(scenario), picture)
    console().print(f"Inputs drawn: {picture}", soft_wrap=True)


@app.command()
def converge(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    paths: Annotated[int, typer.Option(min=4096, help="The most paths.")] = 1 << 20,
    threads: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Threads.", show_default="all processors")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Picture to write.", show_default="<scenario>-convergence.png"),
    ] = None,
    force: Force = False,
) -> None:
    """Draw estimate and error against the number of paths, for both samplers."""
    from simulate.analysis.convergence import converge as run_both
    from simulate.answer import print_convergence
    from simulate.plots.convergence import plot_convergence

    scenario = load_scenario(file, variant=variant, stress=stress, settings=settings or ())
    picture = _new_picture(out, f"{_name(file, variant, stress)}-convergence.png", force)
    with _interruptible():
        _compile(silent=False)
        convergence = run_both(scenario, paths, threads)
        print_convergence(convergence, console())
        _save(plot_convergence(convergence), picture)
    console().print(f"Convergence drawn: {picture}", soft_wrap=True)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="A scenario.")],
    after: Annotated[Path, typer.Argument(help="Another, or the same with changes.")],
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
) -> None:
    """Say in words how the second scenario's assumptions differ from the first's.

    --set, --variant and --stress change the second.
    """
    from simulate.scenario.difference import describe_difference

    changed = load_scenario(after, variant=variant, stress=stress, settings=settings or ())
    lines = describe_difference(load_scenario(before), changed)
    for line in lines or ["The two assume the same."]:
        typer.echo(line)


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option(help="File to write; printed if not given.")] = None,
    force: Force = False,
) -> None:
    """Write the JSON Schema of scenario files, for editors that complete and underline."""
    from simulate.scenario.json_schema import schema_text

    if out is None:
        typer.echo(schema_text(), nl=False)
    else:
        _write_new(out, schema_text(), force)
        console().print(f"JSON Schema: {out}", soft_wrap=True)


@app.command()
def init(
    file: Annotated[Path, typer.Argument(help="Scenario to write.")] = Path("scenario.toml"),
    force: Force = False,
) -> None:
    """Write a commented scenario to start from, and its JSON Schema beside it."""
    from simulate.scenario.json_schema import SCHEMA_FILE, schema_text

    starter = (packaged_configs() / STARTER).read_text(encoding="utf-8")
    _write_new(file, starter, force)
    beside = file.parent / SCHEMA_FILE
    if not beside.exists() or force:
        _write_new(beside, schema_text(), force)
    console().print(f"Scenario: {file}\nNow: simulate check {file}", soft_wrap=True)


@app.command()
def fit(
    data: Annotated[Path, typer.Argument(help="A CSV or Parquet file.")],
    column: Annotated[str, typer.Option(help="The column of numbers.")],
    key: Annotated[str, typer.Option(help="Key of the input in what is printed.")] = "input",
    out: Annotated[
        Path | None, typer.Option(help="Picture to write.", show_default="<data>-fit.png")
    ] = None,
    force: Force = False,
) -> None:
    """Fit distributions to data, rank them, and print the TOML to paste."""
    from simulate.analysis.fit import fit_data
    from simulate.answer import print_fits
    from simulate.plots.fit import plot_fit
    from simulate.scenario.column import read_column

    values = read_column(data, column)
    picture = _new_picture(out, f"{data.stem}-fit.png", force)
    fits = fit_data(values)
    print_fits(fits, key, f"{data.name}: {column}", console())
    _save(plot_fit(fits, values, f"{data.name}: {column}"), picture)
    console().print(f"Fits drawn: {picture}", soft_wrap=True)


@app.command()
def warmup() -> None:
    """Compile the kernels ahead, so that the next run starts at once."""
    _compile(silent=False)
    folder = cache_folder()
    where = f"compiled kernels: {folder}" if folder else "no folder to keep compiled kernels in"
    console().print(where, soft_wrap=True)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(package_version())
        raise typer.Exit()


def _compile(silent: bool) -> None:
    """Compile the kernels, unless they are, apart from the run whose time is told."""
    from simulate.run import run as run_scenario

    if is_compiled():
        return
    kept = cache_folder() is not None
    often = "once after installing" if kept else "each time: no folder to keep them in is writable"
    if not silent:
        console(stderr=True).print(f"Compiling the kernels, some 15 s ({often}) …")
    run_scenario(load_scenario(), paths=1, threads=1)


@contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        print("\ninterrupted: nothing was written", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def _progress(silent: bool) -> Iterator[Any]:
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


def _name(file: Path | None, variant: str | None, stress: str | None) -> str:
    """Return what files of a scenario, or of its variant or stress test, are called by."""
    return "-".join(part for part in (find_scenario(file).stem, variant, stress) if part)


def _write_new(file: Path, text: str, force: bool) -> None:
    if file.exists() and not force:
        raise ScenarioError(f"{file}: exists; choose another name, or replace it with --force")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _new_picture(out: Path | None, default: str, force: bool) -> Path:
    picture = out or Path(default)
    if picture.suffix not in (".png", ".svg", ".pdf"):
        raise ScenarioError(f"{picture}: --out must end in .png, .svg or .pdf")
    if picture.exists() and not force:
        raise ScenarioError(f"{picture}: exists; choose another --out, or replace it with --force")
    return picture


def _save(figure: Any, picture: Path) -> None:
    """Write a picture whole or not at all."""
    from simulate.plots.style import save_picture

    partial = picture.with_name(f".{picture.name}.partial{picture.suffix}")
    try:
        save_picture(figure, partial)
        partial.replace(picture)
    except OSError as error:
        raise ScenarioError(f"{picture}: can't be written: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)


def main() -> None:
    """Run the command; what a user did wrong ends in a line or two and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that knows no ± gets a question mark.
            stream.reconfigure(errors="replace")
    try:
        app()
    except ScenarioError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"error: {place}{error.strerror or error}", file=sys.stderr)
        sys.exit(BAD_INPUT)
