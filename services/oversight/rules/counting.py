"""What a problem counts as in the roll-up, of its life alone: pure, with no clock.

The rates that are made of the counts, each of a problem counted once however often something happened to it:

- *Closed* (结案率): closed, of all that are open or closed. *Closed in time* (按期结案率): closed by its deadline, of
  those closed; where no deadline was set, in time.
- *Reopened* (返工率): sent back to be done again at least once, of those submitted at least once.
- *Extended* (延期率): given a later deadline at least once, of those assigned at least once.

Of what each is a part is ASSUMED: no clause says. What was rejected is no problem, and counts as nothing.
"""

from dataclasses import astuple, dataclass, fields

from services.oversight.rules.deadlines import is_noticed_overdue
from services.oversight.rules.life import Life, Status, has_run_out


@dataclass(frozen=True, slots=True)
class Counted:
    """So many problems, or one: how they stand, and what has ever happened to them."""

    open: int = 0
    overdue: int = 0
    closed: int = 0
    closedInTime: int = 0  # noqa: N815 - the names of the graph's properties
    assigned: int = 0
    submitted: int = 0
    reopened: int = 0
    extended: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: "Counted") -> "Counted":
        return Counted(*(a - b for a, b in zip(astuple(self), astuple(other), strict=True)))


COUNTS = tuple(field.name for field in fields(Counted))


def counted(life: Life) -> Counted:
    """What one problem counts as."""
    if life.status is Status.REJECTED:
        return Counted()
    closed = life.status is Status.CLOSED
    return Counted(
        open=not closed,
        overdue=is_noticed_overdue(life),
        closed=closed,
        closedInTime=closed and not (life.closed_at is not None and has_run_out(life.due_at, life.closed_at)),
        assigned=life.assignments > 0,
        submitted=life.submissions > 0,
        reopened=life.reopenings > 0,
        extended=life.extensions > 0,
    )
