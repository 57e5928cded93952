"""Two traces of one subject: who stands on the one and not on the other, and which records made the difference.

A record made a change if, but for it, the change would not be there. So each record that came in, went out or was
corrected between the two moments is taken back by itself, and the lines are read anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from graph.model.enums import Capacity, ChangeKind, LineKind
from services.accountability.rules.facts import Facts, Hop, Link, Record, area_of
from services.accountability.rules.lines import Levels, lines

FACTS = (
    "within", "task_links", "governs", "operates", "post_in", "part_of",
    "responsibilities", "regulations", "heads", "reporting", "memberships",
)  # fmt: skip
"""The parts of `Facts` that are records with a life in both times."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a fact: when it holds, and the record time in which it stood."""

    id: str
    valid_from: datetime
    valid_to: datetime
    recorded_at: datetime
    superseded_at: datetime

    def stands(self, known_at: datetime) -> bool:
        return self.recorded_at <= known_at < self.superseded_at


@dataclass(frozen=True)
class Side:
    """One of the two traces. `versions`: each of its facts by id, then what took its place, one after another."""

    facts: Facts
    own_area: str | None
    as_of: datetime
    known_at: datetime
    versions: Mapping[str, Sequence[Version]]


@dataclass(frozen=True, slots=True)
class Change:
    """`before` None: added; `after` None: removed. `records`: ids of those but for which it would not be so."""

    line: LineKind
    before: Hop | None
    after: Hop | None
    records: tuple[str, ...] = ()

    @property
    def kind(self) -> ChangeKind:
        if self.before is None:
            return ChangeKind.ADDED
        return ChangeKind.REMOVED if self.after is None else ChangeKind.CHANGED


def compare(before: Side, after: Side, levels: Levels) -> tuple[Change, ...]:
    """The changes from one trace to the other, line by line: what the later one has in its order, then what is gone.

    A hop is the same if it is of one post, holder and capacity on one line. Nothing is named as the cause of a change
    in the subject itself, such as a problem that was put to another task.
    """
    return tuple(_Comparison(before, after, levels).changes())


class _Key(NamedTuple):
    """Which hops of two traces are one; `place`: its post and holder, or what there is a gap of."""

    line: LineKind
    capacity: Capacity | None
    place: tuple[str | None, ...]


_Hops = Mapping[_Key, Hop]


_Parts = list[tuple[str, Link | Record]]
"""Facts, each with the part of `Facts` that it is in."""


@dataclass
class _Made:
    """What one record brought into the later trace, and what it took out of the earlier."""

    came: _Parts = field(default_factory=_Parts)
    went: _Parts = field(default_factory=_Parts)


class _Comparison:
    def __init__(self, before: Side, after: Side, levels: Levels) -> None:
        self._before, self._after, self._levels = before, after, levels

    def changes(self) -> Iterator[Change]:
        one, other = self._hops(self._before.facts), self._hops(self._after.facts)
        for line in LineKind:
            for key in (*other, *(key for key in one if key not in other)):
                if key.line is line and one.get(key) != other.get(key):
                    yield Change(line, one.get(key), other.get(key), tuple(self._causes(key, one, other)))

    def _hops(self, facts: Facts) -> _Hops:
        return {_key(line.kind, hop): hop for line in lines(facts, self._levels) for hop in line.hops}

    def _causes(self, key: _Key, one: _Hops, other: _Hops) -> list[str]:
        changed = key in one and key in other

        def made_it(without: _Hops) -> bool:
            return without.get(key) != other[key] if changed else (key in without) != (key in other)

        causes = [record for record, without in self._taken_back.items() if made_it(without)]
        if causes:
            return causes
        # Several would each have been enough.
        return [record for record, alone in self._alone.items() if alone.get(key) == other.get(key)]

    @cached_property
    def _taken_back(self) -> dict[str, _Hops]:
        """The later trace as it would be without each of the records."""
        pool = _pool(self._after, self._before)
        return {
            record: self._hops(_exchanged(pool, self._after, made.came, made.went))
            for record, made in self._made.items()
        }

    @cached_property
    def _alone(self) -> dict[str, _Hops]:
        """The earlier trace as each of the records by itself would have made it."""
        pool = _pool(self._before, self._after)
        return {
            record: self._hops(_exchanged(pool, self._before, made.went, made.came))
            for record, made in self._made.items()
        }

    @cached_property
    def _made(self) -> dict[str, _Made]:
        """What each record between the two moments did; by its id."""
        found: defaultdict[str, _Made] = defaultdict(_Made)
        for name in FACTS:
            for fact in _only(self._before, self._after, name):
                if not _holds(self._before.versions[fact.id][0], self._after):
                    found[_cause(self._before.versions[fact.id], self._after)].went.append((name, fact))
            for fact in _only(self._after, self._before, name):
                if not _holds(self._after.versions[fact.id][0], self._before):
                    found[_cause(self._after.versions[fact.id], self._before)].came.append((name, fact))
        return dict(found)


def _pool(side: Side, other: Side) -> Facts:
    """What is known of a moment: its own facts, and those of the other trace that hold then too."""
    common = {
        name: [
            *_facts(side.facts, name),
            *(fact for fact in _only(other, side, name) if _holds(other.versions[fact.id][0], side)),
        ]
        for name in FACTS
    }
    return replace(
        side.facts,
        area_kinds={**other.facts.area_kinds, **side.facts.area_kinds},
        organization_kinds={**other.facts.organization_kinds, **side.facts.organization_kinds},
        **common,
    )


def _exchanged(facts: Facts, side: Side, out: _Parts, in_: _Parts) -> Facts:
    """The facts of a side without some, and with others."""
    for name in {name for name, _ in (*out, *in_)}:
        gone = {fact.id for part, fact in out if part == name}
        more = (fact for part, fact in in_ if part == name)
        facts = replace(facts, **{name: [*(fact for fact in _facts(facts, name) if fact.id not in gone), *more]})
    return replace(facts, area=area_of(facts.site, facts.within) or side.own_area)


def _only(side: Side, other: Side, name: str) -> Iterator[Link | Record]:
    there = {fact.id for fact in _facts(other.facts, name)}
    return (fact for fact in _facts(side.facts, name) if fact.id not in there)


def _facts(facts: Facts, name: str) -> Iterable[Any]:
    return getattr(facts, name)


def _holds(version: Version, side: Side) -> bool:
    return version.stands(side.known_at) and version.valid_from <= side.as_of < version.valid_to


def _cause(versions: Sequence[Version], other: Side) -> str:
    """Which record keeps a fact off the other side: the version that took its place by then, else its own."""
    own = versions[0]
    if own.superseded_at > other.known_at:
        return own.id
    return next((version.id for version in versions if version.stands(other.known_at)), own.id)


def _key(line: LineKind, hop: Hop) -> _Key:
    place = (hop.organization, hop.area, hop.role) if hop.post is None else (hop.post, hop.holder)
    return _Key(line, hop.capacity, place)
