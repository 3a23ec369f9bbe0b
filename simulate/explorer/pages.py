"""What one open page asks for, as jobs; all that it has changed comes with each question."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from functools import cached_property, partial
from itertools import count
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from simulate.engine.result import Result
from simulate.engine.run import Session
from simulate.scenario import Scenario, ScenarioError

from .answers import answer_of, scene_of
from .aside import Aside
from .behind import NEVER, paths_behind
from .changed import Changes, Explored
from .controls import control_of
from .growing import Growing
from .guard import UnreadableError
from .kept import Keeping
from .kinds import as_kind
from .known import LONGEST_OBSERVED, MOST_OBSERVED, Known, updates
from .limits import limits_of
from .others import FIRST, Opened, find_opened, others_of
from .ranks import ranks_of
from .reports import Report, reports
from .saved import toml_of
from .shares import Shares, shares_of
from .tornado import tornado_of
from .work import Job, Message, Tell, Urgency, Work

# A newer question takes the place of these.
OF_AN_ANSWER = (Urgency.PREVIEW, Urgency.WHOLE, Urgency.SHARES)
# Questions of a page that may wait at once, and whole answers that are kept.
MOST_WAITING, MOST_KEPT = 32, 16
# Other scenarios that are kept, of all pages.
MOST_OTHERS = 8
LONGEST_NAME = 200
PATHS_OF_SHARES = 1 << 14
LARGEST_NUMBER = 2**53


class Open(BaseModel):
    """What scenario is open, to be shown from now on."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: Literal["open"]
    number: int = Field(ge=0, lt=LARGEST_NUMBER)
    name: str = Field(max_length=LONGEST_NAME)


