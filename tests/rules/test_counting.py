"""What a problem counts as, by what happened to it: each row a life, and the figures in which it stands."""

from datetime import datetime, timedelta, timezone

import pytest

from services.oversight.rules import Action, Life, Refused, Status, Step, apply, begin
from services.oversight.rules.counting import Counted, counted

START = datetime(2024, 12, 16, 9, tzinfo=timezone(timedelta(hours=8)))
HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
TO_CLOSING = "REGISTER ASSIGN ACCEPT SUBMIT VERIFY CLOSE"


def lived(told: str, due: timedelta | None = 9 * HOUR) -> Life:
    """One step an hour; the assignment gives `due`."""
    life = begin(START)
    for hour, action in enumerate(map(Action, told.split()), start=1):
        given = None if due is None else START + due
        due_at = {Action.ASSIGN: given, Action.GRANT_EXTENSION: START + 30 * HOUR}.get(action)
        person = "them" if action in (Action.SUBMIT, Action.REQUEST_EXTENSION) else "us"
        step = Step(
            action,
            START + hour * HOUR,
            person,
            "post",
            to_organization="there",
            due_at=due_at,
            evidence=("a.jpg",),
            note="…",
        )
        after = apply(life, step)
        assert not isinstance(after, Refused), (action, after)
        life = after
    return life


OPEN, CLOSED = {"open": 1}, {"closed": 1, "assigned": 1, "submitted": 1}

CASES: list[tuple[str, timedelta | None, dict[str, int]]] = [
    ("", 9 * HOUR, OPEN),
    ("REGISTER", 9 * HOUR, OPEN),
    ("REJECT", 9 * HOUR, {}),
    ("REGISTER ASSIGN", 9 * HOUR, OPEN | {"assigned": 1}),
    ("REGISTER ASSIGN RETURN UPHOLD_RETURN ASSIGN", 9 * HOUR, OPEN | {"assigned": 1}),
    (
        "REGISTER ASSIGN ACCEPT SUBMIT REOPEN SUBMIT REOPEN",
        9 * HOUR,
        OPEN | {"assigned": 1, "submitted": 1, "reopened": 1},
    ),
    (TO_CLOSING, 6 * HOUR, CLOSED | {"closedInTime": 1}),
    (TO_CLOSING, 6 * HOUR - TICK, CLOSED),
    (TO_CLOSING, None, CLOSED | {"closedInTime": 1}),
    (f"{TO_CLOSING} LOOK_BACK TRANSFER", 6 * HOUR - TICK, CLOSED),
    (f"{TO_CLOSING} LOOK_BACK REOPEN", 9 * HOUR, OPEN | {"assigned": 1, "submitted": 1, "reopened": 1}),
    (f"{TO_CLOSING} REOPEN SUBMIT VERIFY CLOSE", 9 * HOUR, CLOSED | {"reopened": 1}),
    ("REGISTER ASSIGN REQUEST_EXTENSION", 9 * HOUR, OPEN | {"assigned": 1}),
    ("REGISTER ASSIGN REQUEST_EXTENSION REFUSE_EXTENSION", 9 * HOUR, OPEN | {"assigned": 1}),
    ("REGISTER ASSIGN REQUEST_EXTENSION GRANT_EXTENSION", 9 * HOUR, OPEN | {"assigned": 1, "extended": 1}),
    ("REGISTER ASSIGN ACCEPT SUSPEND", 9 * HOUR, OPEN | {"assigned": 1}),
]


@pytest.mark.parametrize(("told", "due", "figures"), CASES)
def test_a_problem_counts_as_what_happened_to_it(told: str, due: timedelta | None, figures: dict[str, int]) -> None:
    assert counted(lived(told, due)) == Counted(**figures)


def test_a_closing_is_kept_until_it_is_undone() -> None:
    first = lived(TO_CLOSING, 9 * HOUR)
    assert (first.closed_at, first.status) == (START + 6 * HOUR, Status.CLOSED)
    assert lived(f"{TO_CLOSING} REOPEN").closed_at is None
