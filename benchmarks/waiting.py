"""What a person waits for, from the start of a process: ``python -m benchmarks.waiting``.

Everything is measured in turns, so that what else the machine does falls on all of it alike. Times
are told beside three yardsticks of the same run: T, the simulation itself in a warm process; I, the
import of pandas and scipy.stats; N, that of numpy.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import ROOT, SCENARIO

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- python -m benchmarks.waiting --write -->", "<!-- the end of it -->"
SIMULATE = [sys.executable, "-m", "simulate"]
# Of a change of one input, and of each cell of a sweep.
SMALL = 1 << 14

T = "T: the simulation, in a warm process"
IMPORTS = "I: import pandas, scipy.stats"
NUMPY = "N: import numpy"
ANSWER = "simulate run: the answer is printed"
WHOLE = "simulate run: all tables and pictures"
HELP, VERSION, HELP_OF_RUN = "simulate --help", "simulate --version", "simulate run --help"
NO_FILE = "a wrong file name"
FAULT, MISTAKE = "a fault of TOML", "a mistake in a scenario"
COMPILED = "first compilation"
CHANGED = f"one input changed, {SMALL:,} paths, session warm"
SWEEP = f"a sweep of 100 cells, {SMALL:,} paths each"
REPORT, DRIVERS = "simulate report", "simulate report --drivers"

# In a process of its own; the last line is the seconds.
CHILD = f"""
import sys, time
from simulate import load_scenario
from simulate.analysis.sweep import sweep
from simulate.engine.run import Session
from simulate.scenario.setting import parse_variation

