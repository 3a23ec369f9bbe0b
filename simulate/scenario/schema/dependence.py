"""What moves together, and how extreme it gets: correlations, copula, shocks."""

import itertools
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from simulate.scenario.distributions import AnyDistribution, Number
from simulate.scenario.edits import Insert
from simulate.scenario.errors import Mistake
from simulate.scenario.mends import Mend, rewrite

from .quantity import Quantity
from .section import Section, Source

MOST_INPUTS = 100
# The two kinds of correlation, as errors name them.
MATRIX, PAIR = "(matrix)", "(pair)"


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


class Shocks(Tails):
    """The quarterly shocks to demand and growth, of unit variance times their volatility."""

    # From 3 on the variance, which volatility scales, is not that of a few freak draws.
    degrees_of_freedom: Annotated[Number, Field(ge=3.0, le=1000.0)] | None = None


Correlation = Annotated[Number, Field(ge=-1.0, le=1.0)]
Row = Annotated[tuple[Correlation, ...], Field(max_length=MOST_INPUTS)]


class MatrixOfCorrelations(Section):
    """Correlations of several inputs at once."""

    inputs: tuple[str, ...] = Field(min_length=2, max_length=MOST_INPUTS)
    matrix: tuple[Row, ...] = Field(max_length=MOST_INPUTS)
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


def _kind_of_correlation(value: Any) -> str:
    is_matrix = isinstance(value, MatrixOfCorrelations) or (
        isinstance(value, dict) and ("inputs" in value or "matrix" in value)
    )
    return MATRIX if is_matrix else PAIR


AnyCorrelation = Annotated[
    Annotated[MatrixOfCorrelations, Tag(MATRIX)]
    | Annotated[
        Annotated[AnyDistribution, Quantity("correlation", "", -0.9999, 0.9999, certain=True)],
        Tag(PAIR),
    ],
    Discriminator(_kind_of_correlation),
]