class _Question(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    number: int = Field(ge=0, lt=LARGEST_NUMBER)
    changes: Changes
    # Of what it is asked; see ``others``.
    scenario: str = Field(default=FIRST, max_length=LONGEST_NAME)


class Ask(_Question):
    """What is the answer: a preview while a hand moves, all of it when it rests."""

    type: Literal["ask"]
    rest: bool = False


class AskLimits(_Question):
    """Between what limits may a part of a control stand."""

    type: Literal["limits"]
    key: str
    part: str


class AskKind(_Question):
    """What would an input be as another distribution."""

    type: Literal["kind"]
    key: str
    kind: str


class AskToml(_Question):
    """What file holds the changes."""

    type: Literal["toml"]


class AskPaths(_Question):
    """What paths are behind a bar: those in which a date comes in a quarter, or never."""

    type: Literal["paths"]
    time: str
    quarter: int = Field(ge=NEVER)


class AskTornado(_Question):
    """How does the answer go from low to high with each input."""

    type: Literal["tornado"]


class AskReport(_Question):
    """What is the page that ``simulate report`` makes."""

    type: Literal["report"]


class AskKnown(_Question):
    """How does the answer move once figures are known."""

    type: Literal["known"]
    observed: Annotated[
        list[Annotated[str, Field(max_length=LONGEST_OBSERVED)]],
        Field(min_length=1, max_length=MOST_OBSERVED),
    ]


Reply = AskLimits | AskKind | AskToml | AskReport | AskPaths | AskTornado | AskKnown | Open
Question = Ask | Reply
QUESTION: TypeAdapter[Question] = TypeAdapter(Annotated[Question, Field(discriminator="type")])


class Explorer:
    """What all pages of a scenario share.

    Parameters
    ----------
    scenario
        That is explored.
    file
        Of it, which a saved file extends.
    paths
        Of a whole answer.
    session
        In which its runs are done, one at a time.
    opened
        How the scenario was opened; by default the file as it stands.
    """

    def __init__(
        self,
        scenario: Scenario,
        file: Path,
        paths: int,
        session: Session,
        opened: Opened | None = None,
    ) -> None:
        self.explored = Explored.of(scenario)
        self.file, self.session = file, session
        self.opened = opened or Opened(file, paths=paths)
        self.growing = Growing(session, paths)
        self.keeping = Keeping(self.explored, session)
        self.reports, self.updates = reports(), updates()
        self._kept: dict[str, Message] = {}
        self._others: dict[str, Explorer] = {}

    @cached_property
    def scene(self) -> Message:
        """What a page has to know before it asks."""
        return {"type": "scene", **scene_of(self.explored, self.file.name)} | {
            "final_paths": self.growing.paths,
            "stem": self.opened.stem,
        }

    def page(self, work: Work, tell: Tell) -> "Page":
        """Return a page that has been opened; see ``Page``."""
        return Page(self, work, tell)

    def named(self, name: str) -> "Explorer":
        """Return what is shared by the pages of another scenario; the latest are kept.

        Raises
        ------
        ScenarioError
            If the name is none that may be opened.
        """
        if name == FIRST:
            return self
        other = self._others.pop(name, None)
        if other is None:
            opened = find_opened(self.opened, name)
            scenario = opened.load()
            other = Explorer(scenario, opened.file, scenario.sampling.paths, self.session, opened)
        while len(self._others) >= MOST_OTHERS:
            del self._others[next(iter(self._others))]
        self._others[name] = other
        return other

    def scene_named(self, name: str) -> Message:
        """Return what a page has to know of a scenario, and what it may open instead."""
        others = others_of(self.opened, self.explored.scenario.name, name)
        return {**self.named(name).scene, "scenario": name, "others": others}

    def whole(self, changes: Changes, *, has_preview: bool) -> Job:
        """Yield answers of more and more paths, without their number; see ``Growing``."""
        key = repr(sorted(changes.items()))
        if (kept := self._kept.get(key)) is not None:
            yield kept
            return
        scenario = self.explored.with_changes(changes)
        for grown in self.growing.whole(scenario, has_preview=has_preview):
            if grown is None:
                yield None
                continue
            answer = self.answer(grown.result, changes, is_final=grown.is_final)
            if grown.is_final:
                self._keep(key, answer)
            yield answer

    def preview(self, changes: Changes) -> Message:
        """Return the answer of few paths, without its number."""
        scenario = self.explored.with_changes(changes)
        return self.answer(self.growing.preview(scenario), changes, is_final=False)

    def shares(self, changes: Changes) -> Iterator[Shares | None]:
        """Yield None while it is found out what each change brings, then that."""
        return shares_of(self.explored, changes, partial(self.session.run, paths=PATHS_OF_SHARES))

    def answer(self, result: Result, changes: Changes, *, is_final: bool) -> Message:
        """Return a result as a page draws it."""
        controls = [control_of(self.explored, key, result.scenario) for key in changes]
        return {
            **answer_of(result),
            "paths": result.paths,
            "is_final": is_final,
            "controls": [control.as_dict() for control in controls],
        }

    def close(self) -> None:
        """End what is done aside."""
        self.reports.close()
        self.updates.close()

    def report(self, changes: Changes) -> Report:
        """Return what makes the report of changes."""
        opened, scenario = self.opened, self.explored.with_changes(changes)
        is_changed = bool(self.explored.effective(changes))
        # What was saved holds all that was laid over the file but its data.
        saved = Opened(Path(f"{opened.stem}-mine.toml"), data=opened.data)
        words = (saved if is_changed else opened).words
        command = ["simulate", "report", *words, "--paths", str(self.growing.paths)]
        command += ["--seed", str(scenario.sampling.seed)]
        name = f"{opened.stem}{'-mine' * is_changed}-report.html"
        return Report(scenario, self.growing.paths, shlex.join(command), name)

    def _keep(self, key: str, answer: Message) -> None:
        while len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = answer


class Page:
    """An open page.

    Parameters
    ----------
    explorer
        Of all pages.
    work
        That does what it asks for.
    tell
        Takes what it is told, from any thread.
    """

    _ids = count()

    def __init__(self, explorer: Explorer, work: Work, tell: Tell) -> None:
        self._explorer, self._work, self._tell = explorer, work, tell
        self._id, self._latest, self._is_closed = next(Page._ids), 0, False
        self._add(Urgency.AT_ONCE, self._open(FIRST))

    def take(self, text: str) -> None:
        """Take a question.

        Raises
        ------
        UnreadableError
            If it is none.
        """
        try:
            question = QUESTION.validate_json(text)
        except ValidationError as error:
            raise UnreadableError(str(error.errors()[0]["msg"])) from None
        if isinstance(question, Ask):
            self._latest = question.number
            self._work.drop(self._id, *OF_AN_ANSWER)
            self._ask(question)
        elif self._work.waiting(self._id) < MOST_WAITING:
            # It is found after all else, and no newer answer takes its place.
            urgency = Urgency.TORNADO if isinstance(question, AskTornado) else Urgency.AT_ONCE
            self._add(urgency, self._numbered(question, self._reply(question)))

    def is_stale(self, message: Message) -> bool:
        """Tell whether a message answers a question that a newer one has taken the place of."""
        return message["type"] in ("answer", "shares") and message["number"] < self._latest

    def close(self) -> None:
        """Drop all that was asked for."""
        self._is_closed = True
        self._work.drop(self._id, *Urgency)
        for aside in (self._explorer.reports, self._explorer.updates):
            aside.drop(self._id)

    def _add(self, urgency: Urgency, job: Job) -> None:
        self._work.add(self._id, urgency, job, self._tell)

    def _open(self, name: str) -> Job:
        """Tell of a scenario, and then of its answer as it is and of what moves it."""
        explorer = self._explorer.named(name)
        yield None
        yield self._explorer.scene_named(name)
        self._work.drop(self._id, Urgency.BASE, Urgency.RANKS)
        if not self._is_closed:
            self._add(Urgency.BASE, self._base(explorer))
            self._add(Urgency.RANKS, self._ranks(explorer))

    def _base(self, explorer: Explorer) -> Job:
        for answer in explorer.whole({}, has_preview=False):
            yield answer and {"type": "base", **answer}

    def _ranks(self, explorer: Explorer) -> Job:
        for ranks in ranks_of(explorer.keeping):
            yield ranks and {"type": "ranks", "ranks": ranks}

    def _ask(self, ask: Ask) -> None:
        if not ask.rest:
            self._add(Urgency.PREVIEW, self._numbered(ask, self._preview(ask)))
            return
        self._add(Urgency.WHOLE, self._numbered(ask, self._whole(ask)))
        if ask.changes:
            self._add(Urgency.SHARES, self._shares(ask))

    def _preview(self, ask: Ask) -> Job:
        explorer = self._explorer.named(ask.scenario)
        yield {"type": "answer", **explorer.preview(ask.changes)}

    def _whole(self, ask: Ask) -> Job:
        explorer = self._explorer.named(ask.scenario)
        for answer in explorer.whole(ask.changes, has_preview=True):
            yield answer and {"type": "answer", **answer}

    def _shares(self, ask: Ask) -> Job:
        # What can't be run is told with the answer.
        with suppress(ScenarioError):
            for shares in self._explorer.named(ask.scenario).shares(ask.changes):
                yield shares and {"type": "shares", "number": ask.number, **shares.as_dict()}

    def _reply(self, question: Reply) -> Job:
        if isinstance(question, Open):
            yield from self._open(question.name)
            return
        explorer, changes = self._explorer.named(question.scenario), question.changes
        match question:
            case AskLimits(key=key, part=part):
                limits = limits_of(explorer.explored, changes, key, part)
                yield {"type": "limits", **limits.as_dict()}
            case AskKind(key=key, kind=kind):
                control = as_kind(explorer.explored, changes, key, kind)
                yield {"type": "control", "control": control.as_dict()}
            case AskToml():
                text = toml_of(
                    explorer.explored, changes, explorer.file, date.today(), explorer.opened.data
                )
                yield {"type": "toml", "name": f"{explorer.opened.stem}-mine.toml", "text": text}
            case AskPaths(time=time, quarter=quarter):
                for behind in paths_behind(explorer.keeping, changes, time, quarter):
                    yield behind and {"type": "paths", **behind.as_dict()}
            case AskTornado():
                for tornado in tornado_of(explorer.keeping, changes):
                    yield tornado and {"type": "tornado", **tornado.as_dict()}
            case AskReport():
                self._aside(self._explorer.reports, question, explorer.report(changes))
                yield None
            case AskKnown(observed=observed):
                known = Known(explorer.explored.with_changes(changes), tuple(observed))
                self._aside(self._explorer.updates, question, known)
                yield None

    def _aside(self, aside: Aside, question: _Question, job: Callable[[], Message]) -> None:
        """Let a question be answered aside, unless nobody would hear it."""
        if not self._is_closed:
            aside.begin(self._id, job, lambda told: self._tell({**told, "number": question.number}))

    def _numbered(self, question: Question, job: Job) -> Job:
        """Yield what a job tells with its question's number, and a mistake in the changes."""
        try:
            for told in job:
                yield told and {**told, "number": question.number}
        except ScenarioError as error:
            key = getattr(error, "key", "")
            yield {"type": "mistake", "number": question.number, "key": key, "text": str(error)}
