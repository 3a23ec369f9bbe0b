"""Scenarios answered anew each time that they are saved, and what the change of each came from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate
from simulate.engine.layout import Layout, common_layout
from simulate.engine.reading import Counted, count
from simulate.engine.result import Result
from simulate.engine.run import Session
from simulate.engine.sampling import with_sampling
from simulate.engine.simulation import Progress
from simulate.engine.units import Threads
from simulate.model.asked import Of, ask, parse_asked
from simulate.model.catalogue import own_times
from simulate.model.outcomes import Event, asked_events, counted_from, own_events
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.frame import Horizon
from simulate.scenario.load import judged_anew

from .compare import CommonRandomNumbers
from .diff import Difference, differences, with_differences
from .shapley import shapley_parts

# Paths of a first answer, and of the runs that tell differences apart, which are 2**n of n.
PREVIEW, MOST_PARTS = 1 << 14, 3


def asked_beside(of: Of, scenarios: Sequence[Scenario]) -> list[Scenario]:
    """Return scenarios of which events are asked beside those of every answer.

    Raises
    ------
    ScenarioError
        If one can't be asked, or it is no event.
    """
    statistics, asked = ask(of, scenarios)
    for statistic in statistics:
        if not isinstance(statistic.outcome, Event):
            wrong = f'--of "{statistic.name}": a save is told to move probabilities alone'
            raise ScenarioError(f'{wrong}; ask of one, such as "P(cash < 5 bn in 2028)"')
    return asked


@dataclass(frozen=True)
class Move:
    """An event's probability before and after a save.

    Attributes
    ----------
    event
        Of the scenario that was saved.
    before, after
        The probability.
    change
        With a paired error, since both runs have the same random numbers.
    parts
        What each difference that may move something brings of it, from fewer paths; empty where
        there is one, or many.
    """

    event: Event
    before: Estimate
    after: Estimate
    change: Estimate
    parts: tuple[Estimate, ...] = ()


@dataclass(frozen=True)
class Change:
    """What a save changed of one scenario.

    Attributes
    ----------
    old, new
        The scenario before and after.
    before
        The former result; None where its data are no more, and it can't be run again.
    differences
        What is assumed otherwise.
    moves
        Of the headline events that lie in both horizons.
    added
        The probabilities of outcomes that the former scenario hadn't.
    """

    old: Scenario
    new: Scenario
    before: Result | None
    differences: tuple[Difference, ...]
    moves: tuple[Move, ...]
    added: tuple[tuple[Event, Estimate], ...] = ()


@dataclass(frozen=True)
class Answer:
    """What the scenarios say after a save.

    Attributes
    ----------
    results
        One a scenario, in the order given.
    changes
        Of each, None where it has not changed.
    is_preview
        Whether one of more paths follows.
    is_repeated
        Whether it is the last one again, since nothing has changed.
    """

    results: tuple[Result, ...]
    changes: tuple[Change | None, ...]
    is_preview: bool
    is_repeated: bool = False


@dataclass
class _Runs:
    """A scenario, and its results by their number of paths."""

    scenario: Scenario
    results: dict[int, Result] = field(default_factory=dict)


# Runs a scenario with a number of paths, once.
_Run = Callable[[_Runs, int], Result]


class Watch:
    """Answers scenarios again and again, each time with their change from the time before.

    Parameters
    ----------
    paths, seed
        As for ``run``; by default those of the first scenario.
    threads
        By default one a processor. The numbers don't depend on it.
    of
        Events whose moves are told beside the headline's, such as ``"P(revenue >= 100 by 2027)"``.

    Examples
    --------
    >>> watch, scenario = Watch(paths=65_536), simulate.load_scenario("anthropic.toml")
    >>> before = watch.answer(scenario)
    >>> after = watch.answer(scenario.changed({"inference.overrun.p90": 0.5}))
    >>> print(after.changes[0].moves[0].change)
    """

    def __init__(
        self,
        paths: int | None = None,
        seed: int | None = None,
        threads: Threads = None,
        of: Of = (),
    ) -> None:
        self._paths, self._seed, self._of = paths, seed, of
        self._session = Session(threads)
        self._latest: tuple[_Runs, ...] = ()
        # What the latest are compared with, and whether there was no more than their preview.
        self._before: Sequence[_Runs | None] = ()
        self._is_unfinished = False
        self._common: CommonRandomNumbers | None = None

    def answer(self, *scenarios: Scenario) -> Answer:
        """Return what scenarios say, with the change of each from the last time.

        Parameters and errors are those of ``answers``.
        """
        *_, last = self.answers(scenarios)
        return last

    def answers(
        self, scenarios: Sequence[Scenario], progress: Progress | None = None
    ) -> Iterator[Answer]:
        """Yield what scenarios say: a preview where there are more paths, then all of it.

        Parameters
        ----------
        scenarios
            As many as the last time. Several are simulated to the end of the horizon that ends
            first.
        progress
            As for ``run``. An exception of its own ends the answer; if the preview was yielded, the
            next one's changes are from that, or the same scenarios are answered to the end.

        Raises
        ------
        ScenarioError
            If one can't be run.
        """
        scenarios = asked_beside(self._of, scenarios)
        before = self._latest or (None,) * len(scenarios)
        found = _each_differs(before, scenarios)
        after = tuple(
            old if old and not differs else _Runs(scenario)
            for old, scenario, differs in zip(before, scenarios, found, strict=True)
        )
        if self._is_unfinished and not any(found):
            before = self._before
            found = _each_differs(before, scenarios)
        common = self._share(scenarios)

        def run(runs: _Runs, paths: int) -> Result:
            if paths not in runs.results:
                runs.results[paths] = common.run(runs.scenario, progress, paths=paths)
            return runs.results[paths]

        paths = common.sampling.paths
        is_repeated = not any(found) and all(paths in runs.results for runs in after)
        for size in (PREVIEW, paths) if paths > PREVIEW and not is_repeated else (paths,):
            is_preview = size < paths
            results = tuple(run(runs, size) for runs in after)
            changes = tuple(
                _change(old, new, differs, run, size, not is_preview, self._of)
                if old and differs
                else None
                for old, new, differs in zip(before, after, found, strict=True)
            )
            self._before, self._latest, self._is_unfinished = before, after, is_preview
            yield Answer(results, changes, is_preview, is_repeated)

    def _share(self, scenarios: Sequence[Scenario]) -> CommonRandomNumbers:
        """Return what runs share; where it isn't as before, what was run is run anew."""
        layout = common_layout(scenarios)
        if self._common is not None:
            layout = _joined(self._common.layout, layout)
        if layout is None:
            layout = common_layout([*(runs.scenario for runs in self._latest), *scenarios])
        sampling = with_sampling(scenarios[0], self._paths, self._seed).sampling
        last = min(scenario.horizon.last_quarter for scenario in scenarios)
        common = CommonRandomNumbers(
            layout, sampling, last if len(scenarios) > 1 else None, self._session
        )
        if common != self._common:
            self._common = common
            for runs in (*self._latest, *self._before):
                if runs is not None:
                    runs.results.clear()
        return common


