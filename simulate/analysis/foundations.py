"""What an answer rests on: shares of its variance by the kind of source of what drives it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from simulate.scenario import Scenario
from simulate.scenario.inputs import ALTERNATIVE, own_inputs

from .drivers import Explanation

Kind = Literal["assumption", "base rate", "reported figure", "no source", "structure", "chance"]
BASE_RATES = "base-rates"


@dataclass(frozen=True)
class Foundation:
    """What stands on one kind of source.

    Attributes
    ----------
    kind
        Of what an input's source says: an assumption where it names one, else a base rate, else a
        reported figure. The structure is which alternative holds, and chance are shocks and events
        from quarter to quarter.
    share
        Of the variance (Shapley).
    drivers
        Names, the largest share first.
    """

    kind: Kind
    share: float
    drivers: tuple[str, ...]


def foundations(explanation: Explanation, scenario: Scenario) -> tuple[Foundation, ...]:
    """Return what an outcome's variance rests on, the largest share first.

    Parameters
    ----------
    explanation
        Of the outcome, from ``drivers``.
    scenario
        Whose inputs' sources tell.

    Returns
    -------
    tuple of Foundation
        None where a Student-t copula leaves no driver a share of its own.
    """
    sources = {member.key: member.distribution.source for member in own_inputs(scenario)}
    shares: dict[Kind, float] = defaultdict(float)
    names: dict[Kind, list[str]] = defaultdict(list)
    for index in explanation.indices:
        if index.share is not None:
            kind = kind_of_driver(index.name, sources)
            shares[kind] += index.share.value
            names[kind].append(index.name)
    found = [Foundation(kind, share, tuple(names[kind])) for kind, share in shares.items()]
    return tuple(sorted(found, key=lambda each: -each.share))


def kind_of_driver(name: str, sources: dict[str, str]) -> Kind:
    """Return what a driver's part of the variance stands on, by its source among all inputs'."""
    if name == ALTERNATIVE:
        return "structure"
    if name not in sources:
        return "chance"
    source = sources[name].strip()
    if not source:
        return "no source"
    if "assumption" in source:
        return "assumption"
    return "base rate" if BASE_RATES in source else "reported figure"
