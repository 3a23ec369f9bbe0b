"""``simulate decide``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulate.engine.result import DISCLAIMER
from simulate.scenario import ScenarioError, find_scenario, load_scenario
from simulate.scenario.load import list_changes
from simulate.scenario.packaged import shown_path
from simulate.text.numbers import number
from simulate.text.run import with_full_stop
from simulate.text.terminal import console, table

from .session import (
    Data,
    File,
    Force,
    Seed,
    Set,
    Stress,
    Threads,
    Variant,
    compile_kernels,
    new_picture,
    progress_bar,
    read_scenario,
    save_drawn,
    scenario_name,
)

if TYPE_CHECKING:
    from simulate.analysis.decide import Weighed


def decide(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    paths: Annotated[int, typer.Option(min=4096, help="Paths of each option.")] = 1 << 17,
    seed: Seed = None,
    threads: Threads = None,
    out: Annotated[
        Path | None, typer.Option(help="Picture to write.", show_default="in results/<scenario>")
    ] = None,
    force: Force = False,
) -> None:
    """Weigh the options of the scenario's decision, and what knowing an input first is worth."""
    from simulate.analysis.decide import decide as weigh
    from simulate.plots.decide import plot_decision

    names = list_changes(file, data or ()).options
    if not names:
        shown = shown_path(find_scenario(file))
        raise ScenarioError(f"{shown}: has no [decision]; see the one of anthropic-tpu.toml")
    scenario = read_scenario(file, variant=variant, data=data)
    options = {
        name: load_scenario(
            file,
            variant=variant,
            stress=stress,
            option=name,
            settings=settings or (),
            data=data or (),
        )
        for name in names
    }
    picture = new_picture(out, scenario_name(file, variant, stress), "decision", force)
    compile_kernels(silent=False)
    with progress_bar(silent=False) as progress:
        weighed = weigh(
            scenario, options, paths=paths, seed=seed, threads=threads, progress=progress
        )
    print_decision(weighed, scenario.name, console())
    save_drawn(picture, plot_decision, weighed)
    console().print(f"Decision drawn: {picture}", soft_wrap=True)


def print_decision(weighed: "Weighed", name: str, out: Console) -> None:
    """Print what the options pay, and what knowing pays."""
    from simulate.analysis.decide import payoff_words

    decision, payoffs = weighed.decision, weighed.payoffs
    out.print(Text(name, style="bold"))
    out.print(Text(with_full_stop(f"Decision: {decision.title}")))
    out.print(Text(f"A path pays {payoff_words(decision)}.\n"))
    shown = table("", "option", "expected payoff", "against the best", "the best in", narrow=True)
    chosen = payoffs.paid.argmax(axis=1)
    for place, option in enumerate(weighed.options):
        is_best = place == payoffs.best
        shown.add_row(
            option,
            number(payoffs.expected(place)),
            "" if is_best else number(payoffs.behind(place)),
            f"{(chosen == place).mean():.1%} of paths",
            style="bold" if is_best else "",
        )
    out.print(shown)
    out.print()
    for option, told in decision.options.items():
        out.print(Text(f"{option}: {told.title or option}"))
    out.print()
    question = "What it is worth to know it before deciding, bn USD"
    worth = table(question, "", "worth", "then", narrow=True)
    worth.columns[-1].justify = "left"
    worth.add_row("everything", number(weighed.everything), "")
    for key, known in weighed.most_telling:
        worth.add_row(key, number(known.worth), weighed.rule(key))
    out.print(worth)
    out.print()
    out.print(Text(f"{weighed.finding}."))
    rest = [known.worth.high for k, known in weighed.inputs.items() if k not in weighed.telling]
    if rest:
        bound = (
            f"is worth more than {max(rest):.2g} bn"
            if max(rest) > 0.0
            else "alone changes the choice"
        )
        other = "other " if weighed.telling else ""
        out.print(Text(f"None of the {len(rest)} {other}inputs {bound}."))
    out.print(Text(f"\n{weighed.common.words} {DISCLAIMER}", style="dim"))
