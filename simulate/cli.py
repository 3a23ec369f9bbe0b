"""The command: its parts, and how mistakes end."""

import gc
import os
import sys
from io import TextIOWrapper
from shutil import get_terminal_size
from typing import Annotated, NoReturn

import typer

from simulate.commands.assumptions import check, diff, init, schema, show
from simulate.commands.backtest import backtest
from simulate.commands.compare import compare
from simulate.commands.converge import converge
from simulate.commands.decide import decide
from simulate.commands.discover import discover
from simulate.commands.drivers import drivers
from simulate.commands.explore import explore
from simulate.commands.fit import fit
from simulate.commands.goal import goal
from simulate.commands.hindcast import hindcast
from simulate.commands.report import report
from simulate.commands.run import run
from simulate.commands.session import interruptible, warmup
from simulate.commands.stress import stress
from simulate.commands.sweep import sweep
from simulate.commands.update import update
from simulate.commands.watch import watch
from simulate.plots.settings import keep_own_settings
from simulate.scenario import ScenarioError
from simulate.scenario.mistakes import steering_text
from simulate.text.terminal import NARROWEST, tell_error
from simulate.version import package_version

BAD_INPUT = 2
WIDEST_HELP = 78
# Objects between two looks for cycles, of which a command makes few: at Python's 700 they take a
# twelfth of its time, since most of what is imported and read stays.
BETWEEN_COLLECTIONS = 50_000

app = typer.Typer(
    help="Monte Carlo risk of AI-lab economics: when gross margin reaches its target, and when "
    "free cash flow turns positive. No investment advice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    # A flag without a value is converted by pydantic, which takes as long to import as the rest.
    context_settings={"default_map": {"help": False}},
)
COMMANDS = (
    run,
    watch,
    explore,
    report,
    compare,
    check,
    show,
    converge,
    drivers,
    discover,
    update,
    backtest,
    hindcast,
    goal,
    stress,
    sweep,
    decide,
    diff,
    schema,
    init,
    fit,
    warmup,
)
for command in COMMANDS:
    # Said in full in the list of commands, where it would be cut off.
    about = (command.__doc__ or "").partition("\n\n")[0]
    app.command(short_help=about)(interruptible()(command))


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(package_version())
        raise typer.Exit()


def main() -> None:
    """Run the command; what a user did wrong ends in a line or two and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that knows no ± gets a question mark.
            stream.reconfigure(errors="replace")
    gc.set_threshold(BETWEEN_COLLECTIONS)
    keep_own_settings()
    # No plug-in of pydantic's is looked for among all that is installed.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "1"
    # More threads would wait in loops for the rows of small matrices: a fit takes twice as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        for word in sys.argv[1:]:
            if steers := steering_text(word):
                raise ScenarioError(f"{steers}: holds a control character; leave it out")
        width = max(get_terminal_size().columns, NARROWEST)
        app(terminal_width=min(width, WIDEST_HELP))
    except ScenarioError as error:
        _end(str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _end(f"{place}{error.strerror or error}")
    except MemoryError:
        _end("there is not enough memory; ask for fewer --paths or --threads")
    except RuntimeError as error:
        if "can't start new thread" not in str(error):
            raise
        _end("no more threads can be started; ask for fewer --threads")


def _end(message: str) -> NoReturn:
    """Say what was wrong, and end."""
    tell_error(message)
    sys.exit(BAD_INPUT)
