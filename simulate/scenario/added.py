"""What the optional parts of a scenario add to the numbers and events that are counted."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

# What a metric is of: as a user's own may be, or a span of time.
MetricUnit = Literal["share", "bn USD", "times", "months"]


class AddedMetric(NamedTuple):
    """A number of each quarter, by a formula of the model's quantities; never below 0."""

    formula: str
    unit: MetricUnit


class AddedOutcome(NamedTuple):
    """An event, by a formula of the model's quantities, and the clause that says it."""

    when: str
    words: str


RETURN = "return on today's price"
FAILED = "failed"
# By title: those of a scenario that has [compute], commitments, a capacity, and a cut of training.
COMPUTE_METRICS: Mapping[str, AddedMetric] = {
    "compute in use": AddedMetric("trailing(compute_use)", "bn USD")
}
COMMITMENT_METRICS: Mapping[str, AddedMetric] = {
    "committed compute": AddedMetric("trailing(commitments)", "bn USD"),
    "cost of idle compute": AddedMetric("trailing(idle_compute_cost)", "bn USD"),
    "commitments to come": AddedMetric("commitments_ahead", "bn USD"),
}
CAPACITY_METRICS: Mapping[str, AddedMetric] = {
    "demand unserved": AddedMetric("unserved_share", "share")
}
CUT_METRICS: Mapping[str, AddedMetric] = {"cut of training": AddedMetric("training_cut", "share")}
# Those of one that has [raising].
RAISING_METRICS: Mapping[str, AddedMetric] = {
    "value": AddedMetric("value", "bn USD"),
    RETURN: AddedMetric("return_on_todays_price", "times"),
    "dilution": AddedMetric("dilution", "share"),
    "equity raised": AddedMetric("trailing(dated_rounds + equity_raised)", "bn USD"),
    "debt issued": AddedMetric("trailing(debt_issued)", "bn USD"),
    "debt repaid": AddedMetric("trailing(debt_repaid)", "bn USD"),
    "debt": AddedMetric("debt", "bn USD"),
    "runway": AddedMetric("runway", "months"),
    "lender's loss": AddedMetric("lenders_loss", "share"),
}
RAISING_OUTCOMES: Mapping[str, AddedOutcome] = {FAILED: AddedOutcome("failed", "the lab fails")}
