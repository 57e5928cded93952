"""Whom it concerns that something was wrongly done: who did it, and those of the trace whom the rule adds."""

from dataclasses import replace

from graph.model.enums import Concerned, FindingKind, FindingSubject, Level
from services.accountability.rules.facts import Facts
from services.accountability.rules.lines import Hop, concerned
from services.campaign.rules import FindingRule, Rulebook


def narrowed(facts: Facts, organization: str | None) -> Facts:
    """The facts of an instruction as one of its recipients has it; of a problem (None) as they are."""
    if organization is None:
        return facts
    return replace(facts, task_links=[link for link in facts.task_links if link.from_ == organization])


def standing(facts: Facts, rulebook: Rulebook) -> dict[str, Hop]:
    """Of each person on lines 1 to 4 the most direct hop."""
    found: dict[str, Hop] = {}
    for hop in concerned(facts, None, Level.LEADERSHIP, rulebook):
        if hop.holder is not None:
            found.setdefault(hop.holder, hop)
    return found


def acting(person: str, post: str | None, organization: str | None) -> Hop:
    """One who acted and stands on no line."""
    return Hop(Level.DIRECT, 0, organization=organization, post=post, holder=person)


def with_superiors(own: Hop, facts: Facts, rule: FindingRule, rulebook: Rulebook) -> tuple[Hop, ...]:
    """Who did it, and after them those of the same organization (or of the whole trace) that the rule concerns."""
    match rule.concerned:
        case Concerned.ACTOR:
            others: tuple[Hop, ...] = ()
        case Concerned.TRACE:
            others = concerned(facts, None, rule.up_to, rulebook)
        case Concerned.HOLDER:
            ours = () if own.organization is None else (own.organization,)
            others = concerned(facts, ours, rule.up_to, rulebook)
    return own, *(hop for hop in others if (hop.holder, hop.post) != (own.holder, own.post))


def rule_of(rulebook: Rulebook, about: FindingSubject, line_of_work: str | None) -> FindingRule | None:
    """The rule by which a person records it: that of the line of work before that of all; None: there is none."""
    rules = [rule for rule in rulebook.findings if rule.kind is FindingKind.WRONGLY_DONE and rule.about is about]
    own = [rule for rule in rules if line_of_work is not None and rule.line_of_work == line_of_work]
    return next(iter((*own, *(rule for rule in rules if rule.line_of_work is None))), None)