def timed(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started

_, file, paths, threads, what = sys.argv
scenario, threads, small = load_scenario(file), int(threads) or None, {SMALL}
with Session(threads) as session:
    session.run(scenario, paths=small)
    if what == "run":
        print(timed(lambda: session.run(scenario, paths=int(paths))))
    elif what == "change":
        changed = scenario.changed({{"cash.tax_rate": 0.2}})
        session.run(scenario.changed({{"cash.tax_rate": 0.1}}), paths=small)
        print(timed(lambda: session.run(changed, paths=small)))
    else:
        keys = ("cash.tax_rate=0.1:0.3:10", "cash.interest_rate=0.01:0.05:10")
        grid = [parse_variation(scenario, key) for key in keys]
        print(timed(lambda: sweep(scenario, grid, paths=small, threads=threads)))
"""


class Target(NamedTuple):
    """How long something may take, as multiples of the yardsticks N, I and T."""

    numpy: float = 0.0
    imports: float = 0.0
    run: float = 0.0

    @property
    def words(self) -> str:
        """The target as a sum."""
        parts = ((self.numpy, "N"), (self.imports, "I"), (self.run, "T"))
        return " + ".join(f"{'' if k == 1 else f'{k:.3g} '}{name}" for k, name in parts if k)

    def seconds(self, best: dict[str, float]) -> float:
        """Return the target by the yardsticks of this run."""
        yardsticks = (best[NUMPY], best[IMPORTS], best[T])
        return sum(k * seconds for k, seconds in zip(self, yardsticks, strict=True))


class Waiting(NamedTuple):
    """What is measured: a scenario, its number of paths, and threads, 0 for one a processor."""

    file: Path
    paths: int
    threads: int
    drivers: bool

    def targets(self) -> dict[str, Target]:
        """Return how long each may take."""
        share = SMALL / self.paths
        return {
            ANSWER: Target(imports=1.0, run=0.5),
            WHOLE: Target(imports=1.0, run=2.5),
            HELP: Target(numpy=2.0),
            VERSION: Target(numpy=2.0),
            HELP_OF_RUN: Target(numpy=2.0),
            NO_FILE: Target(numpy=2.0),
            FAULT: Target(numpy=3.0),
            MISTAKE: Target(numpy=3.0),
            CHANGED: Target(run=1.5 * share),
            SWEEP: Target(run=1.15 * 100 * share),
            REPORT: Target(imports=1.0, run=4.0),
            DRIVERS: Target(run=12.0),
        }

    def round(self, folder: Path) -> dict[str, float]:
        """Return the seconds of each, once, in a folder with two wrong scenarios."""
        run = [str(self.file), "--paths", str(self.paths), "--force"]
        run += ["--threads", str(self.threads)] if self.threads else []
        answer, whole = until_printed_and_ended([*SIMULATE, "run", *run], folder)
        python = [sys.executable, "-c"]
        commands = {
            IMPORTS: [*python, "import pandas, scipy.stats"],
            NUMPY: [*python, "import numpy"],
            HELP: [*SIMULATE, "--help"],
            VERSION: [*SIMULATE, "--version"],
            HELP_OF_RUN: [*SIMULATE, "run", "--help"],
            NO_FILE: [*SIMULATE, "run", "nothing.toml"],
            FAULT: [*SIMULATE, "run", "fault.toml"],
            MISTAKE: [*SIMULATE, "run", "mistake.toml"],
            REPORT: [*SIMULATE, "report", *run],
        }
        if self.drivers:
            commands[DRIVERS] = [*SIMULATE, "report", *run, "--drivers"]
        found = {
            what: until_printed_and_ended(words, folder)[1] for what, words in commands.items()
        }
        children = {T: "run", CHANGED: "change", SWEEP: "sweep"}
        found |= {what: self.child(name) for what, name in children.items()}
        return found | {ANSWER: answer, WHOLE: whole}

    def child(self, what: str) -> float:
        """Return the seconds that a warm process tells."""
        words = [str(self.file), str(self.paths), str(self.threads), what]
        command = [sys.executable, "-c", CHILD, *words]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        return float(told.stdout.split()[-1])


def until_printed_and_ended(
    command: list[str], folder: Path, **environment: str
) -> tuple[float, float]:
    """Return the seconds to the first that a command prints as its answer, and to its end."""
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        printed = time.perf_counter() - started
        process.stdout.read()
        process.wait()
    return printed, time.perf_counter() - started


def measure(waiting: Waiting, rounds: int, compile_too: bool) -> dict[str, list[float]]:
    """Return the seconds of everything, round by round."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "fault.toml").write_text("[cash\n")
        (folder / "mistake.toml").write_text(f'extends = "{waiting.file}"\n[cash]\nopenin = 3\n')
        subprocess.run([*SIMULATE, "warmup"], check=True, stdout=subprocess.DEVNULL)
        found: dict[str, list[float]] = {}
        for _ in range(rounds):
            for what, seconds in waiting.round(folder).items():
                found.setdefault(what, []).append(seconds)
        if compile_too:
            new = {"SIMULATE_CACHE_DIR": str(folder / "cache")}
            found[COMPILED] = [until_printed_and_ended([*SIMULATE, "warmup"], folder, **new)[1]]
    return found


def table(found: dict[str, list[float]], waiting: Waiting) -> str:
    """Return the table: what was waited for, and how much of its target that is."""
    best = {what: min(seconds) for what, seconds in found.items()}
    targets = waiting.targets()
    lines = [
        "| what | best, s | median, s | target | of it |",
        "|---|---|---|---|---|",
    ]
    order = [T, IMPORTS, NUMPY, *targets, COMPILED]
    for what in (what for what in order if what in found):
        cells = [what, f"{best[what]:.2f}", f"{median(found[what]):.2f}", "", ""]
        if what in targets:
            target = targets[what]
            wanted = target.seconds(best)
            cells[3:] = [f"{target.words} = {wanted:.2f} s", f"{best[what] / wanted:.0%}"]
        lines.append(f"| {' | '.join(cells)} |")
    rounds = max(map(len, found.values()))
    about = f"{waiting.file.name}, {waiting.paths:,} paths, {rounds} rounds in turns."
    return "\n".join([about, "", *lines])


def write(text: str) -> None:
    """Put the table into its place in ``docs/performance.md``."""
    page = PAGE.read_text(encoding="utf-8")
    block = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    assert block.search(page), f"{PAGE}: has no place for the table"
    new = block.sub(lambda _: f"{BEGIN}\n{text}\n{END}", page)
    PAGE.write_text(new, encoding="utf-8")


def main() -> None:
    """Measure what was asked for, and print it or write it into the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scenario", type=Path, default=SCENARIO)
    parser.add_argument("--paths", type=int, default=1 << 20)
    parser.add_argument("--threads", type=int, default=0, help="0: one a processor")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-drivers", action="store_true", help="leave out report --drivers")
    parser.add_argument("--no-compilation", action="store_true")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    options = parser.parse_args()
    file = options.scenario.resolve()
    waiting = Waiting(file, options.paths, options.threads, not options.no_drivers)
    found = measure(waiting, options.rounds, not options.no_compilation)
    text = table(found, waiting)
    print(text)
    if options.write:
        write(text)


if __name__ == "__main__":
    main()
