"""``simulate init``, ``check``, ``show`` and ``diff``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulate.interruption import uninterrupted
from simulate.plots import plot_of
from simulate.scenario import ScenarioError, packaged_configs
from simulate.text.terminal import console

from .pictures import Open, Pictures, asked_pictures
from .session import (
    Chosen,
    Data,
    File,
    Force,
    Picture,
    Set,
    Stress,
    Variant,
    find_readable,
    load_named,
    named_changes,
    print_place,
)

if TYPE_CHECKING:
    from simulate.scenario.repair import Repair

STARTER, BARE = "starter.toml", "bare.toml"


def schema(
    out: Annotated[Path | None, typer.Option(help="File to write; printed if not given.")] = None,
    force: Force = False,
) -> None:
    """Write the JSON Schema of scenario files, for editors that complete and underline."""
    from simulate.output.new_file import write_new
    from simulate.scenario.json_schema import schema_text

    if out is None:
        typer.echo(schema_text(), nl=False)
    else:
        write_new(out, schema_text(), force)
        print_place("JSON Schema", out)


def init(
    file: Annotated[Path, typer.Argument(help="Scenario to write.")] = Path("scenario.toml"),
    bare: Annotated[
        bool, typer.Option("--bare", help="A lab from nothing, in the fewest lines that run.")
    ] = False,
    force: Force = False,
) -> None:
    """Write a commented scenario to start from, and its JSON Schema beside it.

    It extends a packaged one; --bare writes one of a lab of its own.
    """
    from simulate.output.new_file import refuse_existing, write_new
    from simulate.scenario.json_schema import SCHEMA_FILE, schema_text

    starter = (packaged_configs() / (BARE if bare else STARTER)).read_text(encoding="utf-8")
    beside = file.parent / SCHEMA_FILE
    refuse_existing(file, force)
    with uninterrupted(f"{file} was written"):
        if not beside.exists() or force:
            write_new(beside, schema_text(), force)
        write_new(file, starter, force)
    console().print(f"Scenario: {file}\nNow: simulate check {file}", soft_wrap=True)


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
        _fix(file, out, force, allowed)
        return
    if not changes:
        _check(find_readable(file), allowed)
    scenario = Chosen(file, variant, stress, settings, data).load()
    from simulate.text.assumptions import print_facts, print_inputs

    if facts:
        print_facts(scenario, console())
    else:
        print_inputs(scenario, named_changes(file, allowed), console())


def _check(file: Path, data: Sequence[Path]) -> None:
    """Check a file; what is wrong with it ends with how to mend it, where that is known."""
    from simulate.scenario.load import check_all
    from simulate.scenario.repair import mendable

    try:
        check_all(file, data)
    except ScenarioError as error:
        count = sum(mendable(told, file) for told in error.told)
        hint = [f"{count} of them can be mended: simulate check --fix {file}"] if count else []
        raise ScenarioError(*error.told, *hint) from None


def _fix(given: Path | None, out: Path | None, force: bool, data: Sequence[Path]) -> None:
    """Write a mended copy of a file, and show what was mended and what is left."""
    import tempfile

    from simulate.output.new_file import refuse_existing, write_new
    from simulate.scenario import find_scenario
    from simulate.scenario.repair import mendable, mistakes_in, repair

    file = find_scenario(given)
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


def _print_mended(done: "Repair", draft: Path, file: Path, copy: Path, mended: str) -> None:
    """Print each mend with what it assumes, and what differs between a file and its copy."""
    from difflib import unified_diff

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


def show(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    out: Picture = None,
    pictures: Pictures = None,
    opened: Open = False,
    force: Force = False,
) -> None:
    """Draw every uncertain input with its source, and every correlated pair."""
    drawn = asked_pictures(pictures, no_pictures=False, is_opened=opened, out=out)
    chosen = Chosen(file, variant, stress, settings, data)
    scenario = chosen.read()
    picture = drawn.picture(chosen.name, "inputs", force)
    drawn.draw("Inputs", picture, plot_of("inputs", "plot_inputs"), scenario)


def diff(
    before: Annotated[str, typer.Argument(help="A scenario, as for simulate compare.")],
    after: Annotated[str, typer.Argument(help="Another, or the same with changes.")],
    settings: Set = None,
    data: Data = None,
) -> None:
    """Say in words how the second scenario's assumptions differ from the first's.

    --set changes the second. For example: simulate diff anthropic.toml anthropic.toml@bull
    """
    first = load_named(before, data=data or ())
    second = load_named(after, settings or (), data or ())
    from simulate.text.diff import print_difference

    print_difference(first, second, console())
