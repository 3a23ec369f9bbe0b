"""How numbers are written for people: to the digit that their error, or a reader, can use."""

import math
from collections.abc import Sequence

from simulate.engine.estimate import Estimate
from simulate.model.outcomes import IN_PERCENT

# From here on a value stands for an input that limits nothing.
NO_LIMIT = 1e9
# From how many billions on, what a unit is in billions, and its name.
MONEY_UNITS = ((1e4, 1e3, "trn USD"), (1.0, 1.0, "bn USD"), (0.0, 1e-3, "m USD"))
DOLLARS = ((1e3, "trn"), (1.0, "bn"), (1e-3, "m"))
LARGEST_PLAIN, SMALLEST_PLAIN = 1e6, 1e-5


# With their errors


def percent(estimate: Estimate) -> str:
    """Return a probability and its standard error in percent, or its bound if 0 or 1 was seen."""
    if estimate.value == 0.0:
        return f"0% (<{_small(estimate.high)})"
    if estimate.value == 1.0:
        missing = 100.0 * (1.0 - estimate.low)
        return f"100% (>{100.0 - missing:.{max(0, math.ceil(-math.log10(missing)))}f}%)"
    most = 2 if estimate.value > 0.01 else 4
    return _with_error(100.0 * estimate.value, 100.0 * estimate.standard_error, "%", most)


def _small(share: float) -> str:
    return f"{100 * share:.1g}%"


def money(estimate: Estimate) -> str:
    """Return billions of dollars with their standard error."""
    return _with_error(estimate.value, estimate.standard_error, "", 2)


def dollars_with_error(estimate: Estimate) -> str:
    """Return an amount with its standard error in the same unit, such as ``$19.62bn ± 0.09``."""
    factor, name = _dollar_unit(abs(estimate.value))
    sign = "-" if estimate.value < 0.0 else ""
    value, error = abs(estimate.value) / factor, estimate.standard_error / factor
    return f"{sign}${_with_error(value, error, name, 2)}"


def amount(estimate: Estimate, unit: str) -> str:
    """Return a number of any unit with its standard error, left out where it rounds to 0."""
    scale, sign = (100.0, "%") if unit == "share" else (1.0, "")
    value, error = scale * estimate.value, scale * estimate.standard_error
    most = 2 if abs(value) >= 10.0 or sign else 3 if abs(value) >= 1.0 else 4
    if error < 0.5 * 10.0**-most:
        return f"{value:,.{most}f}{sign}"
    return _with_error(value, error, sign, most)


def number(estimate: Estimate) -> str:
    """Return a number with its standard error."""
    if math.isnan(estimate.standard_error):
        return f"{estimate.rounded} ± unknown"
    return _with_error(estimate.value, estimate.standard_error, "", 6)


def figure(estimate: Estimate, unit: str) -> str:
    """Return a probability, another share in percent, or money, with its standard error."""
    if unit == "probability":
        return percent(estimate)
    return amount(estimate, unit) if unit == "share" else money(estimate)


def change(estimate: Estimate, unit: str) -> str:
    """Return a change, of a share in points of percent, with its standard error."""
    if estimate.value == 0.0 and not estimate.standard_error > 0.0:
        return "no change"
    scale = 100.0 if unit in IN_PERCENT else 1.0
    value, error = scale * estimate.value, scale * estimate.standard_error
    return _with_error(value, error, "", 2 if abs(value) > 1.0 else 4, sign="+")


def _with_error(value: float, error: float, unit: str, most: int, sign: str = "-") -> str:
    """Return a number to the digit that its error's first digit stands at, at most so many.

    Two more if its error would be written as 0.
    """
    most += 2 if 0.5 * 10.0 ** -(most + 2) <= error < 0.5 * 10.0**-most else 0
    # 0.096 is 0.1: its first digit is that of the rounded error.
    first = float(f"{error:.0e}")
    digits = 1 if first <= 0.0 else min(max(0, math.ceil(-math.log10(first))), most)
    # A whole number to the unit only: its error says which of its digits count.
    digits = max(digits, 1 if error < 9.5 else 0)
    return f"{value:{sign},.{digits}f}{unit} ± {error:,.{digits}f}"


# Without


def share(value: float) -> str:
    """Return a probability in whole percent, 0% and 100% only where they are exact."""
    written = f"{value:.0%}"
    if written == "0%" and value > 0.0:
        return "<1%"
    return ">99%" if written == "100%" and value < 1.0 else written


def exact_percent(value: float) -> str:
    """Return a share that somebody has set, in percent, with all of its digits."""
    return f"{100.0 * value:.6g}%"


def dollars(billions: float) -> str:
    """Return an amount to two or three digits, such as ``$850m`` or ``-$12bn``."""
    size = abs(billions)
    if size < 5e-4:
        return "$0"
    # Its first three digits decide the unit: 999.9 billion are a trillion.
    size = float(f"{size:.3g}")
    factor, name = _dollar_unit(size)
    written = size / factor
    digits = f"{written:.2g}" if written < 9.95 else f"{written:,.0f}"
    return f"{'-' if billions < 0.0 else ''}${digits}{name}"


def _dollar_unit(billions: float) -> tuple[float, str]:
    """Return the largest unit that an amount holds: in billions, and its name."""
    return next((unit for unit in DOLLARS if billions >= unit[0]), DOLLARS[-1])


def money_unit(largest: float) -> tuple[float, str]:
    """Return the unit for amounts of up to so many billions: its size in billions, and its name."""
    return next((size, name) for least, size, name in MONEY_UNITS if largest >= least)


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
