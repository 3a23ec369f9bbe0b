"""How numbers are written for people: to the digit that their error, or a reader, can use."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulate.engine.estimate import Estimate

# From here on a value stands for an input that limits nothing.
NO_LIMIT = 1e9
# From how many billions on, what a unit is in billions, and its name.
MONEY_NAME = "bn USD"
MONEY_UNITS = ((1e4, 1e3, "trn USD"), (1.0, 1.0, "bn USD"), (0.0, 1e-3, "m USD"))
DOLLARS = ((1e3, "trn"), (1.0, "bn"), (1e-3, "m"))
MOST_DECIMALS = 3
# Of percents and points, and of billions of dollars, readers can use no more decimals: less than a
# million dollars is nothing, as a bin about zero is that holds no need.
FINEST, FINEST_MONEY = 4, 3
NO_CHANGE = "no change"
# Of a formula in a quarter in which no path has one.
NO_VALUE = "no value"
# Digits of a number that has been rounded already.
EXACT = 12
LARGEST_PLAIN, SMALLEST_PLAIN = 1e6, 1e-5


@dataclass(frozen=True)
class Unit:
    """How numbers of a unit are written.

    Attributes
    ----------
    name
        As a ``Quantity`` declares it; ``probability`` for a share of paths.
    scale
        What a number is multiplied by to be written.
    sign
        What stands right behind it.
    """

    name: str
    scale: float = 1.0
    sign: str = ""

    @property
    def is_probability(self) -> bool:
        """Whether it is a share of paths, which has a bound where none or all were seen."""
        return self.name == "probability"

    @property
    def is_percentage(self) -> bool:
        """Whether its numbers are written in percent."""
        return self.sign == "%"

    @property
    def head(self) -> str:
        """What a column of its numbers is headed by."""
        return self.sign if self.is_percentage else self.name

    def label(self, name: str) -> str:
        """Return the name of numbers, with their unit unless a sign behind each says it."""
        return name if self.sign else f"{name}, {self.name}"

    def named(self, written: str) -> str:
        """Return a written number with the unit behind it, unless a sign says it."""
        return f"{written} {self.name}" if self.name and not self.sign else written

    @property
    def finest(self) -> int:
        """Decimals, of what is written, beyond which no digit is of use."""
        return FINEST_MONEY if self.name.startswith(MONEY_NAME) else FINEST

    def estimate(self, estimate: Estimate) -> str:
        """Return a figure with its standard error: a probability, another share, or money."""
        if math.isnan(estimate.value):
            return NO_VALUE
        if self.is_probability:
            return percent(estimate)
        return self.amount(estimate) if self.sign else money(estimate)

    def change(self, estimate: Estimate) -> str:
        """Return a change, of a share in points of percent, with its standard error."""
        if math.isnan(estimate.value):
            return NO_VALUE
        if estimate.value == 0.0 and not estimate.standard_error > 0.0:
            return NO_CHANGE
        value, error = self.scale * estimate.value, self.scale * estimate.standard_error
        return _with_error(value, error, "", 2 if abs(value) > 1.0 else self.finest, sign="+")

    def rounded_change(self, value: float, decimals: int) -> str:
        """Return a change with a sign and so many decimals."""
        written = _plain_zero(f"{self.scale * value:+,.{decimals}f}")
        return written if _says_something(written) else NO_CHANGE

    def amount(self, estimate: Estimate) -> str:
        """Return a number of any size with its standard error, left out where it rounds to 0."""
        value, error = self.scale * estimate.value, self.scale * estimate.standard_error
        is_coarse = self.is_percentage or abs(value) >= 10.0
        most = 2 if is_coarse else 3 if abs(value) >= 1.0 else self.finest
        if error < 0.5 * 10.0**-most <= abs(value):
            return f"{value:,.{most}f}{self.sign}"
        return _with_error(value, error, self.sign, most)

    def rounded(self, value: float, decimals: int) -> str:
        """Return a number with so many decimals."""
        if math.isnan(value):
            return NO_VALUE
        comma = "" if self.is_percentage else ","
        return _plain_zero(f"{self.scale * value:{comma}.{decimals}f}{self.sign}")

    def significant(self, value: float, digits: int) -> str:
        """Return a number with at most so many digits that count."""
        # Adding 0 turns -0 into 0.
        number = float(f"{round(self.scale * value, 12) + 0.0:.{digits}g}")
        return f"{number:,.{EXACT}g}{self.sign}"

    def is_nothing(self, value: float) -> bool:
        """Tell whether a number is too small to be of use."""
        return abs(self.scale * value) < 10.0**-self.finest

    def readable(self, values: Sequence[float]) -> list[str]:
        """Return numbers that are read beside each other with as many digits as tell them apart."""
        shown = [self.scale * value for value in values]
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
        return [text.replace("-", "−") + self.sign for text in texts]

    def tick(self, value: float, ticks: Iterable[float]) -> str:
        """Return a tick of an axis, with as many decimals as all of its ticks need."""
        shown = [self.scale * tick for tick in ticks]
        exact = (d for d in range(MOST_DECIMALS) if all(abs(x - round(x, d)) < 1e-6 for x in shown))
        return self.rounded(value, next(exact, MOST_DECIMALS))


PROBABILITY = Unit("probability", 100.0, "%")
SHARE = Unit("share", 100.0, "%")
TIMES = Unit("times", 1.0, "x")
MONEY = Unit(MONEY_NAME)
PLAIN = Unit("")


def unit_of(name: str) -> Unit:
    """Return the unit of a name."""
    known = {unit.name: unit for unit in (PROBABILITY, SHARE, TIMES)}
    return known.get(name, Unit(name))


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
    most = FINEST_MONEY if abs(estimate.value) < 1.0 else 2
    if MONEY.is_nothing(max(abs(estimate.value), estimate.standard_error)):
        return "0"
    return _with_error(estimate.value, estimate.standard_error, "", most)


def dollars_with_error(estimate: Estimate) -> str:
    """Return an amount with its standard error in the same unit, such as ``$19.62bn ± 0.09``."""
    if money(estimate) == "0":
        return "$0"
    factor, name = _dollar_unit(max(abs(estimate.value), estimate.standard_error))
    value, error = abs(estimate.value) / factor, estimate.standard_error / factor
    written = _with_error(value, error, name, 2)
    is_negative = estimate.value < 0.0 and _says_something(written.partition(" ± ")[0])
    return f"{'-' if is_negative else ''}${written}"


def number(estimate: Estimate) -> str:
    """Return a number with its standard error."""
    if math.isnan(estimate.standard_error):
        return f"{estimate.rounded} ± unknown"
    return _with_error(estimate.value, estimate.standard_error, "", 6)


def interval(estimate: Estimate) -> str:
    """Return the 95% interval of a number, with as many decimals as the number has."""
    decimals = len(estimate.rounded.partition(".")[2])
    return f"{estimate.low:.{decimals}f} to {estimate.high:.{decimals}f}"


def _with_error(value: float, error: float, unit: str, most: int, sign: str = "-") -> str:
    """Return a number to the digit that its error's first digit stands at, at most so many.

    Two more if its error would be written as 0. Where both would be, the number is less than that.
    """
    if value == error == 0.0:
        return f"0{unit}"
    if max(abs(value), error) < 10.0**-most:
        return f"<{10.0**-most:.{most}f}{unit}"
    most += 2 if 0.5 * 10.0 ** -(most + 2) <= error < 0.5 * 10.0**-most else 0
    # 0.096 is 0.1: its first digit is that of the rounded error.
    first = float(f"{error:.0e}")
    digits = 1 if first <= 0.0 else min(max(0, math.ceil(-math.log10(first))), most)
    # A whole number to the unit only: its error says which of its digits count.
    digits = max(digits, 1 if error < 9.5 else 0)
    return f"{_plain_zero(f'{value:{sign},.{digits}f}')}{unit} ± {error:,.{digits}f}"


def _plain_zero(written: str) -> str:
    """Return a written number, a zero without a sign."""
    return written if _says_something(written) else written.lstrip("+-")


def _says_something(written: str) -> bool:
    """Tell whether a written number has a digit beside zeros."""
    return any(digit in written for digit in "123456789")


# Without


def share(value: float) -> str:
    """Return a probability in whole percent, 0% and 100% only where they are exact."""
    written = SHARE.rounded(value, 0)
    if written == "0%" and value > 0.0:
        return "<1%"
    return ">99%" if written == "100%" and value < 1.0 else written


def exact_percent(value: float) -> str:
    """Return a share that somebody has set, in percent, with all of its digits."""
    return SHARE.significant(value, 6)


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
