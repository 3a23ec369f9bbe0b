"""Whole sets of own lines, metrics and outcomes by chance, each of which a scenario may have."""

from random import Random
from typing import Any

from simulate.scenario.dimensions import MONEY
from simulate.scenario.own import STAGES, CountsIn
from simulate.scenario.quantities import QUANTITIES, Stage

AMOUNTS = [name for name, quantity in QUANTITIES.items() if quantity.unit == MONEY]
RATIOS = ["(year - 2027)", "quarter", *(name for name in QUANTITIES if "margin" in name)]
NUMBERS = ["0.1", "0.5", "1", "-0.3", "2"]


class OwnByChance:
    """What writes formulas that look back at each other, at the model and at themselves.

    Parameters
    ----------
    seed
        Of all that is chosen.
    first, last
        The horizon's quarters, as files write them.
    """

    def __init__(self, seed: int, first: str, last: str) -> None:
        self.random = Random(seed)
        self.first, self.last = first, last
        self.lines: list[dict[str, Any]] = []
        self.metrics: dict[str, dict[str, str]] = {}
        # Names that a quarter's formula may use, and those that only later quarters may.
        self.now: list[str] = []
        self.later: list[str] = []
        self.ratios: list[str] = []
        self.stage = Stage.END

    def changes(self) -> dict[str, Any]:
        """Return what a scenario is to be changed by."""
        stages = sorted(self.random.choices(list(STAGES), k=3), key=STAGES.__getitem__)
        self.later = [f"line_{place}" for place in range(len(stages))]
        for name, counts_in in zip(self.later, stages, strict=True):
            self._add_line(name, counts_in)
        self.stage = Stage.END
        for place in range(3):
            self._add_metric(f"metric_{place}")
        outcomes = {f"outcome_{k}": {"when": self.condition(3), "held": 1 + k} for k in range(2)}
        self.random.shuffle(self.lines)
        return {"lines": self.lines, "metrics": self.metrics, "outcomes": outcomes}

    def _add_line(self, name: str, counts_in: CountsIn) -> None:
        self.stage = STAGES[counts_in]
        line: dict[str, Any] = {"name": name, "counts_in": counts_in}
        line["formula"] = f"min(max({self.amount(4)}, -1), 3)"
        if self.random.random() < 0.4:
            line |= self.random.choice([{"from": self.first}, {"from": self.last}, {}])
            line |= self.random.choice([{"until": self.last}, {"until": self.last}, {}])
        if counts_in == "revenue" and self.random.random() < 0.5:
            line["through_partners"] = True
        self.lines.append(line)
        self.now.append(name)

    def _add_metric(self, name: str) -> None:
        is_money = self.random.random() < 0.5
        formula = self.amount(4) if is_money else self.ratio(4)
        self.metrics[name] = {"formula": formula, "unit": "bn USD" if is_money else "share"}
        if is_money:
            self.now.append(name)
            self.later.append(name)
        else:
            self.ratios.append(name)

    def amount(self, depth: int, *, is_past: bool = False) -> str:
        """Return a formula of money, which may use all names if it is of an earlier quarter."""
        draw = self.random
        if depth == 0 or draw.random() < 0.15:
            own = self.later if is_past else self.now
            known = [name for name in AMOUNTS if is_past or QUANTITIES[name].known <= self.stage]
            return draw.choice(own if own and draw.random() < 0.4 else known)

        def part(*, is_past: bool = is_past) -> str:
            return self.amount(depth - 1, is_past=is_past)

        match draw.randrange(10):
            case 0 | 1:
                return f"({part()} {draw.choice('+-')} {part()})"
            case 2:
                return f"({self.ratio(depth - 1, is_past=is_past)} * {part()})"
            case 3:
                return f"{draw.choice(['min', 'max'])}({part()}, {part()})"
            case 4:
                return f"abs({part()})"
            case 5 | 6:
                return f"previous({part(is_past=True)}, {draw.choice([1, 2, 4, 5, 9])})"
            case 7:
                return f"trailing({part()}, {draw.choice([1, 2, 4, 6])})"
            case 8:
                return f"total({part()})"
        return f"where({self.condition(depth - 1, is_past=is_past)}, {part()}, {part()})"

    def ratio(self, depth: int, *, is_past: bool = False) -> str:
        """Return a formula of no unit; see ``amount``."""
        draw = self.random
        if depth == 0 or draw.random() < 0.15:
            known = [
                name
                for name in RATIOS
                if is_past or name not in QUANTITIES or QUANTITIES[name].known <= self.stage
            ]
            own = self.ratios if self.stage == Stage.END else []
            return draw.choice([*known, *NUMBERS, *own])

        def part(*, is_past: bool = is_past) -> str:
            return self.ratio(depth - 1, is_past=is_past)

        match draw.randrange(7):
            case 0 | 1:
                top, bottom = (self.amount(depth - 1, is_past=is_past) for _ in range(2))
                return f"({top} / {bottom})"
            case 2:
                return f"({part()} {draw.choice('+-*/')} {part()})"
            case 3:
                return f"previous({part(is_past=True)}, {draw.choice([1, 2, 4])})"
            case 4:
                return f"{draw.choice(['log', 'exp'])}({part()})"
            case 5:
                return f"({part()}) ** {draw.choice([-2, -1, 0, 1, 2, 3])}"
        return f"where({self.condition(depth - 1, is_past=is_past)}, {part()}, {part()})"

    def condition(self, depth: int, *, is_past: bool = False) -> str:
        """Return a formula that is true or false; see ``amount``."""
        draw, below = self.random, max(0, depth - 1)
        kind = draw.randrange(7) if depth else 0

        def part(*, is_past: bool = is_past) -> str:
            return self.condition(below, is_past=is_past)

        match kind:
            case 0 | 1:
                left, right = (self.amount(below, is_past=is_past) for _ in range(2))
                return f"({left} {draw.choice(['<', '>', '<=', '>='])} {right})"
            case 2:
                left, right = (self.ratio(below, is_past=is_past) for _ in range(2))
                return f"({left} {draw.choice(['<', '>='])} {right})"
            case 3:
                return f"({part()} {draw.choice(['and', 'or'])} {part()})"
            case 4:
                return f"(not {part()})"
            case 5:
                return f"previous({part(is_past=True)}, {draw.choice([1, 2])})"
        return f"where({part()}, {part()}, {part()})"
