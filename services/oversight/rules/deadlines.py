"""Whose deadline has passed: by a clock, or by what was noticed. Pure, as the life that it looks at.

That a deadline passed is noticed by nobody in particular, and changes nothing but `Life.passed`: hands and what may
follow stay. What moves the deadline or stops the clock says by itself that a problem is overdue no more.
"""

from dataclasses import replace
from datetime import datetime

from services.oversight.rules.life import Life, Status, has_run_out

_STOPPED = frozenset({Status.SUSPENDED, Status.CLOSED, Status.REJECTED})


def is_overdue(life: Life, at: datetime) -> bool:
    """Whether somebody's clock has run out: never while suspended, nor once closed or rejected."""
    return has_run_out(_running(life), at)


def falls_due_at(life: Life) -> datetime | None:
    """The deadline whose passing is still to be noticed; None where no clock runs or it was noticed already."""
    due_at = _running(life)
    return None if due_at == life.passed else due_at


def notice(life: Life, at: datetime) -> Life | None:
    """The life once its deadline is noticed as passed; None where at that instant there is nothing to notice."""
    due_at = falls_due_at(life)
    return replace(life, passed=due_at) if has_run_out(due_at, at) else None


def is_noticed_overdue(life: Life) -> bool:
    """Whether its deadline was noticed as passed and its clock runs on: overdue by what happened, not by a clock."""
    due_at = _running(life)
    return due_at is not None and due_at == life.passed


def _running(life: Life) -> datetime | None:
    """The deadline of the clock that runs."""
    return None if life.status in _STOPPED else life.due_at
