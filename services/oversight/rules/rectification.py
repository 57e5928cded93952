"""What a rectification must show, who may check it, and who may look again once it is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.model.enums import Independence, LookBackOutcome
from services.oversight.rules.life import Action, Life, RefusalCode, Refused, Status, Step, possible

REOPENS = frozenset({LookBackOutcome.FALSE_RECTIFICATION, LookBackOutcome.RECURRED})
"""What a look-back finds that has the problem put right again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence: SHA-256 in hexadecimal, when it was taken."""

    sha256: str
    taken_at: datetime


def bad_evidence(shown: Sequence[Shown], since: datetime, at: datetime) -> tuple[RefusalCode, str, str] | None:
    """Why evidence shows nothing of what was done or found from `since` to `at`: code, message and path."""
    for number, one in enumerate(shown):
        path = f"attachments.{number}"
        if len(one.sha256) != 64 or not set(one.sha256) <= set("0123456789abcdef"):
            message = f"{one.sha256!r} is no SHA-256; give 64 hexadecimal digits in lower case"
            return RefusalCode.MISSING_EVIDENCE, message, f"{path}.sha256"
        if any(one.sha256 == other.sha256 for other in shown[:number]):
            return RefusalCode.MISSING_EVIDENCE, "the same file is given twice; give each once", f"{path}.sha256"
        if one.taken_at < since:
            message = (
                f"taken at {one.taken_at.isoformat()}, before {since.isoformat()}: it can't show what was done or "
                "found since then"
            )
            return RefusalCode.OUT_OF_ORDER, message, f"{path}.takenAt"
        if one.taken_at > at:
            message = f"taken at {one.taken_at.isoformat()}, after the step at {at.isoformat()} that it is to show"
            return RefusalCode.OUT_OF_ORDER, message, f"{path}.takenAt"
    return None


def undescribed(life: Life, step: Step, described: int) -> Refused | None:
    """That a rectification is submitted without described evidence, where the rulebook asks for it."""
    if step.action is not Action.SUBMIT or described:
        return None
    message = "This problem was fed back from above: its rectification needs evidence with kind, SHA-256 and origin."
    return Refused(RefusalCode.MISSING_EVIDENCE, message, "attachments", possible(life))


def dependent(life: Life, step: Step, needed: Independence) -> Refused | None:
    """That the one who verifies is too near to the one who submitted; what is not known of either is let pass."""
    if step.action is not Action.VERIFY:
        return None
    if needed is Independence.ANOTHER_ORGANIZATION and _same(step.organization, life.submitted_for):
        message = "Who submitted the rectification is of the same organization. Another organization must verify it."
        return Refused(RefusalCode.SAME_PERSON, message, "person", possible(life))
    if needed is not Independence.ANOTHER_PERSON and _same(step.post, life.submitted_as):
        message = "The rectification was submitted in the same post. Somebody in another post must verify it."
        return Refused(RefusalCode.SAME_PERSON, message, "post", possible(life))
    return None


def may_not_look_back(life: Life, person: str | None, organizations: frozenset[str]) -> Refused | None:
    """Why this person may not look back at a problem: it is not closed, or they had a hand in its rectification."""
    if life.status is not Status.CLOSED:
        message = f"Only what is closed is looked back at; the problem is {life.status}."
        return Refused(RefusalCode.ILLEGAL_TRANSITION, message, "", possible(life))
    if person is not None and person in (life.submitted_by, life.verified_by):
        message = "They submitted or verified the rectification themselves. Another person must look."
        return Refused(RefusalCode.SAME_PERSON, message, "person", possible(life))
    if life.assigned_to is not None and life.assigned_to in organizations:
        message = "They are of the organization that rectified it. Somebody of another one must look."
        return Refused(RefusalCode.NOT_ALLOWED, message, "person", possible(life))
    return None


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other
