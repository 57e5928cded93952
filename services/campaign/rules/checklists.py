"""Checklists, by which a site is inspected: which kinds of site each is for, and whether its items were all looked at.

Chosen where the domain leaves it open:

- *All of it.* Each item of the list has one result, so that nothing is passed over in silence.
- *What does not apply* needs a note that says why, and *what failed* a note or evidence of what was seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from graph.model.enums import ItemOutcome, Severity, SiteType


class ResultCode(StrEnum):
    """Why what was found is refused."""

    NOT_FOUND = "NOT_FOUND"
    BAD_INPUT = "BAD_INPUT"
    MISSING_NOTE = "MISSING_NOTE"
    MISSING_EVIDENCE = "MISSING_EVIDENCE"


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """What is looked at, and how grave it is where it fails: the severity of the problem that it opens."""

    code: str
    zh: str
    en: str
    severity: Severity
    basis: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """A list of items for sites of these kinds."""

    code: str
    zh: str
    en: str
    site_kinds: tuple[str, ...]
    basis: str
    items: tuple[ChecklistItem, ...]

    def item(self, code: str) -> ChecklistItem | None:
        """The item with this code, if the list has it."""
        return next((item for item in self.items if item.code == code), None)


@dataclass(frozen=True, slots=True)
class ItemFound:
    """What was found of the item with this code. `evidence` names files or SHA-256 sums."""

    item: str
    outcome: ItemOutcome
    note: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultFault:
    """What is wrong with what was found: which field (`path`, as in the API) is at fault, and what would be right."""

    code: ResultCode
    path: str
    message: str


def result_faults(
    code: str, kind: SiteType, found: Sequence[ItemFound], checklists: Sequence[Checklist]
) -> Iterator[ResultFault]:
    """All that is wrong with what was found by the checklist `code` at a site of this kind."""
    checklist = next((one for one in checklists if one.code == code), None)
    if checklist is None:
        known = ", ".join(one.code for one in checklists if kind in one.site_kinds) or "none"
        message = f"the rulebook has no checklist {code}; of those for {kind.value}: {known}"
        yield ResultFault(ResultCode.NOT_FOUND, "checklist", message)
        return
    if kind not in checklist.site_kinds:
        kinds = ", ".join(checklist.site_kinds)
        message = f"{code} is for sites of the kind {kinds}; this site is of the kind {kind.value}"
        yield ResultFault(ResultCode.BAD_INPUT, "checklist", message)
        return
    first: dict[str, int] = {}
    for at, one in enumerate(found):
        yield from _fault(checklist, at, one, first.setdefault(one.item, at), checklists)
    for item in checklist.items:
        if item.code not in first:
            message = f"nothing is said of {item.code} ({item.zh}); give PASSED, FAILED or NOT_APPLICABLE"
            yield ResultFault(ResultCode.BAD_INPUT, "results", message)


def _fault(
    checklist: Checklist, at: int, one: ItemFound, first: int, checklists: Sequence[Checklist]
) -> Iterator[ResultFault]:
    if checklist.item(one.item) is None:
        other = next((list_ for list_ in checklists if list_.item(one.item)), None)
        whose = f"it is one of {other.code}, for {', '.join(other.site_kinds)}" if other else "no checklist has it"
        message = f"{checklist.code} has no item {one.item}: {whose}"
        yield ResultFault(ResultCode.NOT_FOUND, f"results.{at}.item", message)
        return
    if first != at:
        message = f"{one.item} is given twice, here and as results.{first}; give each item once"
        yield ResultFault(ResultCode.BAD_INPUT, f"results.{at}.item", message)
    said = bool(one.note and one.note.strip())
    if one.outcome is ItemOutcome.NOT_APPLICABLE and not said:
        message = f"say in a note why {one.item} does not apply"
        yield ResultFault(ResultCode.MISSING_NOTE, f"results.{at}.note", message)
    if one.outcome is ItemOutcome.FAILED and not said and not any(name.strip() for name in one.evidence):
        message = f"{one.item} failed: give evidence of it, or a note that says what was seen"
        yield ResultFault(ResultCode.MISSING_EVIDENCE, f"results.{at}.evidence", message)
