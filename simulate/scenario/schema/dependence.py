"""What moves together, and how extreme it gets: correlations, copula, shocks."""

import itertools
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Strict, Tag

from simulate.scenario.distributions import AnyDistribution, Fixed, Number
from simulate.scenario.edits import Insert
from simulate.scenario.errors import Mistake
from simulate.scenario.mends import Mend, rewrite
from simulate.scenario.rank_correlation import Kind

from .quantity import Quantity
from .section import Section, Source

MOST_INPUTS = 100
# The forms of a correlation, as errors name them.
MATRIX, PAIR, RANKS = "(matrix)", "(pair)", "(ranks)"


class Tails(Section):
    """Whether extremes are as rare as normal ones, or Student's."""

    distribution: Literal["normal", "student_t"] = "normal"
    degrees_of_freedom: Annotated[Number, Field(gt=0.0, le=1000.0)] | None = None
    source: Source = ""

    def _mistakes(self) -> Iterator[Mistake]:
        if (self.distribution == "student_t") != (self.degrees_of_freedom is not None):
            wrong = 'goes with distribution = "student_t", and it with this'
            yield Mistake(("degrees_of_freedom",), wrong, self._as_student())

    def _as_student(self) -> Mend | None:
        if self.degrees_of_freedom is None or "distribution" in self.model_fields_set:
            return None
        edit = Insert((), "distribution", "student_t")
        return Mend("", (edit,), "degrees of freedom are those of Student's t", of_table=True)


class Copula(Tails):
    """How inputs are joined: a Student-t copula makes their extremes come together."""

    degrees_of_freedom: Annotated[Number, Field(ge=1.0, le=1000.0)] | None = None
    nearest: Annotated[bool, Strict()] = Field(
        default=False,
        description="whether correlations that can't be are moved to the nearest that can be",
    )


class Shocks(Tails):
    """The quarterly shocks to demand and growth, of unit variance times their volatility."""

    # From 3 on the variance, which volatility scales, is not that of a few freak draws.
    degrees_of_freedom: Annotated[Number, Field(ge=3.0, le=1000.0)] | None = None


Correlation = Annotated[Number, Field(ge=-1.0, le=1.0)]
Row = Annotated[tuple[Correlation, ...], Field(max_length=MOST_INPUTS)]


RankKind = Annotated[
    Kind, Field(description="of rank correlations; those of normal scores if not given")
]


class RankCorrelation(Fixed):
    """A correlation of two inputs' ranks."""

    kind: RankKind


class MatrixOfCorrelations(Section):
    """Correlations of several inputs at once."""

    inputs: tuple[str, ...] = Field(min_length=2, max_length=MOST_INPUTS)
    matrix: tuple[Row, ...] = Field(max_length=MOST_INPUTS)
    kind: RankKind | None = None
    source: Source = ""

    def _mistakes(self) -> Iterator[Mistake]:
        count = len(self.inputs)
        if repeated := {name for name in self.inputs if self.inputs.count(name) > 1}:
            yield Mistake(("inputs",), f'"{min(repeated)}" stands twice')
        if len(self.matrix) != count or any(len(row) != count for row in self.matrix):
            yield Mistake(("matrix",), f"must have {count} rows of {count} numbers, one an input")
            return
        for i, name in enumerate(self.inputs):
            if self.matrix[i][i] != 1.0:
                wrong = f"{name} with itself is {self.matrix[i][i]:g}; it must be 1"
                yield Mistake(("matrix",), wrong, rewrite(1, str(i), str(i)))
        for (i, first), (j, second) in itertools.combinations(enumerate(self.inputs), 2):
            a, b = self.matrix[i][j], self.matrix[j][i]
            if a != b:
                yield Mistake(
                    ("matrix",),
                    f"{first}, {second} is {b:g} below the diagonal and {a:g} above it; they must "
                    "be the same",
                )


def _form_of(value: Any) -> str:
    """Return the form of a correlation, by what it holds."""
    if isinstance(value, MatrixOfCorrelations) or _has(value, "inputs", "matrix"):
        return MATRIX
    return RANKS if isinstance(value, RankCorrelation) or _has(value, "kind") else PAIR


def _has(value: Any, *keys: str) -> bool:
    return isinstance(value, dict) and any(key in value for key in keys)


CORRELATION = Quantity("correlation", "", -0.9999, 0.9999, certain=True)
AnyCorrelation = Annotated[
    Annotated[MatrixOfCorrelations, Tag(MATRIX)]
    | Annotated[Annotated[RankCorrelation, CORRELATION], Tag(RANKS)]
    | Annotated[Annotated[AnyDistribution, CORRELATION], Tag(PAIR)],
    Discriminator(_form_of),
]
