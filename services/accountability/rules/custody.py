"""Whose hands a problem was in, minute by minute, from its discovery to its closing.

Where the definition leaves something open, docs/trace.md says what was chosen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from graph.model.enums import CustodyReason as Reason
from graph.model.enums import EventKind, ProblemAction
from graph.model.enums import ProblemStatus as Status
from services.accountability.rules.facts import Custody, Event, History, Record
from services.oversight.rules import Life, Refused, Step, apply, begin, has_run_out

ENDED = frozenset({Status.CLOSED, Status.REJECTED})

# What the rules of the life cycle ask of a new event; those told here were accepted when they were recorded.
_WITNESSED = ("as recorded",)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event with the life before and after it."""

    event: Event
    before: Life
    after: Life


def lived(history: History) -> Iterator[Happened]:
    """The actions on a problem, one after another."""
    life = begin(history.discovered_at, history.clock)
    for event in history.events:
        if event.kind not in ProblemAction.__members__:
            continue
        step = Step(
            ProblemAction(event.kind),
            event.at,
            person=event.person,
            post=event.post,
            organization=event.organization,
            to_organization=event.to_organization,
            due_at=event.due_at,
            evidence=_WITNESSED,
            note=_WITNESSED[0],
        )
        after = apply(life, step)
        if isinstance(after, Refused):  # under rules of another time; it changes no hands that these rules know of
            continue
        yield Happened(event, life, after)
        life = after


@dataclass(frozen=True, slots=True)
class _Hands:
    organization: str | None = None
    post: str | None = None
    person: str | None = None  # who acted in the post
    clock_runs: bool = True


@dataclass
class _Stretch:
    """From one action that changed hands to the next. `dues`: the deadlines that applied in it, each with its start."""

    start: datetime
    reason: Reason
    hands: _Hands
    dues: list[tuple[datetime, datetime | None]] = field(default_factory=list[tuple[datetime, datetime | None]])
    until: datetime | None = None

    def is_late_at(self, at: datetime) -> bool:
        if not self.hands.clock_runs:
            return False
        due = [due for since, due in self.dues if since <= at]
        return has_run_out(due[-1] if due else None, at)


def custody(history: History) -> tuple[Custody, ...]:
    """The intervals, which touch, do not overlap and sum to the whole."""
    happened = list(lived(history))
    end = _end(history, happened)
    found: list[Custody] = []
    for stretch in _stretches(history, happened):
        until = end if stretch.until is None else min(stretch.until, end)
        if stretch.start < until:
            found += _by_holder(stretch, until, history.tenures)
    if found:
        found[0] = replace(found[0], reason=Reason.DISCOVERED)
    return tuple(found)


def _end(history: History, happened: Sequence[Happened]) -> datetime:
    if happened and happened[-1].after.status in ENDED:
        return next(h.event.at for h in reversed(happened) if h.event.kind in (EventKind.CLOSE, EventKind.REJECT))
    return history.known_at


def _stretches(history: History, happened: Sequence[Happened]) -> list[_Stretch]:
    registering = next((h.event.organization for h in happened if h.event.kind is EventKind.REGISTER), None)
    stretches = [_Stretch(history.discovered_at, Reason.DISCOVERED, _Hands(registering))]
    accepted = suspended = _Hands()
    for h in happened:
        now = stretches[-1]
        hands = _hands_after(h, now.hands, accepted, suspended)
        if h.event.kind is EventKind.ACCEPT and hands is not None:
            accepted = hands
        if h.event.kind is EventKind.SUSPEND:
            suspended = now.hands
        if hands is None:
            now.dues.append((h.event.at, h.after.due_at))
            continue
        now.until = h.event.at
        stretches.append(_Stretch(h.event.at, Reason(h.event.kind), hands, [(h.event.at, h.after.due_at)]))
        if h.event.kind in (EventKind.ASSIGN, EventKind.REFUSE_RETURN):
            accepted = hands
    return stretches


def _hands_after(h: Happened, now: _Hands, accepted: _Hands, suspended: _Hands) -> _Hands | None:
    """Whose hands the problem is in after an event; None where it stays in those that it was in."""
    event = h.event
    match event.kind:
        case EventKind.REGISTER | EventKind.ACCEPT if event.post is not None:
            return _Hands(now.organization, event.post, event.person)
        case EventKind.ASSIGN | EventKind.REFUSE_RETURN | EventKind.RETURN | EventKind.SUBMIT:
            return _Hands(h.after.held_by)
        case EventKind.REOPEN:
            return accepted
        case EventKind.SUSPEND:
            return replace(now, clock_runs=False)
        case EventKind.RESUME:
            return suspended
        case EventKind.CLOSE | EventKind.REJECT:
            return _Hands(clock_runs=False)
        case _:
            return None


def _by_holder(stretch: _Stretch, until: datetime, tenures: Sequence[Record]) -> Iterator[Custody]:
    """The stretch, cut where the post got a new holder or lost its holder."""
    hands = stretch.hands
    own = [tenure for tenure in tenures if tenure.to == hands.post and tenure.valid_from < tenure.valid_to]
    changes = {at for tenure in own for at in (tenure.valid_from, tenure.valid_to) if stretch.start < at < until}
    cuts: list[tuple[datetime, str | None]] = []
    for at in (stretch.start, *sorted(changes)):
        holder = _holder(own, hands.person, at)
        if not cuts or cuts[-1][1] != holder:
            cuts.append((at, holder))
    ends = [at for at, _ in cuts[1:]] + [until]
    for number, ((start, holder), end) in enumerate(zip(cuts, ends, strict=True)):
        reason = Reason.HANDOVER if number else stretch.reason
        late = stretch.is_late_at(end)
        yield Custody(start, end, reason, hands.organization, hands.post, holder, late)


def _holder(tenures: Sequence[Record], acting: str | None, at: datetime) -> str | None:
    """Who held the post: the one who acted, as long as they did, else the one who began last."""
    held = [tenure for tenure in tenures if tenure.valid_from <= at < tenure.valid_to]
    if any(tenure.from_ == acting for tenure in held):
        return acting
    held.sort(key=lambda tenure: (tenure.source_id, tenure.id))
    held.sort(key=lambda tenure: tenure.valid_from, reverse=True)
    return held[0].from_ if held else None
