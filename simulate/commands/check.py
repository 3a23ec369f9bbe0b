"""``simulate check``."""

import tempfile
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

from simulate.answer import console, print_facts, print_inputs
from simulate.scenario import ScenarioError, find_scenario, load_scenario
from simulate.scenario.load import check_all, list_changes
from simulate.scenario.repair import Repair, mendable, mistakes_in, repair

from .files import refuse_existing, write_new
from .options import Data, File, Force, Set, Stress, Variant


def check(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    facts: Annotated[
        bool, typer.Option("--facts", help="Print the reported figures that its sources cite.")
    ] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what has one clear mend, in a copy of the file.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="The copy.", show_default="FILE-fixed.toml")
    ] = None,
    force: Force = False,
    data: Data = None,
) -> None:
    """Validate a scenario, its variants and stress tests, and print its inputs.

    Each with P10 / P50 / P90, unit and source; --facts tells what a source such as A7 is.
    """
    changes, allowed = bool(settings or variant or stress), data or ()
    if fix:
        if changes:
            raise ScenarioError(
                "--fix: goes with a file alone, not with --set, --variant, --stress"
            )
        _fix(find_scenario(file), out, force, allowed)
        return
    if not changes:
        _check(find_scenario(file), allowed)
    scenario = load_scenario(
        file, variant=variant, stress=stress, settings=settings or (), data=allowed
    )
    if facts:
        print_facts(scenario, console())
    else:
        print_inputs(scenario, list_changes(file, allowed), console())


def _check(file: Path, data: Sequence[Path]) -> None:
    """Check a file; what is wrong with it ends with how to mend it, where that is known."""
    try:
        check_all(file, data)
    except ScenarioError as error:
        count = sum(mendable(told, file) for told in error.told)
        hint = [f"{count} of them can be mended: simulate check --fix {file}"] if count else []
        raise ScenarioError(*error.told, *hint) from None


def _fix(file: Path, out: Path | None, force: bool, data: Sequence[Path]) -> None:
    """Write a mended copy of a file, and show what was mended and what is left."""
    mistakes = mistakes_in(file, data)
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
    refuse_existing(copy, force)
    # Beside the file, so that what it extends is found.
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", suffix=file.suffix) as scratch:
        draft = Path(scratch.name)
        draft.write_bytes(file.read_bytes())
        done = repair(draft, data)
        mended = draft.read_text("utf-8")
    write_new(copy, mended, force)
    _print_mended(done, draft, file, copy, mended)
    if done.left:
        raise ScenarioError(*(told.line.replace(str(draft), str(copy)) for told in done.left))


def _print_mended(done: Repair, draft: Path, file: Path, copy: Path, mended: str) -> None:
    """Print each mend with what it assumes, and what differs between a file and its copy."""
    out = console()
    for told in done.made:
        assert told.fix is not None
        out.print(told.line.replace(str(draft), str(file)), soft_wrap=True)
        assumed = f", assuming that {told.fix.assumes}" if told.fix.assumes else ""
        out.print(f"    mended{assumed}", soft_wrap=True)
    before, after = (text.splitlines() for text in (file.read_text("utf-8"), mended))
    for line in unified_diff(before, after, str(file), str(copy), lineterm=""):
        out.print(line, soft_wrap=True)
    left = f"{len(done.left)} left" if done.left else "valid"
    out.print(f"{copy}: {len(done.made)} mended, {left}", soft_wrap=True)
