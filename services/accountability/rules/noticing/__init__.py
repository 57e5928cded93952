"""What the rules notice in the facts of a subject: pure, by the rulebook's rules, as of an instant that is passed in.

What was noticed as of an instant is noticed as of every later one: a finding rests on events that have happened and on
clocks that have run out, and only a correction of its facts takes it back.
"""

from collections.abc import Iterable
from datetime import datetime

from graph.model.enums import FindingKind, FindingSubject
from services.accountability.rules.noticing.agenda import next_look
from services.accountability.rules.noticing.noticed import Again, Hand, Missing, Noticed, Problem, Received
from services.accountability.rules.noticing.problems import PROBLEMS
from services.accountability.rules.noticing.received import RECEIVED
from services.accountability.rules.noticing.wording import summary
from services.campaign.rules import FindingRule

__all__ = ["Again", "Hand", "Missing", "Noticed", "Problem", "Received", "next_look", "notice", "summary"]


def notice(facts: Problem | Received, rules: Iterable[FindingRule], at: datetime) -> tuple[Noticed, ...]:
    """All that the rules notice in the facts up to `at`, in the order of its instants, each once."""
    found: list[Noticed] = []
    for rule in rules:
        if rule.line_of_work not in (None, facts.line_of_work) or rule.kind is FindingKind.WRONGLY_DONE:
            continue  # what was wrongly done is no noticing's: a person records it
        match facts:
            case Problem() if rule.about is FindingSubject.PROBLEM:
                found += PROBLEMS[rule.kind](facts, rule, at)
            case Received() if rule.about is FindingSubject.INSTRUCTION:
                found += RECEIVED[rule.kind](facts, rule, at)
            case _:
                pass
    return tuple(sorted(found, key=lambda noticed: (noticed.at, noticed.rule.code, noticed.events)))
