"""The model in C, compiled by gcc in a temporary folder: ``lab.c`` on the engine's own arrays."""

import ctypes
import subprocess
import tempfile
import time
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.engine.block import empty_tally
from simulate.engine.plan import Prepared, prepare
from simulate.engine.result import Result
from simulate.kernels.arrays import LANES, Copula
from simulate.model.rows import (
    MARGIN_DEFINITIONS,
    BaseQuarter,
    Hardware,
    Hit,
    Lab,
    Metric,
    Segment,
)
from simulate.model.tally import (
    FIXED_POINT,
    MANTISSA_SHIFT,
    MARGIN_BINS,
    MONEY_BINS,
    MONEY_METRICS,
    MONEY_OFFSET,
    MONEY_SIDE,
    Tally,
)
from simulate.scenario import Scenario

SOURCE = Path(__file__).with_name("lab.c")
# Those of fast maths that the engine uses; reassociation would fold away the trick that rounds.
FAST_MATH = (
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-signed-zeros",
    "-ffinite-math-only",
    "-freciprocal-math",
    "-ffp-contract=fast",
)
FLAGS = ("-std=gnu11", "-O3", "-march=native", "-fopenmp", *FAST_MATH)
C_TYPES = {
    "bool": "unsigned char",
    "float64": "double",
    "int64": "int64_t",
    "uint32": "uint32_t",
}


class LabInC:
    """A scenario's model in C, on the arrays and the Sobol' points that ``run`` takes.

    Parameters
    ----------
    scenario
        A validated one, without a Student-t copula.
    flags
        Of gcc.

    Attributes
    ----------
    tallies
        The counts so far, by replicate.
    """

    def __init__(self, scenario: Scenario, flags: tuple[str, ...] = FLAGS) -> None:
        prepared, options = prepare(scenario), scenario.sampling
        plan = prepared.plan
        if plan.draws.copula.dimension >= 0:
            raise ValueError("lab.c knows no tails that inputs share.")
        if len(plan.program.steps) > 0:
            raise ValueError("lab.c knows no formulas.")
        self._points = [
            prepared.points("sobol", options.seed, r) for r in range(options.replicates)
        ]
        self.tallies = [empty_tally(prepared) for _ in self._points]
        self._library = compile_lab(prepared, flags)
        self._plan, self._certain = plan, np.ascontiguousarray(prepared.inputs().rows[:, 0])
        groups = map(_structure, (plan.draws, plan.tables, plan.schedule))
        self._arguments = (
            *map(ctypes.byref, groups),
            ctypes.c_void_p(self._certain.ctypes.data),
            *map(ctypes.c_int64, (self._certain.size, prepared.purchases, prepared.rounds)),
            _structures(self._points),
            _structures(self.tallies),
        )

    def simulate(self, replicates: int, blocks: int, threads: int) -> None:
        """Simulate the first blocks of LANES paths of some replicates, on threads of OpenMP."""
        numbers = (*map(ctypes.c_int64, (replicates, 0, blocks)), ctypes.c_int(threads))
        if self._library.simulate_replicates(*self._arguments, *numbers) != 0:
            raise ValueError(
                "The scenario has more segments, quarters or inputs than lab.c has room."
            )


