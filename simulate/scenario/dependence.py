"""How inputs depend on each other: correlations of ranks and of normal scores, and the copula."""

import itertools
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np
import scipy
from numpy.typing import NDArray
from pydantic import Discriminator, Field, Strict, Tag

from .distributions import AnyDistribution, Fixed, Number
from .edits import Insert
from .mistakes import Mend, Mistake, rewrite
from .quantity import Quantity, Section, Source

Array = NDArray[np.float64]
Kind = Literal["spearman", "kendall"]
# Normal scores of the trapezoidal rule, which converges fast for so smooth a function.
NODES = np.linspace(-8.0, 8.0, 65)
MOST_INPUTS = 100
# The forms of a correlation, as errors name them.
MATRIX, PAIR, RANKS = "(matrix)", "(pair)", "(ranks)"
Correlation = Annotated[Number, Field(ge=-1.0, le=1.0)]
Row = Annotated[tuple[Correlation, ...], Field(max_length=MOST_INPUTS)]
RankKind = Annotated[
    Kind, Field(description="of rank correlations; those of normal scores if not given")
]
CORRELATION = Quantity("correlation", "", -0.9999, 0.9999, certain=True)


def score_correlation(rank: float, kind: Kind | None, degrees: float | None) -> float:
    """Return the correlation of a copula's scores that has a rank correlation.

    Parameters
    ----------
    rank
        From -1 to 1; of the scores themselves where there is no kind.
    kind
        Spearman's rho or Kendall's tau.
    degrees
        Of freedom of a Student-t copula, None for a Gaussian one.
    """
    if kind is None or abs(rank) >= 1.0:
        return rank
    if kind == "kendall":
        return math.sin(0.5 * math.pi * rank)
    if degrees is None:
        return 2.0 * math.sin(math.pi / 6.0 * rank)
    return _score_of_spearman(rank, degrees)


def kind_in_words(kind: Kind | None) -> str:
    """Return which correlation a number is, where it isn't that of the scores."""
    return "" if kind is None else f" ({kind.capitalize()})"


def rank_correlation(score: float, kind: Kind | None, degrees: float | None) -> float:
    """Return the rank correlation that a correlation of scores makes; the way back."""
    if kind is None:
        return score
    if kind == "kendall":
        return 2.0 / math.pi * math.asin(score)
    if degrees is None:
        return 6.0 / math.pi * math.asin(0.5 * score)
    return _spearman_of_t(score, degrees)


@lru_cache(maxsize=1024)
def _score_of_spearman(rank: float, degrees: float) -> float:
    return float(
        scipy.optimize.brentq(lambda r: _spearman_of_t(r, degrees) - rank, -1.0, 1.0, xtol=1e-12)
    )


def _spearman_of_t(score: float, degrees: float) -> float:
    """Return Spearman's rho of a bivariate Student t.

    Notes
    -----
    Given the mixing variables of three independent copies, Spearman's concordance is that of
    normals, and rho = 6/pi E asin(r sqrt(g2/(g1 + g2) g3/(g1 + g3))) with g independent and
    gamma-distributed of shape nu/2 (Heinen and Valdesogo, "Spearman rank correlation of the
    bivariate Student t and scale mixtures of normal distributions", *Journal of Multivariate
    Analysis* 179, 2020); without mixing the root is 1/2.
    """
    root, weight = _mixing(degrees)
    return float(6.0 / math.pi * np.sum(weight * np.arcsin(score * root)))


@lru_cache(maxsize=8)
def _mixing(degrees: float) -> tuple[Array, Array]:
    """Return the values of the root in the expectation, and their weights, shape (n, n, n)."""
    shape = 0.5 * degrees
    lower = scipy.special.gammaincinv(shape, scipy.special.ndtr(NODES))
    upper = scipy.special.gammainccinv(shape, scipy.special.ndtr(-NODES))
    gamma = np.where(NODES > 0.0, upper, lower)
    share = np.sqrt(gamma / (gamma + gamma[:, None]))
    weight = np.exp(-0.5 * NODES**2)
    weight /= weight.sum()
    root = share[:, :, None] * share[:, None, :]
    return root, weight[:, None, None] * weight[:, None] * weight


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
    limit: Annotated[Number, Field(ge=1.0, le=1000.0)] | None = Field(
        default=None,
        description="where shocks are cut off, in scales of Student's t, so that means exist",
    )

    def _mistakes(self) -> Iterator[Mistake]:
        yield from super()._mistakes()
        if self.limit is not None and self.degrees_of_freedom is None:
            yield Mistake(("limit",), 'goes with distribution = "student_t"')


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


AnyCorrelation = Annotated[
    Annotated[MatrixOfCorrelations, Tag(MATRIX)]
    | Annotated[Annotated[RankCorrelation, CORRELATION], Tag(RANKS)]
    | Annotated[Annotated[AnyDistribution, CORRELATION], Tag(PAIR)],
    Discriminator(_form_of),
]
