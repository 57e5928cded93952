"""What the rules of a trace are given, and what they answer: plain values, ids as opaque text, aware instants."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from graph.model.enums import Capacity, CustodyReason, EventKind, ExculpatoryReason, Gap, Level, LineKind, Role
from graph.model.instants import BEGINNING


@dataclass(frozen=True, slots=True)
class Link:
    """Between two records; `explicit` false where it stands for a column."""

    from_: str
    to: str
    explicit: bool = True
    capacity: Capacity | None = None
    source_id: str = ""
    valid_from: datetime = BEGINNING
    id: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """The version of a fact that was used: its interval, when it was recorded, and its two ends."""

    id: str
    source_id: str
    from_: str
    to: str
    valid_from: datetime
    valid_to: datetime
    recorded_at: datetime
    explicit: bool = True
    role: Role | None = None
    capacity: Capacity | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a problem. `organization`: of the acting post, at that instant."""

    id: str
    kind: EventKind
    at: datetime
    person: str | None = None
    post: str | None = None
    organization: str | None = None
    to_organization: str | None = None
    due_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another problem at the same site, discovered before: who reported it, and its events in their order."""

    reported_by: str
    events: tuple[Event, ...]


@dataclass(frozen=True)
class History:
    """What happened to a problem, as far as was known, in order. Ids are opaque text.

    `clock`: the time that an assignment gives which names no deadline. `tenures`: memberships, as known, of the posts
    on the trace up to its instant, and of the posts that acted since the discovery.
    """

    discovered_at: datetime
    known_at: datetime
    clock: timedelta | None = None
    events: Sequence[Event] = ()
    tenures: Sequence[Record] = ()
    earlier: Sequence[Earlier] = ()


@dataclass(frozen=True)
class Facts:
    """Everything near a subject that held at the instant, as far as was known.

    `task_links` lead to the tasks, or where the subject is an `instruction` to that.
    """

    recorded_at: datetime
    area: str | None = None
    site: str | None = None
    site_kind: str | None = None
    task: str | None = None
    instruction: str | None = None
    area_kinds: Mapping[str, str] = field(default_factory=dict[str, str])
    organization_kinds: Mapping[str, str] = field(default_factory=dict[str, str])
    within: Sequence[Link] = ()
    subtasks: Sequence[Link] = ()
    task_links: Sequence[Link] = ()
    governs: Sequence[Link] = ()
    operates: Sequence[Link] = ()
    post_in: Sequence[Link] = ()
    part_of: Sequence[Link] = ()
    responsibilities: Sequence[Record] = ()
    regulations: Sequence[Record] = ()
    heads: Sequence[Record] = ()
    reporting: Sequence[Record] = ()
    memberships: Sequence[Record] = ()


@dataclass(frozen=True, slots=True)
class Hop:
    """A post with who held it, or a gap where there should be one. Ids; `record` put the post there."""

    level: Level
    distance: int
    role: Role | None = None
    capacity: Capacity | None = None
    organization: str | None = None
    post: str | None = None
    holder: str | None = None
    area: str | None = None
    gap: Gap | None = None
    record: Record | None = None
    membership: Record | None = None
    backdated: bool = False


@dataclass(frozen=True, slots=True)
class Custody:
    """An interval in which a problem was in somebody's hands; nobody's where it names no organization."""

    from_: datetime
    until: datetime
    reason: CustodyReason
    organization: str | None = None
    post: str | None = None
    holder: str | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Exculpatory:
    """Something that speaks for a person, with the event or the membership that shows it."""

    holder: str
    reason: ExculpatoryReason
    event: str | None = None
    membership: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One of the five lines, its hops in order."""

    kind: LineKind
    hops: tuple[Hop, ...]


def counting(own: Sequence[Link]) -> Sequence[Link]:
    """The links of a thing that count: its explicit ones, and only where it has none the column's."""
    return [link for link in own if link.explicit] or own


def area_of(site: str | None, within: Iterable[Link]) -> str | None:
    """The area that a site is in; None where it is in none, or there is no site."""
    own = [link for link in within if link.from_ == site]
    return min(own, key=lambda link: (not link.explicit, link.id)).to if own else None
