"""What a command imports before its first answer: what takes long comes after, or never."""

import json
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from simulate.commands.session import compile_kernels
from simulate.output.workers import DRAWING
from simulate.scenario import packaged_configs

HEAVY = {"numba", "pandas", "pyarrow", "matplotlib", "scipy.stats", "scipy.optimize"}
FOR_FILES = {"scipy.stats", "pandas", "pyarrow", "matplotlib", "jinja2", "xlsxwriter"}

# Runs commands one after the other, each until it tells what is waited for, or to its end, and
# prints which modules were loaded by then.
CODE = """
import json
import sys
from simulate import cli

class Enough(BaseException):
    pass

class Told:
    encoding = "utf-8"
    def write(self, text):
        if about and about in text:
            raise Enough
    def flush(self):
        pass
    def isatty(self):
        return False

out, sys.stdout, sys.stderr = sys.stdout, Told(), Told()
for words, about in json.load(sys.stdin):
    sys.argv = ["simulate", *words]
    end = "nothing"
    try:
        cli.main()
    except Enough:
        end = about
    except SystemExit as ended:
        end = "" if not ended.code else "a mistake"
    json.dump([end, sorted(sys.modules)], out)
    out.write("\\n")
"""
Command = tuple[tuple[str, ...], str]


def loaded_when_told(commands: Sequence[Command], folder: Path) -> dict[Command, set[str]]:
    """Return which modules were loaded when commands of one process had told of something.

    Parameters
    ----------
    commands
        The words of each, and what it tells; nothing where it is to end well. What an earlier one
        has loaded is loaded for all that follow.
    folder
        That they are run in.
    """
    ended = subprocess.run(
        [sys.executable, "-c", CODE],
        input=json.dumps(commands),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [end for end, _ in lines] == [about for _, about in commands], ended.stderr
    loaded = (set(modules) for _, modules in lines)
    return dict(zip(commands, loaded, strict=True))


HELP_AND_WHAT_CAN_NOT_BE_READ: list[Command] = [
    ((), "Usage"),
    (("--help",), "Usage"),
    (("--version",), "."),
    (("run", "--help"), "Usage"),
    (("run", "--no-such-option"), "No such option"),
    (("nothing",), "No such command"),
    (("run", "nothing.toml"), "no such file"),
    (("check", "nothing.toml"), "no such file"),
    (("stress", "nothing.toml"), "no such file"),
    (("compare", "nothing.toml@bull", "nothing.toml"), "no such file"),
    (("goal", "nothing.toml"), "give --target"),
    (("sweep",), "give it at least once"),
    (("run", "fault.toml"), "not readable as TOML"),
]


def test_help_and_what_can_not_be_read_need_no_arrays(tmp_path: Path) -> None:
    (tmp_path / "fault.toml").write_text("[cash\n")
    loaded = loaded_when_told(HELP_AND_WHAT_CAN_NOT_BE_READ, tmp_path)
    unwanted = HEAVY | {"numpy", "scipy", "rich"}
    assert [command for command, modules in loaded.items() if modules & unwanted] == []


MISTAKES = {
    "unknown key": "[cash]\nopenin = 3\n",
    "cash.tax_rate": "[cash]\ntax_rate = 40\n",
    "lognormel": '[cash]\nopening = { distribution = "lognormel", p10 = 1, p90 = 2 }\n',
    "tax_rat": '[correlations]\n"cash.opening, cash.tax_rat" = 0.5\n',
}


def test_a_mistake_is_told_before_anything_is_imported_that_simulates(tmp_path: Path) -> None:
    commands: list[Command] = []
    for place, (about, line) in enumerate(MISTAKES.items()):
        file = f"mine-{place}.toml"
        (tmp_path / file).write_text(f'extends = "{packaged_configs() / "anthropic.toml"}"\n{line}')
        for words in ("run", "drivers", "goal --target x --vary cash.opening"):
            name, *options = words.split()
            commands.append(((name, file, *options), about))
    loaded = loaded_when_told(commands, tmp_path)
    assert [command for command, modules in loaded.items() if modules & HEAVY] == []


# The first that asks for more comes after those that ask for less.
ANSWERS: dict[Command, set[str]] = {
    (("run", "--paths", "64"), "Peak funding need"): FOR_FILES,
    (("run", "--paths", "64", "--json"), "gross_margin_target"): FOR_FILES,
    (("sweep", "--vary", "cash.tax_rate=0,0.1", "--paths", "64"), "0.1"): {"matplotlib"},
    (("drivers", "--paths", "64"), "variance"): {"matplotlib"},
}


def test_an_answer_is_told_before_anything_is_imported_that_only_files_need(
    tmp_path: Path,
) -> None:
    # Compiling them is no part of an answer.
    compile_kernels(silent=True)
    loaded = loaded_when_told([*ANSWERS], tmp_path)
    assert [command for command in ANSWERS if loaded[command] & ANSWERS[command]] == []


# Prints the first of the modules named that loads one of those that are unwanted.
FIRST_TO_LOAD = """
import sys
from importlib import import_module

names, unwanted = (set(words.split()) for words in sys.argv[1:])
for name in sorted(names):
    import_module(name)
    if unwanted & set(sys.modules):
        print(name)
        break
"""


def test_what_draws_a_result_loads_no_tables_and_no_distributions() -> None:
    modules, unwanted = [*DRAWING, "simulate.output.report"], FOR_FILES - {"matplotlib", "jinja2"}
    command = [sys.executable, "-c", FIRST_TO_LOAD, " ".join(modules), " ".join(unwanted)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == ""


WITHOUT_PICTURES = (
    "run starter.toml --paths 64 --no-outcomes",
    "report starter.toml --paths 64",
    "compare starter.toml openai-2026-01.toml --paths 64",
    "drivers starter.toml --paths 64 --outcome 'peak funding need'",
    "sweep starter.toml --vary cash.tax_rate=0,0.1 --paths 64",
    "discover starter.toml --paths 4096",
    'update starter.toml --observe "cash 2026Q4 = 50 bn ± 50%" --paths 4096',
)


def test_without_pictures_nothing_is_loaded_that_draws(tmp_path: Path) -> None:
    compile_kernels(silent=True)
    commands = [((*shlex.split(words), "--no-pictures"), "") for words in WITHOUT_PICTURES]
    loaded = loaded_when_told(commands, tmp_path)
    assert [command for command, modules in loaded.items() if "matplotlib" in modules] == []


def test_what_was_loaded_is_seen(tmp_path: Path) -> None:
    (modules,) = loaded_when_told([(("--help",), "Usage")], tmp_path).values()
    assert "typer" in modules and "numpy" not in modules
