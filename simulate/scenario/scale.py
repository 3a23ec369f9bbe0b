"""What to write instead of a number of a wrong scale: 70 for 70%, millions for billions."""

import math

# Units of what may be written as a percentage, and of logarithms, which may not.
PARTS = {"share", "a year", "a quarter", ""}
GROWTH, VOLATILITY = "log/yr", "log/quarter"
# Below, a share may as well be meant as it stands: 1.5 is 150%.
LEAST_PERCENTAGE = 2.0


def scale_hint(value: float, unit: str, low: float = -math.inf, high: float = math.inf) -> str:
    """Return what to write instead of a number that can't be, where its scale may be the reason.

    Parameters
    ----------
    value
        As it was written, without a unit.
    unit
        Of the quantity.
    low, high
        What the quantity can be; nothing outside of it is proposed.
    """
    if unit.startswith("bn"):
        mended, hint = _smaller_amount(value)
    elif unit == GROWTH and 0.0 < value < 100.0:
        mended, hint = math.log1p(value / 100.0), percentage_as_logarithm(value, unit)
    elif unit in ("share", "a year", "a quarter", VOLATILITY) and abs(value) >= LEAST_PERCENTAGE:
        mended, hint = value / 100.0, f"write {value / 100.0:g} for {value:g}%"
    else:
        return ""
    return f"; {hint}" if low <= mended <= high else ""


def percentage_as_logarithm(number: float, unit: str) -> str:
    """Return how a percentage is written in a unit of logarithms."""
    part = number / 100.0
    if unit == VOLATILITY:
        return f"write {part:g} for {number:g}%"
    if part <= -1.0:
        return "write it as a logarithm"
    growth = f"growth by {number:g}% is {math.log1p(part):.3g}"
    if not 0.0 < part < 1.0:
        return growth
    # Falls are counted from 0 up.
    return f"{growth}; a fall of costs or prices by {number:g}% is {-math.log1p(-part):.3g}"


def scale_reminder(unit: str) -> str:
    """Return how numbers of a unit are written, where a distribution's must be of a wrong scale."""
    if unit == "share":
        return '; 23% is 0.23 or "23%"'
    return '; 4 is four billions, and "900 m" may be written' if unit.startswith("bn") else ""


def _smaller_amount(billions: float) -> tuple[float, str]:
    """Return an amount that is meant of millions or, if it is too large for that, of ones."""
    if billions < 1e6:
        return billions / 1e3, f'write "{billions:.12g} m" if it is of millions'
    mended = billions / 1e9
    amount = f"{mended:.12g} bn" if mended >= 1.0 else f"{1e3 * mended:.12g} m"
    return mended, f'write "{amount}" if it is no billions'
