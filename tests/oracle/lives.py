"""The life of a problem as domain.md tells it: who may do what next, and when the clock runs out."""

from datetime import datetime, timedelta
from typing import ClassVar

from tests.oracle.records import Happening

UNDER_WAY = ("ASSIGNED", "RECTIFYING")
BEGUN = ("REPORTED", "REGISTERED", "ASSIGNED", "RECTIFYING", "SUBMITTED", "VERIFIED", "RETURNED", "SUSPENDED")
FROM: dict[str, tuple[str, ...]] = {
    "REGISTER": ("REPORTED",),
    "ASSIGN": ("REGISTERED",),
    "ACCEPT": ("ASSIGNED",),
    "SUBMIT": ("RECTIFYING",),
    "RETURN": UNDER_WAY,
    "UPHOLD_RETURN": ("RETURNED",),
    "REFUSE_RETURN": ("RETURNED",),
    "REQUEST_EXTENSION": UNDER_WAY,
    "GRANT_EXTENSION": UNDER_WAY,
    "REFUSE_EXTENSION": UNDER_WAY,
    "SUSPEND": ("REGISTERED", "ASSIGNED", "RECTIFYING", "RETURNED", "SUBMITTED"),
    "RESUME": ("SUSPENDED",),
    "URGE": tuple(status for status in BEGUN if status != "SUSPENDED"),
    "ESCALATE": BEGUN,
    "VERIFY": ("SUBMITTED",),
    "REOPEN": ("SUBMITTED", "VERIFIED", "CLOSED"),
    "CLOSE": ("VERIFIED",),
    "LOOK_BACK": ("CLOSED",),
    "TRANSFER": (*BEGUN, "CLOSED"),
    "REJECT": ("REPORTED", "REGISTERED"),
}
LEADS_TO = {
    "REGISTER": "REGISTERED",
    "ASSIGN": "ASSIGNED",
    "ACCEPT": "RECTIFYING",
    "SUBMIT": "SUBMITTED",
    "RETURN": "RETURNED",
    "UPHOLD_RETURN": "REGISTERED",
    "REFUSE_RETURN": "ASSIGNED",
    "SUSPEND": "SUSPENDED",
    "VERIFY": "VERIFIED",
    "REOPEN": "RECTIFYING",
    "CLOSE": "CLOSED",
    "REJECT": "REJECTED",
}
LIKELY = ("REGISTER", "ASSIGN", "ACCEPT", "SUBMIT", "VERIFY", "CLOSE")


class Life:
    """Where a problem stands after what happened so far."""

    SETS_DUE: ClassVar[set[str]] = {"REGISTER", "ASSIGN", "REFUSE_RETURN", "GRANT_EXTENSION", "RESUME", "REOPEN"}
    PROPOSES_DUE: ClassVar[set[str]] = {"REQUEST_EXTENSION", "SUSPEND"}

    def __init__(self, discovered: datetime, clock: timedelta | None) -> None:
        self.discovered, self.clock = discovered, clock
        self.status = "REPORTED"
        self.due: datetime | None = None
        self.request: Happening | None = None  # for an extension, not answered yet
        self.submitted_by: str | None = None
        self.suspended: tuple[str, datetime] | None = None

    def possible(self) -> list[str]:
        can = [kind for kind, statuses in FROM.items() if self.status in statuses]
        if self.request:
            can = [kind for kind in can if kind != "REQUEST_EXTENSION"]
        else:
            can = [kind for kind in can if kind not in ("GRANT_EXTENSION", "REFUSE_EXTENSION")]
        return [kind for kind in LIKELY if kind in can] * 2 + can

    def takes(self, kind: str, person: str | None, post: str | None, due: datetime | None) -> bool:
        """Whether it may be done by them, with that deadline."""
        asked_by = self.request.person if self.request else None
        if kind == "VERIFY":
            return person is None or person != self.submitted_by
        if kind == "SUSPEND":
            return bool(person or post)
        if kind == "REQUEST_EXTENSION":
            return due is None or self.due is None or due > self.due
        if kind == "GRANT_EXTENSION":
            granted = due or (self.request.due if self.request else None)
            later = granted is not None and (self.due is None or granted > self.due)
            return bool(person or post) and later and (person is None or person != asked_by)
        return True

    def has_run_out(self, at: datetime) -> bool:
        """Whether the clock that runs had run out: none runs before there is a deadline, while suspended, or after."""
        runs = self.status not in ("SUSPENDED", "CLOSED", "REJECTED")
        return runs and self.due is not None and at > self.due

    def step(self, event: Happening) -> None:
        kind = event.kind
        due = event.due
        if kind == "GRANT_EXTENSION" and due is None and self.request:
            due = self.request.due
        if kind == "ASSIGN" and due is None and self.due is None and self.clock is not None:
            due = event.at + self.clock
        if kind == "RESUME" and self.suspended:
            status, since = self.suspended
            if due is None and self.due is not None and since <= self.due:
                due = self.due + (event.at - since)
            self.status, self.suspended = status, None
        if kind == "SUSPEND":
            self.suspended = (self.status, event.at)
        if kind in self.SETS_DUE:
            self.due = due or self.due
        if kind == "REQUEST_EXTENSION":
            self.request = event
        if kind in ("GRANT_EXTENSION", "REFUSE_EXTENSION", "RETURN", "SUBMIT"):
            self.request = None
        if kind == "SUBMIT":
            self.submitted_by = event.person
        if kind == "REOPEN":
            self.submitted_by = None
        self.status = LEADS_TO.get(kind, self.status)
