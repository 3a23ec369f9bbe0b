"""A second kernel that Python calls: what the years of a path deviate from plan."""

from .arrays import Array, Inputs, Plan, Points, State
from .draws import draw_inputs, draw_yearly, enter_block
from .jit import entry_kernel
from .rows import LANES, Now


@entry_kernel
def draw_deviations(
    plan: Plan,
    points: Points,
    inputs: Inputs,
    state: State,
    first_block: int,
    blocks: int,
    deviations: Array,
) -> None:
    """Draw the years' deviations of the paths of ``simulate_blocks``, without their economics.

    Parameters
    ----------
    plan, points, inputs, state, first_block, blocks
        As for ``simulate_blocks``.
    deviations
        Inference overrun and training drift of a year, then of the next, by path, float32, shape
        (paths, 2 years).
    """
    for b in range(blocks):
        enter_block(points, first_block + b)
        draw_inputs(points, plan.draws, plan.tables, inputs, state)
        for year in range(deviations.shape[1] // 2):
            draw_yearly(points, plan.draws, plan.tables, year, state)
            for i in range(LANES):
                deviations[b * LANES + i, 2 * year] = state.now[Now.DEVIATION + i]
                deviations[b * LANES + i, 2 * year + 1] = state.now[Now.DRIFT + i]
