"""What a scenario file may say, one file a part of it.

Each input is declared once, with title, unit and range, as the annotation of its field.
"""

from .base_year import BaseYear
from .cash import Cash, Funding
from .costs import FreeUsers, Generation, Hardware, Inference, OtherCosts, Training
from .decision import Decision, Option
from .dependence import Copula, MatrixOfCorrelations, RankCorrelation, Shocks
from .frame import Horizon, Sampling, Targets
from .provenance import Provenance
from .quantity import NEVER_HALVES, NO_LIMIT, ZERO, Quantity
from .revenue import ClientLoss, Demand, Growth, KnownLoss, Segment
from .scenario import Scenario
from .section import Section

__all__ = [
    "NEVER_HALVES",
    "NO_LIMIT",
    "ZERO",
    "BaseYear",
    "Cash",
    "ClientLoss",
    "Copula",
    "Decision",
    "Demand",
    "FreeUsers",
    "Funding",
    "Generation",
    "Growth",
    "Hardware",
    "Horizon",
    "Inference",
    "KnownLoss",
    "MatrixOfCorrelations",
    "Option",
    "OtherCosts",
    "Provenance",
    "Quantity",
    "RankCorrelation",
    "Sampling",
    "Scenario",
    "Section",
    "Segment",
    "Shocks",
    "Targets",
    "Training",
]