def simulate_in_c(scenario: Scenario, paths: int, threads: int) -> tuple[Tally, float]:
    """Simulate in C what ``run`` simulates.

    Parameters
    ----------
    scenario
        As for ``LabInC``.
    paths
        Rounded up to whole blocks in every replicate.
    threads
        Of OpenMP, over replicates.

    Returns
    -------
    tuple of Tally and float
        Counts with a leading axis of replicates, and the seconds that the simulation took.
    """
    lab = LabInC(scenario)
    blocks = -(-paths // (LANES * len(lab.tallies)))
    started = time.perf_counter()
    lab.simulate(len(lab.tallies), blocks, threads)
    seconds = time.perf_counter() - started
    return Tally(*(np.stack(parts) for parts in zip(*lab.tallies, strict=True))), seconds


def disagreement(tally: Tally, result: Result) -> str:
    """Say how far the counts in C are from the engine's, and fail if it is more than rounding.

    Parameters
    ----------
    tally
        From ``simulate_in_c``, of as many paths as the result.
    result
        From ``run``.

    Returns
    -------
    str
        A sentence for the benchmark to print.

    Notes
    -----
    Where an amount lies within rounding of a threshold, a path may count on its other side. Such
    a move changes two bins, so half the absolute differences are the paths that moved.
    """
    engine = result.tally
    hits = _moved(tally.hits, engine.hits) / len(Hit)
    joint = _moved(tally.joint, engine.joint) / MARGIN_DEFINITIONS
    money = _moved(tally.money, engine.money) / MONEY_METRICS
    margin = _moved(tally.margin, engine.margin) / MARGIN_DEFINITIONS
    scale = np.abs(engine.sums).max(axis=0)
    sums = float(np.max(np.abs(tally.sums - engine.sums).max(axis=0) / np.maximum(scale, 1)))
    mean = float(np.max(np.abs(tally.sums - engine.sums))) / FIXED_POINT / result.replicate_paths
    assert tally.hits.sum() == engine.hits.sum()
    assert tally.money.sum() == engine.money.sum()
    assert max(hits, joint) <= 1e-5 * result.paths + 2, (hits, joint)
    # The rounding of normal scores, which are float32.
    assert sums < 1e-5, sums
    return (
        f"C against the engine, of {result.paths:,} paths: {hits:.2g} a hitting time differ, "
        f"{money:.0f} a money metric and {margin:.0f} a margin change bin in some quarter; sums "
        f"differ by {sums:.1e} of the largest, means by {mean:.1e}"
    )


def _moved(mine: NDArray[Any], theirs: NDArray[Any]) -> float:
    return float(np.abs(mine.astype(np.int64) - theirs.astype(np.int64)).sum()) / 2


def compile_lab(prepared: Prepared, flags: tuple[str, ...] = FLAGS) -> ctypes.CDLL:
    """Compile ``lab.c`` behind a header of the engine's structures, once a process."""
    return _compiled(_header(prepared), flags)


@cache
def _compiled(header: str, flags: tuple[str, ...]) -> ctypes.CDLL:
    with tempfile.TemporaryDirectory() as folder:
        declarations, library = Path(folder) / "engine.h", Path(folder) / "lab.so"
        declarations.write_text(header)
        shared = ("-shared", "-fPIC", "-include", str(declarations), "-o", str(library))
        subprocess.run(["gcc", *flags, *shared, str(SOURCE), "-lm"], check=True)
        return ctypes.CDLL(str(library))


def _header(prepared: Prepared) -> str:
    """Return C declarations of the structures and rows, from those that the kernels read."""
    plan, points = prepared.plan, prepared.points("sobol", 0, 0)
    lines = ["#include <stdint.h>"]
    for group in (plan.draws, plan.tables, plan.schedule, points, empty_tally(prepared)):
        constant = "" if isinstance(group, Tally) else "const "
        fields = [
            f"{constant}{C_TYPES[value.dtype.name]} *{name}; int64_t {name}_size;"
            if isinstance(value, np.ndarray)
            else f"{'double' if isinstance(value, float) else 'int64_t'} {name};"
            for name, value in _fields(group).items()
        ]
        lines.append(f"typedef struct {{ {' '.join(fields)} }} {type(group).__name__};")
    lines += [_enum(rows) for rows in (Lab, Segment, Hardware, BaseQuarter, Metric, Hit)]
    constants = {
        "TABLE_COLUMNS": plan.tables.layout.shape[1],
        "MANTISSA_SHIFT": MANTISSA_SHIFT,
        "MONEY_OFFSET": MONEY_OFFSET,
        "MONEY_SIDE": MONEY_SIDE,
        "MONEY_BINS": MONEY_BINS,
        "MARGIN_BINS": MARGIN_BINS,
    }
    lines += [f"#define {name} {value}" for name, value in constants.items()]
    return "\n".join(lines) + "\n"


def _fields(group: Any) -> dict[str, Any]:
    """Return what C sees of a group: the Student-t copula is left out of it."""
    return {n: value for n, value in group._asdict().items() if not isinstance(value, Copula)}


def _enum(rows: type[IntEnum]) -> str:
    prefix = rows.__name__.upper()
    members = ", ".join(f"{prefix}_{row.name}" for row in rows)
    return f"enum {{ {members}, {prefix}_ROWS }};"


@cache
def _structure_type(layout: tuple[tuple[str, Any], ...]) -> type[ctypes.Structure]:
    return type("Group", (ctypes.Structure,), {"_fields_": list(layout)})


def _structure(group: NamedTuple) -> ctypes.Structure:
    """Return a group of arrays as C sees it: pointers with sizes, and plain numbers."""
    layout: list[tuple[str, Any]] = []
    values: list[Any] = []
    for name, value in _fields(group).items():
        if isinstance(value, np.ndarray):
            assert value.flags.c_contiguous
            layout += [(name, ctypes.c_void_p), (f"{name}_size", ctypes.c_int64)]
            values += [value.ctypes.data, value.size]
        else:
            layout.append((name, ctypes.c_double if isinstance(value, float) else ctypes.c_int64))
            values.append(value)
    return _structure_type(tuple(layout))(*values)


def _structures(groups: list[Any]) -> ctypes.Array[Any]:
    parts = [_structure(group) for group in groups]
    return (type(parts[0]) * len(parts))(*parts)
