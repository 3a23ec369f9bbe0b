"""A sweep over many settings in words: how far each figure moves, and which setting moves it."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from simulate.analysis.design import Design
from simulate.analysis.sweep import Span, Sweep
from simulate.scenario.setting import Between, Setting, Value, Variation

from .numbers import NO_VALUE, share, unit_of
from .sentences import capitalized
from .tables import Row, Table

KINDS = {
    "sobol": "cells of a Sobol' sequence",
    "lhs": "cells of a Latin hypercube",
}
OF_VARIANCE = (
    "Of variance: the share of a figure's variance over the cells that a setting explains by "
    "itself; the rest is of settings together."
)


def span_of_design(sweep: Sweep) -> str:
    """Return how far the first figure moves over all cells, and which setting moves it most."""
    figure, span = sweep.figures[0], sweep.spans[0]
    name, unit = capitalized(figure.short), unit_of(figure.unit)
    if span is None:
        return f"{name}: {NO_VALUE} in any cell"
    least, most = (cell.figures[0] for cell in (span.least, span.most))
    if not span.is_moved(0):
        return f"{name}: {unit.estimate(least)} in every cell"
    low, high = unit.estimate(least), unit.estimate(most)
    return f"{name}: from {low} to {high}; {mover(sweep.design, span)}"


def mover(design: Design, span: Span) -> str:
    """Return which setting moves a figure most."""
    place = int(np.argmax(span.shares))
    if span.shares[place] == 0.0:
        return "no setting moves it by itself"
    setting, _ = design.variations[place]
    return f"{setting.title} moves it most ({share(span.shares[place])} of the variance)"


def cells_in_words(design: Design) -> str:
    """Return how many cells a design has, and of what."""
    if design.kind != "grid":
        return f"{design.cells:,} {KINDS[design.kind]}"
    sides = " × ".join(str(len(values)) for _, values in design.variations)
    return f"{sides} = {design.cells:,} cells"


def extremes_tables(sweep: Sweep) -> Iterator[Table]:
    """Yield, for each figure, the cells where it is lowest and highest, and what moves it."""
    for place, (figure, span) in enumerate(zip(sweep.figures, sweep.spans, strict=True)):
        if span is None:
            continue
        low, high = (cell.figures[place] for cell in (span.least, span.most))
        unit = unit_of(figure.unit)
        ends = Row(
            capitalized(figure.short), (unit.estimate(low), unit.estimate(high), ""), weight="bold"
        )
        rows = [
            Row(variation[0].title, (_at(variation, least), _at(variation, most), share(part)))
            for variation, least, most, part in zip(
                sweep.variations, span.least.place, span.most.place, span.shares, strict=True
            )
        ]
        # Where nothing moves it, every cell is the lowest.
        moved = rows if span.is_moved(place) else []
        yield Table("", ("", "lowest", "highest", "of variance"), (ends, *moved), is_dense=True)


def _at(variation: Variation, value: Value) -> str:
    """Return a setting's value in a cell, of a range no more digits than tell where it lies."""
    setting, values = variation
    if isinstance(values, Between) and not isinstance(value, str):
        value = round(value, 2 - math.floor(math.log10(values.high - values.low)))
    return setting.written(value)


def varied(variation: Variation, design: Design) -> str:
    """Return what a setting is, what it has now and, where that isn't shown, what it is given."""
    setting, values = variation
    if design.is_shown_whole:
        return setting.in_words
    return f"{setting.in_words}, {_given(setting, values)}"


def _given(setting: Setting, values: Sequence[Value]) -> str:
    if isinstance(values, Between):
        return f"from {setting.written(values.low)} to {setting.written(values.high)}"
    first, *others = map(setting.written, values)
    if len(others) < 3:
        return f"at {', '.join([first, *others])}"
    return f"at {len(values)} values, {first} to {others[-1]}"
