"""What a user adds to the model: lines of its statements, metrics and outcomes, as formulas."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    WithJsonSchema,
    create_model,
    model_validator,
)

from .distributions import AnyDistribution
from .mistakes import Mistake, rewrite_all
from .own_inputs import (
    INPUTS,
    OwnInput,
    OwnUnit,
    Written,
    declared_quantities,
    stated_units,
    units_of,
    words_of_name,
)
from .quantities import Stage
from .quantity import Count, Name, Quantity, Section, Source
from .quarters import Quarter, format_quarter

CountsIn = Literal["revenue", "cost of revenue", "operating cost", "capital spending", "financing"]
STAGES: Mapping[CountsIn, Stage] = {
    "revenue": Stage.REVENUE,
    "cost of revenue": Stage.COST_OF_REVENUE,
    "operating cost": Stage.OPERATING_COST,
    "capital spending": Stage.CAPITAL_SPENDING,
    "financing": Stage.FINANCING,
}
LINES = "lines"
NAME = {
    "type": "string",
    "pattern": "^[a-z][a-z0-9_ ]*$",
    "description": "small letters, digits and spaces; formulas and keys say it with _ for a space",
}
MOST_HELD, MOST_INPUTS = 40, 20
LONGEST_SAID = 200


def joined_name(given: Any) -> Any:
    """Return a name of several words as formulas and keys say it; anything else as it is."""
    return "_".join(given.split()) if isinstance(given, str) else given


def _one_line(given: Any) -> Any:
    """Return a text with single spaces between its words; anything else as it is."""
    return " ".join(given.split()) if isinstance(given, str) else given


# What something is called in print.
Said = Annotated[str, Field(max_length=LONGEST_SAID), BeforeValidator(_one_line)]


def settle_lines(table: Any) -> None:
    """Settle the lines of a file's table, wherever it has some, before it is laid over others.

    Names are written as formulas and keys say them; and beside inputs the units that they are
    written with, so that what changes their numbers may leave these out.
    """
    if isinstance(table, list):
        for member in table:
            settle_lines(member)
    elif isinstance(table, dict):
        lines = table.get(LINES)
        for line in lines if isinstance(lines, list) else ():
            if isinstance(line, dict):
                _settle(line)
        for part in table.values():
            settle_lines(part)


def _settle(line: dict[str, Any]) -> None:
    if "name" in line:
        line["name"] = joined_name(line["name"])
    inputs, given = line.get(INPUTS), line.get("units", {})
    units = stated_units(inputs) if isinstance(inputs, dict) else {}
    if units and isinstance(given, dict):
        line["units"] = units | given


# Python's own word, which a class can't say.
FROM: Any = {"from": ("Quarter | None", Field(default=None, description="its first quarter"))}


class OwnLine(create_model("From", __base__=Section, __module__=__name__, **FROM)):
    """A line of the lab's statements, beside those that the model has."""

    name: Annotated[Name, BeforeValidator(joined_name), WithJsonSchema(NAME)]
    title: Said = ""
    counts_in: CountsIn
    formula: str = Field(description="its amount in a quarter, bn USD; a cost is above 0")
    until: Quarter | None = Field(default=None, description="its last quarter")
    inputs: dict[str, Annotated[AnyDistribution, OwnInput()]] = Field(
        default_factory=dict,
        max_length=MOST_INPUTS,
        description='money with its unit, as "5 m"; plain numbers are ratios',
    )
    units: dict[str, OwnUnit] = Field(
        default_factory=dict, description="of inputs whose numbers are written without one"
    )
    through_partners: StrictBool = Field(
        default=False, description="whether partners have their share of it, as of segments"
    )
    source: Source = ""

    @model_validator(mode="before")
    @classmethod
    def _with_units(cls, given: Any) -> Any:
        """Read each input in the unit in which it is written."""
        inputs = given.get(INPUTS) if isinstance(given, dict) else None
        if not isinstance(inputs, dict):
            return given
        beside = given.get("units", {})
        units = units_of(inputs, beside)
        if isinstance(beside, dict):
            beside = {name: unit for name, unit in units.items() if unit is not None} | beside
        written = {
            name: Written(value, words_of_name(str(name)), units[name])
            for name, value in inputs.items()
        }
        return given | {INPUTS: written, "units": beside}

    def _mistakes(self) -> Iterator[Mistake]:
        first, last = self.from_quarter, self.until
        if first is not None and last is not None and last < first:
            quarters = {("from",): format_quarter(last), ("until",): format_quarter(first)}
            mend = rewrite_all(quarters, "the two were swapped")
            yield Mistake((), "until must not come before from", mend)
        if self.through_partners and self.counts_in != "revenue":
            wrong = "partners have a share of revenue only; leave it out"
            yield Mistake(("through_partners",), wrong)
        for name in self.units.keys() - self.inputs.keys():
            yield Mistake(("units", name), "the line has no such input")

    @property
    def from_quarter(self) -> int | None:
        """Its first quarter, if it has one: what the file calls ``from``."""
        return getattr(self, "from")

    @property
    def stage(self) -> Stage:
        """Where in a quarter it is booked."""
        return STAGES[self.counts_in]

    @property
    def words(self) -> str:
        """What it is called in print."""
        return self.title or words_of_name(self.name)

    @property
    def quantities(self) -> dict[str, Quantity]:
        """The declaration of each of its inputs, by name."""
        return declared_quantities(self.name, {name: self.units[name] for name in self.inputs})


class OwnMetric(Section):
    """A number of each quarter, beside those that the model has."""

    formula: str
    unit: OwnUnit
    source: Source = ""


class OwnOutcome(Section):
    """Something that may happen in a quarter, beside what the model watches for."""

    title: Annotated[Said, Field(description="what it is called in print, if not by its name")] = ""
    words: Annotated[Said, Field(description='a clause, as "EBITDA turns positive"')] = ""
    when: str = Field(description="a formula that is true or false; a flow is of twelve months")
    held: Annotated[Count, Field(ge=1, le=MOST_HELD)] = Field(
        default=1, description="for how many quarters in a row it must be so"
    )
    by: Quarter | None = Field(default=None, description="the quarter by which it is a target")
    source: Source = ""

    def called(self, name: str) -> str:
        """Return what it is called in print, if not by its name."""
        return self.title or words_of_name(name)
