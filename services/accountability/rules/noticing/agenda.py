"""When a subject is looked at next: its next clock to run out, or the next of its events where it is looked back on."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from graph.model.enums import FindingSubject
from graph.model.instants import TICK
from services.accountability.rules.custody import lived
from services.accountability.rules.noticing.noticed import Problem, Received
from services.campaign.rules import FindingRule
from services.oversight.rules import is_overdue


def next_look(facts: Problem | Received, rules: Iterable[FindingRule], at: datetime) -> datetime | None:
    """The earliest instant from `at` on after which a rule may notice more than it did; None where there is none."""
    match facts:
        case Problem():
            instants = [*_of_problem(facts, rules), *(again.discovered_at for again in facts.again)]
            events = facts.history.events
        case Received():
            reply, events = facts.reply, facts.events
            instants = [reply.acknowledge_by, reply.act_by, reply.answer_by]
    after = (event.at for event in events if event.at > at)
    return min((*(instant for instant in instants if instant >= at), *after), default=None)


def _of_problem(facts: Problem, rules: Iterable[FindingRule]) -> Iterator[datetime]:
    happened = list(lived(facts.history))
    life = happened[-1].after if happened else None
    if life is not None and life.due_at is not None and is_overdue(life, life.due_at + TICK):
        yield life.due_at
    for rule in rules:
        if rule.about is FindingSubject.PROBLEM and rule.event is not None and rule.minutes is not None:
            within = timedelta(minutes=rule.minutes)
            yield from (h.event.at + within for h in happened if h.event.kind is rule.event)
