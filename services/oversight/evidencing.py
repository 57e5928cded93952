"""Evidence that is described: checked, named in the event that it is given with, and written beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.model.enums import EvidenceKind
from graph.session import Transaction
from schema.errors import RefusalCode
from services.hosting.commanding import RefusedError
from services.oversight import rules
from services.oversight.chains import Beginning, Doing, begin


@dataclass(frozen=True)
class Attachment:
    """A file: of what kind, its SHA-256, where it is kept, taken when and by whom (a person's id)."""

    kind: EvidenceKind
    sha256: str
    reference: str
    taken_at: datetime
    taken_by: str | None = None


def check_evidence(given: Sequence[Attachment], since: datetime, at: datetime) -> None:
    """Raises RefusedError where it can't show what was done at `at` about what was found at `since`."""
    shown = [rules.Shown(one.sha256, one.taken_at) for one in given]
    if bad := rules.bad_evidence(shown, since, at):
        code, message, path = bad
        raise RefusedError(RefusalCode(code), message, ((path, message),))
    for number, one in enumerate(given):
        if not one.reference.strip():
            message = "say where the file is kept"
            raise RefusedError(RefusalCode.BAD_INPUT, message, ((f"attachments.{number}.reference", message),))


def named(given: Sequence[Attachment]) -> dict[str, tuple[str | None, tuple[str, ...]]]:
    """The persons that it names, for `check_kinds`."""
    return {f"attachments.{number}.takenBy": (one.taken_by, ("Person",)) for number, one in enumerate(given)}


def sums(given: Sequence[Attachment]) -> tuple[str, ...]:
    """What the event says of it, so that the event's hash covers the files."""
    return tuple(one.sha256 for one in given)


async def attach(
    transaction: Transaction, key: str, doing: Doing, event: str, problem: str, given: Sequence[Attachment]
) -> None:
    """Write evidence for an event about a problem."""
    beginnings = [
        Beginning(
            name=f"evidence/{key}/{number:04}",
            properties={
                "kind": one.kind.value,
                "sha256": one.sha256,
                "reference": one.reference.strip(),
                "takenAt": one.taken_at,
            },
            links=(("TAKEN_BY", one.taken_by), ("GIVEN_WITH", event), ("SHOWS", problem)),
            evidence=(one.sha256,),
        )
        for number, one in enumerate(given, start=1)
    ]
    if beginnings:
        await begin(transaction, "Evidence", doing, beginnings)
