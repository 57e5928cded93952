"""Replays the events of a bundle through the rules of the life cycle, problem by problem."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from services.integration.bundle.columns import FILE
from services.integration.bundle.faults import Fault, Report
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
_ACTIONS = {action.value: action for action in Action}

Begun = tuple[str | None, int | None, Sequence[tuple[Any, ...]]]
"""A problem, when it was discovered (microseconds), and its events; what is faulty is None."""


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
        position = bisect_left(intervals, (instant + 1,)) - 1
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

    def run(self) -> Report:
        """What is wrong with events; the state of each problem that has new events is kept in the staging."""
        report = Report(self.resolver.source)
        histories = groupby(self.staging.events(), key=itemgetter(_COLUMN["problem"]))
        while some := [(problem, list(events)) for problem, events in islice(histories, _PROBLEMS_AT_ONCE)]:
            begun = [(problem, events[0][_DISCOVERED_AT], events) for problem, events in some]
            lives = self.lives(begun, report)
            self.staging.keep_lives([(problem, dump(life), position) for problem, (life, position) in lives.items()])
        return report

    def lives(self, problems: Sequence[Begun], report: Report) -> dict[str, tuple[Life, int]]:
        """The state of those of the problems that have new events, and the position of the event that these go on from.

        Faults are reported, and the problems that have any are left out.
        """
        rows = [row for _, _, events in problems for row in events]
        report.extend(reference_faults(_EVENTS, rows, self.resolver))
        there: set[str] = set()
        known: Mapping[str, KnownLife] = {}
        if self.may_be_known:
            there = self._recorded(rows, report)
            known = self.known.lives([self.resolver.record(problem) for problem, *_ in problems if problem is not None])
        found: dict[str, tuple[Life, int]] = {}
        for problem, discovered_at, events in problems:
            fresh = [row for row in events if row[_COLUMN["id"]] not in there] if there else events
            if problem is None or not fresh:
                continue
            before = known.get(self.resolver.record(problem)) if known else None
            if before is None:
                if discovered_at is None:  # its row is missing or faulty, which is said elsewhere
                    continue
                before = KnownLife(begin(instant_of(discovered_at)), 0)
            life = self._replay(before.life, fresh, report)
            if life is not None:
                found[problem] = life, before.position
        return found

    def _recorded(self, rows: Sequence[tuple[Any, ...]], report: Report) -> set[str]:
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
                report.add(Fault("events", row[0], "id", row[1], message))
        return there

    def _replay(self, life: Life, rows: Sequence[tuple[Any, ...]], report: Report) -> Life | None:
        for row in rows:
            step = self._step(row)
            if step is None:
                return None
            after = apply(life, step)
            if isinstance(after, Refused):
                column = after.path if after.path in _EVENTS.by_name else "action"
                value = row[_COLUMN[column]] if column == "action" else None
                problem = row[_COLUMN["problem"]]
                report.add(Fault("events", row[0], column, value, f"{after.message} (problem {problem})"))
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
            _ACTIONS[action],
            instant_of(at),
            None if person is None else record(person),
            post_id,
            None if post_id is None else self.organizations.at(post_id, at),
            None if to is None else record(to),
            None if due_at is None else instant_of(due_at),
            tuple(evidence.split(";")) if evidence else (),
            note,
        )
