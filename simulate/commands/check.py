"""``simulate check``."""

from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

from simulate.answer import console, print_inputs
from simulate.scenario import ScenarioError, find_scenario, load_scenario
from simulate.scenario.load import check_all, list_changes
from simulate.scenario.repair import Repair, mendable, mistakes_in, repair

from .files import new_file
from .options import File, Force, Set, Stress, Variant


def check(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what has one clear mend, in a copy of the file.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="The copy.", show_default="FILE-fixed.toml")
    ] = None,
    force: Force = False,
) -> None:
    """Validate a scenario, its variants and stress tests, and print its inputs.

    Each with P10 / P50 / P90, unit and source.
    """
    changes = bool(settings or variant or stress)
    if fix:
        if changes:
            raise ScenarioError(
                "--fix: goes with a file alone, not with --set, --variant, --stress"
            )
        _fix(find_scenario(file), out, force)
        return
    if not changes:
        _check(find_scenario(file))
    scenario = load_scenario(file, variant=variant, stress=stress, settings=settings or ())
    print_inputs(scenario, list_changes(file), console())


def _check(file: Path) -> None:
    """Check a file; what is wrong with it ends with how to mend it, where that is known."""
    try:
        check_all(file)
    except ScenarioError as error:
        count = sum(mendable(told, file) for told in error.told)
        hint = [f"{count} of them can be mended: simulate check --fix {file}"] if count else []
        raise ScenarioError(*error.told, *hint) from None


def _fix(file: Path, out: Path | None, force: bool) -> None:
    """Write a mended copy of a file, and show what was mended and what is left."""
    mistakes = mistakes_in(file)
    if not mistakes:
        console().print(f"{file}: valid; nothing to mend", soft_wrap=True)
        return
    if not any(mendable(told, file) for told in mistakes):
        raise ScenarioError(
            *mistakes, f"{file}: nothing of this has one clear mend; no copy written"
        )
    copy = out or file.with_name(f"{file.stem}-fixed{file.suffix}")
    if copy.absolute() == file.absolute():
        raise ScenarioError(f"{copy}: is the scenario itself; --out must name another file")
    new_file(copy, force).write_bytes(file.read_bytes())
    done = repair(copy)
    _print_mended(file, copy, done)
    if done.left:
        raise ScenarioError(*done.left)


def _print_mended(file: Path, copy: Path, done: Repair) -> None:
    for told in done.made:
        assert told.fix is not None
        typer.echo(told.line)
        typer.echo(f"    mended{told.fix.assumes and ', assuming that '}{told.fix.assumes}")
    before, after = (path.read_text("utf-8").splitlines(keepends=True) for path in (file, copy))
    typer.echo("".join(unified_diff(before, after, str(file), str(copy))), nl=False)
    left = f"{len(done.left)} left" if done.left else "valid"
    typer.echo(f"{copy}: {len(done.made)} mended, {left}")
