"""Replays the events of a bundle through the rules of the life cycle, problem by problem."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Generator, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from services.integration.bundle.columns import FILE
from services.integration.bundle.faults import Fault
from services.integration.bundle.known import Known, KnownLife
from services.integration.bundle.references import reference_faults, row_digest
from services.integration.bundle.resolving import Resolver
from services.integration.bundle.staging import Staging
from services.integration.bundle.values import instant_of
from services.organization.rules import Edge
from services.oversight.rules import Action, Life, Refused, Step, apply, begin, dump

_EVENTS = FILE["events"]
_COLUMN = {column.name: 1 + position for position, column in enumerate(_EVENTS.columns)}
_PROBLEM_ROW = 1 + len(_EVENTS.columns)
_DISCOVERED_AT = _PROBLEM_ROW + 1
_PROBLEMS_AT_ONCE = 1_000


class PostOrganizations:
    """Which organization a post belonged to at an instant. Record ids, microseconds."""

    def __init__(self, edges: Collection[Edge]) -> None:
        self._by_post: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for edge in edges:
            self._by_post[edge.child].append((edge.since, edge.until, edge.parent))
        for intervals in self._by_post.values():
            intervals.sort()

    def at(self, post: str, instant: int) -> str | None:
        intervals = self._by_post.get(post, [])
        position = bisect_right(intervals, instant, key=itemgetter(0)) - 1
        if position >= 0 and instant < intervals[position][1]:
            return intervals[position][2]
        return None


@dataclass(frozen=True, slots=True)
class Replay:
    """`may_be_known`: whether the database may have some of these problems and events already."""

    staging: Staging
    resolver: Resolver
    known: Known
    organizations: PostOrganizations
    may_be_known: bool

    def run(self) -> Iterator[Fault]:
        """The faults of events; the state of each problem that has new events is kept in the staging."""
        histories = groupby(self.staging.histories(), key=itemgetter(_COLUMN["problem"]))
        while some := [(problem, list(events)) for problem, events in islice(histories, _PROBLEMS_AT_ONCE)]:
            yield from reference_faults(_EVENTS, [row for _, events in some for row in events], self.resolver)
            there: set[str] = set()
            lives: Mapping[str, KnownLife] = {}
            if self.may_be_known:
                there = yield from self._recorded([row for _, events in some for row in events])
                lives = self.known.lives([self.resolver.record(problem) for problem, _ in some if problem is not None])
            kept: list[tuple[str, str, int]] = []
            for problem, events in some:
                fresh = [row for row in events if row[_COLUMN["id"]] not in there]
                if problem is None or not fresh:
                    continue
                known = lives.get(self.resolver.record(problem))
                if known is None:
                    discovered_at = fresh[0][_DISCOVERED_AT]
                    if discovered_at is None:  # its row is missing or faulty, which is said elsewhere
                        continue
                    known = KnownLife(begin(instant_of(discovered_at)), 0)
                after = yield from self._replay(known.life, fresh)
                if after is not None:
                    kept.append((problem, dump(after), known.position))
            self.staging.keep_lives(kept)

    def _recorded(self, rows: list[tuple[Any, ...]]) -> Generator[Fault, None, set[str]]:
        """The ids of the rows that are in the ledger already."""
        there: set[str] = set()
        standing = self.known.standing([self.resolver.record(row[1]) for row in rows if row[1] is not None])
        if not standing:
            return there
        for row in rows:
            known = None if row[1] is None else standing.get(self.resolver.record(row[1]))
            if known is None or known.pending or known.label != _EVENTS.label:
                continue
            there.add(str(row[1]))
            if known.digest != row_digest(_EVENTS, row, self.resolver):
                message = (
                    "is in the ledger with other values, and events are never edited; say what changed by a new event"
                )
                yield Fault("events", row[0], "id", row[1], message)
        return there

    def _replay(self, life: Life, rows: list[tuple[Any, ...]]) -> Generator[Fault, None, Life | None]:
        for row in rows:
            step = self._step(row)
            if step is None:
                return None
            after = apply(life, step)
            if isinstance(after, Refused):
                column = after.path if after.path in _EVENTS.by_name else "action"
                value = row[_COLUMN[column]] if column == "action" else None
                problem = row[_COLUMN["problem"]]
                yield Fault("events", row[0], column, value, f"{after.message} (problem {problem})")
                return None
            life = after
        return life

    def _step(self, row: tuple[Any, ...]) -> Step | None:
        _, _, _, at, action, person, post, to, due_at, evidence, note = row[:_PROBLEM_ROW]
        if at is None or action is None:
            return None
        record = self.resolver.record
        post_id = None if post is None else record(post)
        return Step(
            Action(action),
            instant_of(at),
            None if person is None else record(person),
            post_id,
            None if post_id is None else self.organizations.at(post_id, at),
            None if to is None else record(to),
            None if due_at is None else instant_of(due_at),
            tuple(evidence.split(";")) if evidence else (),
            note,
        )
