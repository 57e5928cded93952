"""What lies near many subjects, gathered once: the facts of each subject at each instant are chosen from it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from graph.model.enums import Capacity, Level, Role
from graph.model.instants import BEGINNING
from services.accountability.rules.facts import Facts, Link, Record
from services.accountability.rules.held import Fact, Held

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Subject:
    """What lines are asked of: ids of the site, of the area of its own, of the task."""

    site: str | None = None
    area: str | None = None
    task: str | None = None


class Row(NamedTuple):
    """A fact between two records, with its interval; `what`: the role or capacity."""

    id: str
    source_id: str
    from_: str
    to: str
    since: datetime
    until: datetime
    explicit: bool
    what: str | None

    def holds(self, at: datetime | None) -> bool:
        return at is None or self.since <= at < self.until

    def link(self) -> Link:
        capacity = Capacity(self.what) if self.what else None
        return Link(self.from_, self.to, self.explicit, capacity, self.source_id, self.since)

    def record(self, recorded_at: datetime) -> Record:
        return Record(self.id, self.source_id, self.from_, self.to, self.since, self.until, recorded_at, self.explicit)


By = Mapping[str, Sequence[Row]]


class _At(dict[str, Sequence[Fact]]):
    """Of rows by an end those that hold at an instant: of each end when it is asked, as `made` makes them."""

    def __init__(self, rows: By, at: datetime, made: Callable[[Row], Fact]) -> None:
        super().__init__()
        self._rows, self._at, self._made = rows, at, made

    def __missing__(self, end: str) -> Sequence[Fact]:
        found = self[end] = [self._made(row) for row in self._rows.get(end, ()) if row.holds(self._at)]
        return found


class _Instants(dict[int, datetime]):
    """Each number of microseconds since 1970 that was met, as an instant."""

    def __missing__(self, number: int) -> datetime:
        made = self[number] = EPOCH + timedelta(microseconds=number)
        return made


class Near:
    """The facts near some subjects. `rows`: as graph.queries.near brings them, instants in microseconds since 1970.

    It knows when facts hold and not when they were recorded: nothing judged from it says that something is backdated.
    """

    def __init__(self, rows: Mapping[str, Iterable[Sequence[Any]]]) -> None:
        instants = _Instants()

        def by(name: str, *, end: bool) -> By:
            found: defaultdict[str, list[Row]] = defaultdict(list)
            for id_, source_id, from_, to, since, until, explicit, what in rows.get(name, ()):
                row = Row(id_, source_id, from_, to, instants[since], instants[until], explicit, what)
                found[to if end else from_].append(row)
            return found

        def pairs(name: str) -> Mapping[str, Any]:
            return {row[0]: row[1] for row in rows[name]}

        self._within, self._parents, self._kinds = by("within", end=False), pairs("subtasks"), pairs("siteKinds")
        self._area_kinds, self._organization_kinds = pairs("areaKinds"), pairs("organizationKinds")
        self._responsibilities, self._regulations = by("responsibilities", end=True), by("regulations", end=True)
        self._task_links, self._operates = by("taskLinks", end=True), by("operates", end=True)
        self._heads, self._memberships = by("heads", end=True), by("memberships", end=True)
        self._reporting, self._post_in = by("reporting", end=False), by("postIn", end=False)
        self._governs = by("governs", end=True)
        self._part_of, self._duties = by("partOf", end=False), by("duties", end=False)
        self._edges = sorted(instants.values())
        self._held: dict[int, Held] = {}

    def about(self, subject: Subject, at: datetime) -> Facts:
        """The subject alone, for what is worked out of `held`."""
        return Facts(
            BEGINNING,
            area=self._area(subject, at),
            site=subject.site,
            site_kind=self._kinds.get(subject.site or ""),
            task=subject.task,
        )

    def interval(self, at: datetime) -> int:
        """The number of the interval around an instant in which nothing begins or ends."""
        return bisect_right(self._edges, at)

    def held(self, at: datetime, above: Callable[[Level], Level]) -> Held:
        """All that held at an instant, for every subject; made once for an interval in which nothing begins or ends."""
        number = self.interval(at)
        if number not in self._held:

            def links(rows: By) -> Mapping[str, Sequence[Link]]:
                return _At(rows, at, Row.link)

            def records(rows: By, made: Callable[[Row], Record] = _plain) -> Mapping[str, Sequence[Record]]:
                return _At(rows, at, made)

            self._held[number] = Held(
                above,
                self._area_kinds,
                self._organization_kinds,
                self._parents,
                within=links(self._within),
                post_in=links(self._post_in),
                part_of=links(self._part_of),
                reporting=records(self._reporting),
                task_links=links(self._task_links),
                governs=links(self._governs),
                operates=links(self._operates),
                responsibilities=records(self._responsibilities, _answering),
                regulations=records(self._regulations, _regulating),
                heads=records(self._heads),
                memberships=records(self._memberships),
            )
        return self._held[number]

    def facts(self, subject: Subject, at: datetime, towards: frozenset[str] | None = None) -> Facts:
        """The facts of one subject at an instant. `towards`: superiors only so far as they lead to these posts."""
        found = self._around(subject, at, towards)
        return Facts(
            recorded_at=BEGINNING,
            area=self._area(subject, at),
            site=subject.site,
            site_kind=self._kinds.get(subject.site or ""),
            task=subject.task,
            area_kinds=self._area_kinds,
            organization_kinds=self._organization_kinds,
            within=[row.link() for row in found.within],
            subtasks=[Link(task, self._parents[task]) for task in found.tasks if task in self._parents],
            task_links=[row.link() for row in found.task_links],
            operates=[row.link() for row in found.operates],
            governs=[row.link() for row in self._governs.get(subject.area or "", ()) if row.holds(at)],
            post_in=[row.link() for row in found.post_in],
            part_of=[row.link() for row in found.part_of],
            responsibilities=[_answering(row) for row in found.responsibilities],
            regulations=[_regulating(row) for row in found.regulations],
            heads=[row.record(BEGINNING) for row in found.heads],
            reporting=[row.record(BEGINNING) for row in found.reporting],
            memberships=[row.record(BEGINNING) for row in found.memberships],
        )

    def edges(self, subject: Subject) -> set[datetime]:
        """Every instant at which something begins or ends that can matter to who answers for it, superiors apart."""
        return _edges(row for rows in self._around(subject, None, frozenset()).facts() for row in rows)

    def seeds(self, subject: Subject, at: datetime) -> Iterator[str]:
        """The posts that are on its lines, or may be, otherwise than as superiors."""
        found = self._around(subject, at, frozenset())
        return (row.from_ for rows in (found.responsibilities, found.heads) for row in rows)

    def memberships_of(self, person: str) -> list[Row]:
        return [row for rows in self._memberships.values() for row in rows if row.from_ == person]

    def held_by(self, person: str) -> set[str]:
        """The posts that the person ever held."""
        return {row.to for row in self.memberships_of(person)}

    def holders(self, post: str, at: datetime) -> set[str]:
        return {row.from_ for row in self._memberships.get(post, ()) if row.holds(at)}

    def answers(self, post: str, at: datetime) -> bool:
        """Whether the post has a responsibility; SUPERIOR by role is none."""
        own = (row for row in self._duties.get(post, ()) if row.holds(at))
        return any(row.what is not None and Role(row.what) is not Role.SUPERIOR for row in own)

    def reporting(self, post: str, at: datetime | None) -> list[Record]:
        """What leads up from the post, to the top; at None: ever did."""
        return [row.record(BEGINNING) for row in _up(self._reporting, (post,), at)]

    def edges_of_post(self, post: str) -> set[datetime]:
        """Every instant at which a responsibility or holder of the post, or a reporting above it, begins or ends."""
        own = (*self._duties.get(post, ()), *self._memberships.get(post, ()))
        return _edges((*own, *_up(self._reporting, (post,), None)))

    def below(self, posts: Iterable[str]) -> frozenset[str]:
        """These posts and all that ever reported to them, by any number of steps."""
        reached = set(posts)
        ahead = list(reached)
        while ahead:
            new = self._reported_to.get(ahead.pop(), set[str]()) - reached
            reached |= new
            ahead += new
        return frozenset(reached)

    @cached_property
    def _reported_to(self) -> Mapping[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for rows in self._reporting.values():
            for row in rows:
                found[row.to].add(row.from_)
        return found

    def _area(self, subject: Subject, at: datetime) -> str | None:
        own = [row for row in self._within.get(subject.site or "", ()) if row.holds(at)]
        return min(own, key=lambda row: (not row.explicit, row.id)).to if own else subject.area

    def _around(self, subject: Subject, at: datetime | None, towards: frozenset[str] | None) -> "_Around":
        def of(rows: By, things: Iterable[str | None]) -> list[Row]:
            return [row for thing in things if thing is not None for row in rows.get(thing, ()) if row.holds(at)]

        own_kind = self._kinds.get(subject.site or "")
        places = [thing for thing in (subject.site, subject.area) if thing is not None]
        within = _up(self._within, places, at)
        areas = {subject.area, *(row.to for row in within)}
        tasks = list(self._tasks(subject.task))
        regulations = of(self._regulations, (subject.site, own_kind))
        task_links = of(self._task_links, tasks)
        responsibilities = of(self._responsibilities, (*areas, subject.site, own_kind, *tasks))
        operates = of(self._operates, (subject.site,))
        heads = of(self._heads, {row.from_ for row in (*regulations, *task_links, *operates)})
        posts = {row.from_ for row in (*responsibilities, *heads)}
        reporting = _up(self._reporting, posts if towards is None else posts & towards, at, towards)
        posts |= {row.to for row in reporting}
        post_in = of(self._post_in, posts)
        return _Around(
            tasks, within, responsibilities, regulations, task_links, operates, heads,
            reporting, post_in, _up(self._part_of, {row.to for row in post_in}, at), of(self._memberships, posts),
        )  # fmt: skip

    def _tasks(self, task: str | None) -> Iterator[str]:
        seen: set[str] = set()
        while task is not None and task not in seen:
            seen.add(task)
            yield task
            task = self._parents.get(task)


class _Around(NamedTuple):
    tasks: list[str]
    within: list[Row]
    responsibilities: list[Row]
    regulations: list[Row]
    task_links: list[Row]
    operates: list[Row]
    heads: list[Row]
    reporting: list[Row]
    post_in: list[Row]
    part_of: list[Row]
    memberships: list[Row]

    def facts(self) -> Iterator[list[Row]]:
        yield from (
            self.within, self.responsibilities, self.regulations, self.task_links, self.operates, self.heads,
            self.reporting, self.post_in, self.part_of, self.memberships,
        )  # fmt: skip


def _up(rows: By, things: Iterable[str], at: datetime | None, within: frozenset[str] | None = None) -> list[Row]:
    """All that leads up from the things, step by step; `within`: to these alone."""
    found: list[Row] = []
    seen, ahead = set[str](), list(things)
    while ahead:
        thing = ahead.pop()
        if thing not in seen:
            seen.add(thing)
            own = [row for row in rows.get(thing, ()) if row.holds(at) and (within is None or row.to in within)]
            found += own
            ahead += [row.to for row in own]
    return found


def _edges(rows: Iterable[Row]) -> set[datetime]:
    return {edge for row in rows for edge in (row.since, row.until)}


def _plain(row: Row) -> Record:
    return row.record(BEGINNING)


def _answering(row: Row) -> Record:
    return Record(
        row.id, row.source_id, row.from_, row.to, row.since, row.until, BEGINNING, row.explicit, Role(row.what)
    )


def _regulating(row: Row) -> Record:
    return Record(
        row.id, row.source_id, row.from_, row.to, row.since, row.until, BEGINNING, row.explicit, None,
        Capacity(row.what),
    )  # fmt: skip
