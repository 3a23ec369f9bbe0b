"""What a number in a formula is of: money, users, neither, or a condition."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Unit:
    """Powers of money (bn USD) and of users (bn) that a quantity has.

    Attributes
    ----------
    money, users
        Both 0 of a share and of any other plain quantity.
    kind
        A ``number`` that is written out has the unit of what it meets; a ``condition`` is true or
        false, and no number.
    """

    money: int = 0
    users: int = 0
    kind: Literal["quantity", "number", "condition"] = "quantity"

    @property
    def is_condition(self) -> bool:
        """Whether it is true or false."""
        return self.kind == "condition"

    @property
    def is_plain(self) -> bool:
        """Whether it is a number of no unit."""
        return not (self.is_condition or self.money or self.users)

    @property
    def words(self) -> str:
        """What follows the name of something that has it, as in "revenue is in bn USD"."""
        if self.kind != "quantity":
            return f"is a {self.kind}"
        return "has no unit" if self.is_plain else f"is in {self.name}"

    @property
    def name(self) -> str:
        """What it is called; nothing for a plain one."""
        powers = {"bn USD": self.money, "bn users": self.users}
        above = " × ".join(_power(name, power) for name, power in powers.items() if power > 0)
        below = " × ".join(_power(name, -power) for name, power in powers.items() if power < 0)
        return f"{above or '1'} per {below}" if below else above

    def alike(self, other: "Unit") -> "Unit | None":
        """Return the unit of what is added to, or compared with, another; None if it can't be."""
        if self == other or other.kind == "number":
            return None if self.is_condition else self
        return other.alike(self) if self.kind == "number" else None

    def times(self, other: "Unit", power: int = 1) -> "Unit":
        """Return the unit of a product with a power of another."""
        if self.kind == other.kind == "number":
            return self
        return Unit(self.money + power * other.money, self.users + power * other.users)

    def to_the(self, power: int) -> "Unit":
        """Return the unit of a power."""
        return self if self.is_plain else Unit(self.money * power, self.users * power)


MONEY, USERS, SHARE = Unit(money=1), Unit(users=1), Unit()
NUMBER, CONDITION = Unit(kind="number"), Unit(kind="condition")


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"({name})^{power}"
