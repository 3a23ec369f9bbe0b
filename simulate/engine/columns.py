"""What is kept of paths one by one: outcomes, inputs, deviations and measures, by column."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.arrays import LANES, Points
from simulate.model.outcomes import Measure
from simulate.model.tally import Tally

from .block import DEVIATIONS, Workspace
from .plan import Prepared

if TYPE_CHECKING:
    import pandas as pd

# Of some paths, by name: shape (paths,) each.
Columns = dict[str, NDArray[Any]]
# Called with what is kept of some paths.
OutcomeSink = Callable[[Columns], None]
# Traces of so many blocks are held at a time: 3 MB a thread at 40 quarters.
TRACED_BLOCKS = 16


@dataclass(frozen=True)
class Kept:
    """What sinks are given of every path beside its outcomes.

    Attributes
    ----------
    inputs
        Whether its uncertain inputs.
    deviations
        Whether every year's inference overrun and training drift.
    measures
        These numbers, by column.
    """

    inputs: bool = False
    deviations: bool = False
    measures: Mapping[str, Measure] = field(default_factory=dict)


OUTCOMES_ALONE = Kept()


def columns_of(
    prepared: Prepared,
    kept: Kept,
    periods: Iterable[str],
    space: Workspace,
    points: Points,
    replicate: int,
    first_block: int,
    count: int,
    tally: Tally,
) -> Columns:
    """Simulate blocks of a replicate, and return what is kept of their paths.

    Parameters
    ----------
    prepared, kept
        The scenario, and what is kept of each path beside its outcomes.
    periods
        Names of those that have deviations.
    space, points, tally
        As for ``Workspace.simulate``.
    replicate, first_block, count
        Which blocks.
    """
    keys, paths, quarters = prepared.drawn_keys, count * LANES, prepared.plan.schedule.quarters
    outcomes = np.empty((paths, len(prepared.outcome_columns)), np.float32)
    inputs = np.empty((paths, len(keys)), np.float32) if kept.inputs else None
    measured = np.empty((paths, len(kept.measures)))
    step = TRACED_BLOCKS if kept.measures else count
    traces = np.empty((step * LANES if kept.measures else 0, prepared.traces, quarters))
    for done in range(0, count, step):
        blocks = min(step, count - done)
        rows = slice(done * LANES, (done + blocks) * LANES)
        space.simulate(
            points,
            first_block + done,
            blocks,
            tally,
            outcomes=outcomes[rows],
            inputs=None if inputs is None else inputs[rows],
            traces=traces if kept.measures else None,
        )
        for column, measure in enumerate(kept.measures.values()):
            measured[rows, column] = measure(traces[: blocks * LANES])
    columns = _outcome_columns(prepared.outcome_columns, outcomes, replicate, first_block * LANES)
    if inputs is not None:
        columns |= zip(keys, inputs.T, strict=True)
    if kept.deviations:
        deviations = space.deviations(points, first_block, count)
        columns |= zip(deviation_columns(periods), deviations.T, strict=True)
    return columns | dict(zip(kept.measures, measured.T, strict=True))


def deviation_columns(periods: Iterable[str]) -> list[str]:
    """Return the columns of the periods' deviations, such as ``inference.overrun 2026``."""
    return [f"{key} {period}" for period in periods for key in DEVIATIONS]


def table_of(parts: Sequence[Columns]) -> "pd.DataFrame":
    """Return columns of paths, some after the other, as one table."""
    import pandas as pd

    return pd.DataFrame({name: np.concatenate([p[name] for p in parts]) for name in parts[0]})


def _outcome_columns(
    names: Sequence[str], outcomes: NDArray[np.float32], replicate: int, first_path: int
) -> Columns:
    paths = len(outcomes)
    columns: Columns = {
        "replicate": np.full(paths, replicate, np.int16),
        "path": np.arange(first_path, first_path + paths, dtype=np.int64),
    }
    *hitting, need = names
    columns |= {name: outcomes[:, k].astype(np.uint8) for k, name in enumerate(hitting)}
    return columns | {need: outcomes[:, -1].copy()}