def _each_differs(
    before: Sequence[_Runs | None], scenarios: Sequence[Scenario]
) -> list[tuple[Difference, ...]]:
    """Return in what each scenario differs from what was run before, if it was."""
    return [
        differences(old.scenario, scenario) if old else ()
        for old, scenario in zip(before, scenarios, strict=True)
    ]


def _joined(layout: Layout, other: Layout) -> Layout | None:
    """Return a layout with what another one has beside it, so that it stays if that is nothing.

    None where they begin apart.
    """
    if layout.start != other.start:
        return None
    return Layout(
        inputs=tuple(dict.fromkeys([*layout.inputs, *other.inputs])),
        is_joint=layout.is_joint or other.is_joint,
        rounds=tuple(dict.fromkeys([*layout.rounds, *other.rounds])),
        periods=max(layout.periods, other.periods),
        slots=tuple(dict.fromkeys([*layout.slots, *other.slots])),
        start=layout.start,
        quarters=max(layout.quarters, other.quarters),
    )


def _change(
    old: _Runs,
    new: _Runs,
    differs: tuple[Difference, ...],
    run: _Run,
    paths: int,
    with_parts: bool,
    of: Of,
) -> Change:
    """Return what differences change, and what each brings of it if that is asked for."""
    if paths not in old.results and not _stands(old.scenario):
        return Change(old.scenario, new.scenario, None, differs, ())
    before, after = run(old, paths), run(new, paths)
    start = after.scenario.horizon
    asked = _asked_events(after.scenario, before.scenario, of)
    events = [event for event in asked if _lies_in(event, start, before)]
    parts: list[tuple[Estimate, ...]] = [() for _ in events]
    movers = tuple(each for each in differs if not each.moves_nothing)
    if with_parts and 1 < len(movers) <= MOST_PARTS and start == before.scenario.horizon:
        parts = _parts(old, new, movers, run, min(paths, PREVIEW), events) or parts
    moves = []
    for event, brought in zip(events, parts, strict=True):
        then, now = _counted(event, start, before), count(event, after)
        change = now.change_from(then)
        moves.append(Move(event, then.estimate, now.estimate, change, brought))
    times = {event.time for event in asked}
    added = [event for event in own_events(after.scenario) if event.time not in times]
    return Change(
        old.scenario,
        new.scenario,
        before,
        differs,
        tuple(moves),
        tuple((event, count(event, after).estimate) for event in added),
    )


