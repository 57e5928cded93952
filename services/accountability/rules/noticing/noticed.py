"""What is looked at, and what is noticed: plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from graph.model.enums import Gap, Level, LineKind
from services.accountability.rules.facts import Event, History
from services.campaign.rules import FindingRule, Reply


@dataclass(frozen=True, slots=True)
class Again:
    """Another problem at the same site under the same task: when it was found, and the event that tells of it."""

    discovered_at: datetime
    event: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A hop of the trace, as of the discovery, in which not exactly one person answered."""

    line: LineKind
    gap: Gap
    level: Level = Level.DIRECT


@dataclass(frozen=True)
class Problem:
    """A problem: its history, the line of work of its task (code), and what lies beside it."""

    history: History
    line_of_work: str | None = None
    again: Sequence[Again] = ()
    missing: Sequence[Missing] = ()


@dataclass(frozen=True)
class Received:
    """An instruction as one organization received it: what that did by when, and its events in order."""

    organization: str
    reply: Reply
    events: Sequence[Event]
    line_of_work: str | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """An organization that had a problem, and for how long."""

    organization: str
    held: timedelta


@dataclass(frozen=True, slots=True)
class Noticed:
    """A finding as the rules tell it.

    `at`: since when it is so. `events`: those that it rests on, in order; with the rule and the subject they tell it
    from every other. `due_at`: the clock that ran out. `holders`: the organizations that had it in hand.
    """

    rule: FindingRule
    at: datetime
    events: tuple[str, ...]
    due_at: datetime | None = None
    holders: tuple[str, ...] = ()
    actor: Event | None = None
    hands: tuple[Hand, ...] = ()
    missing: tuple[Missing, ...] = ()
