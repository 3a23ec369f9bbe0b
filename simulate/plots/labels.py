"""Numbers as people write them, in the room that a small panel has."""

import math
from collections.abc import Sequence

LARGEST_PLAIN, SMALLEST_PLAIN = 1e6, 1e-5


def readable(values: Sequence[float], unit: str) -> list[str]:
    """Return numbers with as many digits as tell them apart; shares as percentages.

    Parameters
    ----------
    values
        In one unit, to be read beside each other.
    unit
        As a ``Quantity`` declares it.
    """
    shown = [100.0 * value for value in values] if unit == "share" else list(values)
    largest = max(map(abs, shown), default=0.0)
    spread = (max(shown, default=0.0) - min(shown, default=0.0)) or largest or 1.0
    if largest >= LARGEST_PLAIN or spread < SMALLEST_PLAIN:
        texts = [f"{value:.4g}" for value in shown]
    else:
        decimals = max(0, math.ceil(1.45 - math.log10(spread)))
        # Adding 0 turns -0 into 0.
        texts = [f"{round(value, decimals) + 0.0:,.{decimals}f}" for value in shown]
        while decimals and all(text.endswith("0") for text in texts):
            decimals -= 1
            texts = [text[:-1].rstrip(".") for text in texts]
    return [text.replace("-", "−") + ("%" if unit == "share" else "") for text in texts]