def _asked_events(scenario: Scenario, before: Scenario, of: Of) -> tuple[Event, ...]:
    """Return what every answer asks, and what is asked beside it, each by its own date."""
    outcomes = [statistic.outcome for statistic in parse_asked(of, scenario)]
    beside = [outcome for outcome in outcomes if isinstance(outcome, Event)]
    told = {event.time for event in beside} & set(own_times(scenario))
    every = (event for event in asked_events(scenario, before) if event.time not in told)
    return tuple(dict.fromkeys([*every, *beside]))


def _stands(scenario: Scenario) -> bool:
    """Tell whether the data that a scenario was read with are still in their files."""
    try:
        return judged_anew(scenario) == scenario
    except ScenarioError:
        return False


def _lies_in(event: Event, start: Horizon, result: Result) -> bool:
    """Tell whether a result's horizon holds an event that is counted from another's start."""
    horizon = result.scenario.horizon
    return horizon.first_quarter <= start.first_quarter + event.quarter <= horizon.last_quarter


def _counted(event: Event, start: Horizon, result: Result) -> Counted:
    moved = counted_from(event, start, result.scenario.horizon)
    assert isinstance(moved, Event)
    return count(moved, result)


def _parts(
    old: _Runs,
    new: _Runs,
    differs: tuple[Difference, ...],
    run: _Run,
    paths: int,
    events: Sequence[Event],
) -> list[tuple[Estimate, ...]]:
    """Return what each difference brings to each event; nothing where some don't go alone."""
    places = range(len(differs))
    shares: dict[frozenset[int], list[NDArray[np.float64]]] = {}
    if any(each.is_of_data for each in differs):
        return []
    try:
        for size in range(len(differs) + 1):
            for chosen in combinations(places, size):
                some = _Runs(with_differences(old.scenario, [differs[place] for place in chosen]))
                runs = {0: old, len(differs): new}.get(size, some)
                result = run(runs, paths)
                shares[frozenset(chosen)] = [count(event, result).each for event in events]
    except ScenarioError:
        return []
    return [
        shapley_parts({chosen: each[place] for chosen, each in shares.items()})
        for place in range(len(events))
    ]
