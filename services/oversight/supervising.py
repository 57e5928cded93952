"""Who supervises: a person in a post of an organization that the rulebook lets do it; and by when it is to be done."""

from datetime import datetime

from graph.model.enums import OrganizationKind, Supervising, SupervisionStep
from graph.queries import supervision as queries
from graph.session import Transaction
from schema.errors import RefusalCode
from services.campaign.calendar import UnknownYear, works
from services.campaign.rules import Rulebook
from services.hosting.commanding import LATEST, acting, refused_at
from services.hosting.identity import Caller


async def supervising(
    transaction: Transaction,
    caller: Caller,
    act: Supervising,
    person: str | None,
    post: str | None,
    at: datetime,
    rulebook: Rulebook,
    path: str,
) -> tuple[str, str | None, str]:
    """The person who does it, in which post, of which organization. Raises RefusedError where none of theirs may."""
    who, post = await acting(transaction, caller, person, post, at, path)
    if who is None:
        message = "say who does it: sign in as that person, or name them as an integrator"
        raise refused_at(path, message, RefusalCode.MISSING_PERSON)
    may = rulebook.may_supervise(act)
    rows = await transaction.run(queries.STANDING, {"person": who, "at": at, "now": LATEST})
    found = [row for row in rows if post in (None, row["post"]) and OrganizationKind(row["kind"]) in may]
    if not found:
        kinds = ", ".join(may)
        message = f"the person holds no post of {kinds} at that time, and only those may do this"
        raise refused_at(path, message, RefusalCode.NOT_ALLOWED)
    if len({row["post"] for row in found}) > 1:
        raise refused_at("post", "the person holds several posts that may do this; name one")
    return who, found[0]["post"], found[0]["organization"]


async def organizations_of(transaction: Transaction, person: str, at: datetime) -> frozenset[str]:
    """The organizations of the posts that a person holds at an instant."""
    rows = await transaction.run(queries.STANDING, {"person": person, "at": at, "now": LATEST})
    return frozenset(row["organization"] for row in rows)


def due_by(given: datetime | None, step: SupervisionStep, since: datetime, rulebook: Rulebook, path: str) -> datetime:
    """By when a step is due that falls to somebody at `since`: as given, else by the rulebook. Raises RefusedError."""
    if given is not None:
        if given < since:
            message = f"{given.isoformat()} lies before {since.isoformat()}, when it begins; give a later time"
            raise refused_at(path, message, RefusalCode.BAD_DUE_AT)
        return given
    try:
        return rulebook.runs_out(rulebook.supervision_clock(step).clock, since, works)
    except UnknownYear as unknown:
        raise refused_at(path, str(unknown), RefusalCode.UNKNOWN_WORKING_DAYS) from None
