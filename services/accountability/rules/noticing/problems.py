"""What is noticed about a problem. Its life is gone through as custody does, so that both read the same ledger alike.

Chosen where the domain leaves it open:

- *Overdue* is noticed once for each deadline that was set, in whose hands it then was: those of who must check too.
- *Nothing done*: at the deadline it is still as it was assigned, and nobody there returned it, escalated it or asked
  for more time.
- *A silence* ends with what is awaited, or with what takes the problem out of those hands (`_ENDS_A_SILENCE`).
- *Reopened* after its closing: false where a look-back came between that did not find that it recurred, else
  contradicted; before its closing it was incomplete.
- *The same evidence again*: all that is submitted was submitted for this problem before.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby, zip_longest
from types import MappingProxyType

from graph.model.enums import EventKind, FindingKind, Level, LookBackOutcome
from graph.model.enums import ProblemStatus as Status
from graph.model.instants import TICK
from services.accountability.rules.custody import Happened, custody, lived
from services.accountability.rules.facts import Event, History
from services.accountability.rules.noticing.noticed import Hand, Noticed, Problem
from services.campaign.rules import FindingRule
from services.oversight.rules import Life, is_overdue

Notices = Callable[[Problem, FindingRule, datetime], Iterator[Noticed]]

_ENDS_A_SILENCE = frozenset(
    {EventKind.RETURN, EventKind.SUSPEND, EventKind.CLOSE, EventKind.REJECT, EventKind.TRANSFER, EventKind.ASSIGN}
)
_ANSWERS_AN_ASSIGNMENT = frozenset({EventKind.RETURN, EventKind.REQUEST_EXTENSION, EventKind.ESCALATE})
_FINISHED = frozenset({Status.VERIFIED, Status.CLOSED})


def _holders(life: Life) -> tuple[str, ...]:
    held_by = life.held_by or life.assigned_to
    return () if held_by is None else (held_by,)


def _lived(facts: Problem, at: datetime) -> list[Happened]:
    return [h for h in lived(facts.history) if h.event.at <= at]


def _runs_out(facts: Problem, at: datetime) -> Iterator[tuple[Happened, datetime, Happened]]:
    """The action that set a deadline, the instant since which it had passed, and the action before that instant."""
    happened = _lived(facts, at)
    setter: Happened | None = None
    told: set[str] = set()
    for h, after in zip_longest(happened, happened[1:]):
        life = h.after
        if life.due_at != h.before.due_at:
            setter = h
        if setter is None or life.due_at is None or setter.event.id in told:
            continue
        until = after.event.at if after is not None else at
        if until > life.due_at and is_overdue(life, life.due_at + TICK):
            told.add(setter.event.id)
            yield setter, max(life.due_at, h.event.at), h


def _overdue(facts: Problem, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    for setter, since, before in _runs_out(facts, at):
        yield Noticed(rule, since, (setter.event.id,), before.after.due_at, _holders(before.after))


def _nothing_done(facts: Problem, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    assigned: Happened | None = None
    answered = False
    states: dict[str, tuple[Happened | None, bool]] = {}
    for h in _lived(facts, at):
        if h.event.kind in (EventKind.ASSIGN, EventKind.REFUSE_RETURN):
            assigned, answered = h, False
        answered = answered or h.event.kind in _ANSWERS_AN_ASSIGNMENT
        states[h.event.id] = assigned, answered
    for setter, since, before in _runs_out(facts, at):
        assigned, answered = states[before.event.id]
        if before.after.status is Status.ASSIGNED and assigned is not None and not answered:
            events = tuple(dict.fromkeys((setter.event.id, assigned.event.id)))
            yield Noticed(rule, since, events, before.after.due_at, _holders(before.after))


def _silence(facts: Problem, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    happened = _lived(facts, at)
    within = timedelta(minutes=rule.minutes or 0)
    for place, h in enumerate(happened):
        due_at = h.event.at + within
        if h.event.kind is not rule.event or at <= due_at:
            continue
        later = (other.event for other in happened[place + 1 :] if other.event.at <= due_at)
        if not any(event.kind is rule.awaited or event.kind in _ENDS_A_SILENCE for event in later):
            yield Noticed(rule, due_at, (h.event.id,), due_at, _holders(h.after))


def _incomplete(facts: Problem, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    submitted: Event | None = None
    for h in _lived(facts, at):
        if h.event.kind is EventKind.SUBMIT:
            submitted = h.event
        if h.event.kind is EventKind.REOPEN and h.before.status is Status.SUBMITTED and submitted is not None:
            yield Noticed(rule, h.event.at, (submitted.id, h.event.id), holders=_holders(h.after))


def _reopened(facts: Problem, at: datetime) -> Iterator[tuple[Event, Event | None, Happened]]:
    """What was verified or closed, the look-back since, and the reopening."""
    finished: Event | None = None
    looked: Event | None = None
    for h in _lived(facts, at):
        if h.event.kind is EventKind.REOPEN and h.before.status in _FINISHED and finished is not None:
            yield finished, looked, h
        match h.event.kind:
            case EventKind.VERIFY | EventKind.CLOSE:
                finished, looked = h.event, None
            case EventKind.LOOK_BACK:
                looked = h.event
            case _:
                pass


def _false(facts: Problem, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    for finished, looked, h in _reopened(facts, at):
        if looked is not None and not _recurred(h):
            yield Noticed(rule, h.event.at, (finished.id, looked.id, h.event.id), holders=_holders(h.after))


def _recurred(reopened: Happened) -> bool:
    """Whether the look-back found that it came back, which says of nobody that they deceived."""
    return reopened.event.note == str(LookBackOutcome.RECURRED)


def _contradicted(facts: Problem, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    for finished, looked, h in _reopened(facts, at):
        if looked is None or _recurred(h):
            seen = () if looked is None else (looked.id,)
            yield Noticed(rule, h.event.at, (finished.id, *seen, h.event.id), holders=_holders(h.after))
    happened = _lived(facts, at)
    within = timedelta(minutes=rule.minutes or 0)
    for place, h in enumerate(happened):
        if h.event.kind is not EventKind.CLOSE:
            continue
        reopened = next((o.event.at for o in happened[place:] if o.event.kind is EventKind.REOPEN), None)
        for again in facts.again:
            soon = h.event.at < again.discovered_at <= min(at, h.event.at + within)
            if soon and (reopened is None or again.discovered_at < reopened):
                yield Noticed(rule, again.discovered_at, (h.event.id, again.event), holders=_holders(h.after))


def _passed_on(facts: Problem, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    """Noticed once, when it had been passed on so many times; with whose hands it had been in, and how long."""
    passes: list[Happened] = []
    for h in _lived(facts, at):
        again = h.event.kind is EventKind.ASSIGN and h.before.assignments > 0
        if again or h.event.kind is EventKind.RETURN:
            passes.append(h)
        if len(passes) == rule.count:
            then = h.event.at
            hands = _hands(facts.history, then)
            events = tuple(passed.event.id for passed in passes)
            holders = (p.before.assigned_to or p.event.organization for p in passes)
            named = tuple(dict.fromkeys(holder for holder in holders if holder is not None))
            yield Noticed(rule, then, events, holders=named, hands=hands)
            return


def _hands(history: History, until: datetime) -> tuple[Hand, ...]:
    """Whose hands it was in up to then, one after another; who had it twice without a break is there once."""
    so_far = History(
        history.discovered_at, until, history.clock, [e for e in history.events if e.at <= until], history.tenures
    )
    held = [interval for interval in custody(so_far) if interval.organization is not None]
    return tuple(
        Hand(organization, sum((interval.until - interval.from_ for interval in intervals), timedelta()))
        for organization, intervals in groupby(held, lambda interval: interval.organization or "")
    )


def _without_substance(facts: Problem, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    shown: dict[str, Event] = {}
    for h in _lived(facts, at):
        if h.event.kind is not EventKind.SUBMIT:
            continue
        given = {item.strip() for item in h.event.evidence if item.strip()}
        if given <= shown.keys():
            before = dict.fromkeys(shown[item].id for item in sorted(given))
            yield Noticed(rule, h.event.at, (*before, h.event.id), holders=_submitting(h), actor=h.event)
        for item in given:
            shown.setdefault(item, h.event)


def _submitting(h: Happened) -> tuple[str, ...]:
    return () if h.before.assigned_to is None else (h.before.assigned_to,)


def _skipped(facts: Problem, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    before: set[EventKind] = set()
    for event in facts.history.events:
        if event.kind is rule.event and event.at <= at and rule.awaited not in before:
            lives = [h.after for h in _lived(facts, event.at)]
            yield Noticed(rule, event.at, (event.id,), holders=_holders(lives[-1]) if lives else (), actor=event)
        before.add(event.kind)


def _nobody_answers(facts: Problem, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    first = facts.history.events[0] if facts.history.events else None
    levels = list(Level)
    missing = tuple(one for one in facts.missing if levels.index(one.level) <= levels.index(rule.up_to))
    if missing and first is not None and facts.history.discovered_at <= at:
        yield Noticed(rule, facts.history.discovered_at, (first.id,), missing=missing)


PROBLEMS: Mapping[FindingKind, Notices] = MappingProxyType(
    {
        FindingKind.NOT_ACKNOWLEDGED: _silence,
        FindingKind.NOT_ACTED_ON: _silence,
        FindingKind.OVERDUE: _overdue,
        FindingKind.INCOMPLETE: _incomplete,
        FindingKind.FALSE_RECTIFICATION: _false,
        FindingKind.CONTRADICTED: _contradicted,
        FindingKind.PASSED_ON: _passed_on,
        FindingKind.WITHOUT_SUBSTANCE: _without_substance,
        FindingKind.NOTHING_DONE: _nothing_done,
        FindingKind.STEP_SKIPPED: _skipped,
        FindingKind.RESPONSIBILITY_GAP: _nobody_answers,
    }
)
