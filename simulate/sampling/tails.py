"""Student-t tails: of the copula that joins inputs, and of the quarterly shocks."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from simulate.kernels.arrays import Copula
from simulate.kernels.draws import SCORE_LIMIT
from simulate.scenario import schema
from simulate.scenario.distributions import quantile_at_score

from .tables import Quantile

Array = NDArray[np.float64]

GAUSSIAN = Copula(dimension=-1, scale_table=-1, score_table=-1, degrees_of_freedom=1.0, stretch=1.0)


def copula_of(copula: schema.Copula, dimension: int, first_table: int) -> Copula:
    """Return the copula as kernels take it; its two tables are those of ``copula_tables``."""
    degrees = copula.degrees_of_freedom
    if degrees is None:
        return GAUSSIAN
    return Copula(
        dimension=dimension,
        scale_table=first_table,
        score_table=first_table + 1,
        degrees_of_freedom=degrees,
        stretch=_stretch(degrees),
    )


def copula_tables(copula: schema.Copula) -> list[Quantile]:
    """Return the functions that a Student-t copula tabulates; none for a Gaussian one.

    The first gives log sqrt(nu/W) of a normal score, with W chi-squared of nu degrees of freedom;
    the second Phi^-1(T_nu(t)) of the stretched sqrt(nu log(1 + t^2/nu)).
    """
    degrees = copula.degrees_of_freedom
    if degrees is None:
        return []
    stretch = _stretch(degrees)

    def log_scale(score: Array) -> Array:
        return 0.5 * np.log(degrees / quantile_at_score(stats.chi2(degrees), -score))

    def normal_score(stretched: Array) -> Array:
        t = np.sqrt(degrees * np.expm1((stretched / stretch) ** 2 / degrees))
        return np.asarray(-np.sign(stretched) * special.ndtri(special.stdtr(degrees, -t)), float)

    return [log_scale, normal_score]


def shock_tables(shocks: schema.Shocks) -> list[Quantile]:
    """Return the function that Student-t shocks tabulate: their value at a normal score."""
    degrees = shocks.degrees_of_freedom
    if degrees is None:
        return []
    unit_variance = stats.t(degrees, scale=math.sqrt((degrees - 2.0) / degrees))
    return [lambda score: quantile_at_score(unit_variance, score)]


def _stretch(degrees: float) -> float:
    """Return what takes sqrt(nu log(1 + t^2/nu)) to the tables' limit where the score is there."""
    t = float(stats.t(degrees).isf(special.ndtr(-SCORE_LIMIT)))
    return SCORE_LIMIT / math.sqrt(degrees * math.log1p(t * t / degrees))
