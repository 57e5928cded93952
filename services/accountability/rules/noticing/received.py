"""What is noticed about an instruction, of each organization that received it.

A clock that ran out is what `services.campaign.rules.breaches` says: done at that very instant is in time.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from graph.model.enums import BreachKind, EventKind, FindingKind
from services.accountability.rules.noticing.noticed import Noticed, Received
from services.campaign.rules import FindingRule, breaches

Notices = Callable[[Received, FindingRule, datetime], Iterator[Noticed]]


def _missed(kind: BreachKind) -> Notices:
    def noticed(facts: Received, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
        told = facts.events[0]
        for breach in breaches(facts.reply, at):
            if breach.kind is kind and told.at <= at:
                yield Noticed(rule, breach.due_at, (told.id,), breach.due_at, (facts.organization,))

    return noticed


def _without_substance(facts: Received, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    """Answered, and nothing shown for it: neither with the answer nor by an action before it."""
    shown = False
    for event in facts.events:
        shown = shown or (event.kind is EventKind.ACT and bool(event.evidence))
        if event.kind is EventKind.ANSWER and event.at <= at and not event.evidence and not shown:
            yield Noticed(rule, event.at, (event.id,), holders=(facts.organization,), actor=event)


def _skipped(facts: Received, rule: FindingRule, at: datetime) -> Iterator[Noticed]:
    before: set[EventKind] = set()
    for event in facts.events:
        if event.kind is rule.event and event.at <= at and rule.awaited not in before:
            yield Noticed(rule, event.at, (event.id,), holders=(facts.organization,), actor=event)
        before.add(event.kind)


RECEIVED: Mapping[FindingKind, Notices] = MappingProxyType(
    {
        FindingKind.NOT_ACKNOWLEDGED: _missed(BreachKind.NOT_ACKNOWLEDGED),
        FindingKind.NOT_ACTED_ON: _missed(BreachKind.NOT_ACTED),
        FindingKind.ANSWERED_LATE: _missed(BreachKind.ANSWERED_LATE),
        FindingKind.NOTHING_DONE: _missed(BreachKind.SILENT),
        FindingKind.WITHOUT_SUBSTANCE: _without_substance,
        FindingKind.STEP_SKIPPED: _skipped,
    }
)
