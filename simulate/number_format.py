"""How numbers are written for people: to the digit that their error, or a reader, can use."""

import math

from simulate.estimate import Estimate

# From how many billions on, what a unit is in billions, and its name.
MONEY_UNITS = ((1e4, 1e3, "trn USD"), (1.0, 1.0, "bn USD"), (0.0, 1e-3, "m USD"))


def percent(estimate: Estimate) -> str:
    """Return a probability and its standard error in percent, or its bound if 0 or 1 was seen."""
    if estimate.value == 0.0:
        return f"0% (<{_small(estimate.high)})"
    if estimate.value == 1.0:
        missing = 100.0 * (1.0 - estimate.low)
        return f"100% (>{100.0 - missing:.{max(0, math.ceil(-math.log10(missing)))}f}%)"
    most = 2 if estimate.value > 0.01 else 4
    return _with_error(100.0 * estimate.value, 100.0 * estimate.standard_error, "%", most)


def exact_percent(value: float) -> str:
    """Return a share that somebody has set, in percent, with all of its digits."""
    return f"{100.0 * value:.6g}%"


def _small(share: float) -> str:
    return f"{100 * share:.1g}%"


def money(estimate: Estimate) -> str:
    """Return billions of dollars with their standard error."""
    return _with_error(estimate.value, estimate.standard_error, "", 2)


def _with_error(value: float, error: float, unit: str, most: int) -> str:
    """Return a number to the digit that its error's first digit stands at, at most so many."""
    digits = 1 if error <= 0.0 else min(max(0, math.ceil(-math.log10(error))), most)
    # A whole number to the unit only: its error says which of its digits count.
    digits = max(digits, 1 if error < 9.5 else 0)
    return f"{value:,.{digits}f}{unit} ± {error:,.{digits}f}"


def share(value: float) -> str:
    """Return a probability in whole percent, 0% and 100% only where they are exact."""
    if 0.0 < value < 0.005:
        return "<1%"
    if 0.995 <= value < 1.0:
        return ">99%"
    return f"{value:.0%}"


def money_unit(largest: float) -> tuple[float, str]:
    """Return the unit for amounts of up to so many billions: its size in billions, and its name."""
    return next((size, name) for least, size, name in MONEY_UNITS if largest >= least)


def amount_with_error(estimate: Estimate) -> str:
    """Return an amount in dollars with its standard error in the same unit."""
    factor, name = _dollars(abs(estimate.value))
    sign = "-" if estimate.value < 0.0 else ""
    value, error = abs(estimate.value) / factor, estimate.standard_error / factor
    return f"{sign}${_with_error(value, error, name, 2)}"


def _dollars(size: float) -> tuple[float, str]:
    """Return the unit in which an amount has one to three digits: in billions, and its name."""
    units = ((1e3, "trn"), (1.0, "bn"), (1e-3, "m"))
    return next((unit for unit in units if size >= unit[0]), units[-1])


def amount(billions: float) -> str:
    """Return an amount in dollars to two or three digits, such as ``$850m`` or ``-$12bn``."""
    size = abs(billions)
    if size < 5e-4:
        return "$0"
    # Its first three digits, which decide the unit: 999.9 billion are a trillion.
    size = float(f"{size:.3g}")
    factor, name = _dollars(size)
    written = size / factor
    digits = f"{written:.2g}" if written < 9.95 else f"{written:,.0f}"
    return f"{'-' if billions < 0.0 else ''}${digits}{name}"
