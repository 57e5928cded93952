"""A county as plain records in memory. Nothing here or in the oracle comes from zeren."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass
class Thing:
    """Something with an identity. `states`: what was recorded of it, (since when in record time, attributes)."""

    kind: str
    id: str
    source_id: str
    states: list[tuple[datetime, dict[str, Any]]]

    @property
    def recorded_at(self) -> datetime:
        return self.states[0][0]

    def known(self, known_at: datetime) -> dict[str, Any]:
        """Its attributes as they were known."""
        return [attributes for since, attributes in self.states if since <= known_at][-1]


@dataclass
class Fact:
    """One version of a statement between two things. `explicit` false: it stands for a column."""

    kind: str
    id: str
    source_id: str
    from_: str
    to: str
    since: datetime
    until: datetime
    recorded_at: datetime
    superseded_at: datetime = FOREVER
    explicit: bool = True
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])

    def is_known(self, known_at: datetime) -> bool:
        return self.recorded_at <= known_at < self.superseded_at

    def holds(self, at: datetime) -> bool:
        return self.since <= at < self.until


@dataclass
class Happening:
    """An event of a problem; in `County.happenings` they stand in the order of their chain."""

    id: str
    problem: str
    kind: str
    at: datetime
    recorded_at: datetime
    person: str | None = None
    post: str | None = None
    to: str | None = None
    due: datetime | None = None


@dataclass
class County:
    """All records of one county; `clocks`: what an assignment gives each problem that names no deadline."""

    things: dict[str, Thing] = field(default_factory=dict[str, Thing])
    facts: list[Fact] = field(default_factory=list[Fact])
    happenings: list[Happening] = field(default_factory=list[Happening])

    def of(self, problem: str, known_at: datetime) -> Iterator[Happening]:
        """What happened to a problem, as far as was known."""
        return (h for h in self.happenings if h.problem == problem and h.recorded_at <= known_at)
