"""What speaks for a person on a trace, out of the same ledger as what speaks against.

Where the definition leaves something open, docs/trace.md says what was chosen.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from graph.model.enums import EventKind
from graph.model.enums import ExculpatoryReason as Reason
from services.accountability.rules.custody import Happened, lived
from services.accountability.rules.facts import Custody, Event, Exculpatory, History, Line, Record
from services.oversight.rules import Life, is_overdue


def exculpatory(
    history: History, lines: Sequence[Line], hands: Sequence[Custody], as_of: datetime
) -> tuple[Exculpatory, ...]:
    """Per person in the order in which they first stand on the trace; each person's in the order of `Reason`."""
    happened = list(lived(history))
    by_event = [*_of_events(history, happened), *_of_time(happened, hands)]
    memberships: dict[str, dict[str, Record]] = {}
    for hop in (hop for line in lines for hop in line.hops):
        if hop.holder is not None and hop.membership is not None:
            memberships.setdefault(hop.holder, {})[hop.membership.id] = hop.membership
    brief = _held_briefly(history, happened, memberships, as_of)
    found = [*by_event, *brief]
    order = list(Reason)
    return tuple(
        item
        for person in memberships
        for item in sorted((item for item in found if item.holder == person), key=lambda item: order.index(item.reason))
    )


def _of_events(history: History, happened: Sequence[Happened]) -> Iterator[Exculpatory]:
    yield from _said((event for event in history.events if event.kind is EventKind.REPORTED), Reason.REPORTED)
    in_time = (h.event for h in happened if h.event.kind is EventKind.ESCALATE and not _is_late(h))
    yield from _said(in_time, Reason.ESCALATED)
    for earlier in sorted(history.earlier, key=lambda other: [(event.at, event.id) for event in other.events]):
        yield from _unheeded(earlier.reported_by, earlier.events, history.discovered_at)
    asked = returned = None
    for h in happened:
        match h.event.kind:
            case EventKind.REQUEST_EXTENSION:
                asked = h.event
            case EventKind.GRANT_EXTENSION:
                yield from _said((asked,), Reason.EXTENSION_GRANTED)
            case EventKind.RETURN:
                returned = h.event
            case EventKind.UPHOLD_RETURN:
                yield from _said((returned,), Reason.RETURN_UPHELD)
            case _:
                pass


def _said(events: Iterator[Event] | tuple[Event | None, ...], reason: Reason) -> Iterator[Exculpatory]:
    for event in events:
        if event is not None and event.person is not None:
            yield Exculpatory(event.person, reason, event.id)


def _unheeded(reporter: str, events: Sequence[Event], discovered_at: datetime) -> Iterator[Exculpatory]:
    """An earlier report, where what it was about had not been verified as put right by then."""
    by_then = [event.kind for event in events if event.at <= discovered_at]
    judged = [kind for kind in by_then if kind in (EventKind.VERIFY, EventKind.REOPEN)]
    if judged and judged[-1] is EventKind.VERIFY:
        return
    for event in events:
        if event.kind is EventKind.REPORTED:
            yield Exculpatory(reporter, Reason.REPORTED_EARLIER, event.id)


def _of_time(happened: Sequence[Happened], hands: Sequence[Custody]) -> Iterator[Exculpatory]:
    """Who acted while a clock ran, never after it had run out, and never let it run out in their hands."""
    last: dict[str, str] = {}
    late = {interval.holder for interval in hands if interval.late}
    for h in happened:
        if h.event.person is None:
            continue
        if _is_late(h):
            late.add(h.event.person)
        elif _clock_runs(h.before):
            last[h.event.person] = h.event.id
    for person, event in last.items():
        if person not in late:
            yield Exculpatory(person, Reason.ACTED_IN_TIME, event)


def _is_late(h: Happened) -> bool:
    return is_overdue(h.before, h.event.at)


def _clock_runs(life: Life) -> bool:
    """Whether some instant would be too late: never while suspended, nor once closed or rejected."""
    return life.due_at is not None and is_overdue(life, life.due_at + timedelta.resolution)


def _held_briefly(
    history: History,
    happened: Sequence[Happened],
    memberships: Mapping[str, Mapping[str, Record]],
    as_of: datetime,
) -> Iterator[Exculpatory]:
    assignments = [h for h in happened if h.event.kind is EventKind.ASSIGN and h.after.due_at is not None]
    if not assignments or assignments[-1].after.due_at is None:
        return
    clock = assignments[-1].after.due_at - assignments[-1].event.at
    terms: dict[tuple[str, str], list[Record]] = {}
    for tenure in history.tenures:
        if tenure.valid_from < tenure.valid_to:
            terms.setdefault((tenure.from_, tenure.to), []).append(tenure)
    for person, own in memberships.items():
        for membership in own.values():
            if as_of - _since(membership, terms.get((membership.from_, membership.to), ())) < clock:
                yield Exculpatory(person, Reason.HELD_BRIEFLY, membership=membership.id)


def _since(membership: Record, terms: Sequence[Record]) -> datetime:
    """Since when the person has held the post without a break: a renewed appointment is no new one.

    `terms`: those of this person in this post.
    """
    since = membership.valid_from
    while before := [t.valid_from for t in terms if t.valid_from < since <= t.valid_to]:
        since = min(before)
    return since
