"""Clocks in working time, and the life of an instruction with a recipient: by table and by property."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.enums import BreachKind, InstructionAction, RecipientState
from graph.model.instants import TICK
from services.campaign.calendar import UnknownYear, works
from services.campaign.rules import Clock, Refused, Reply, Session, Step, Unit, apply, breaches, possible, runs_out
from services.campaign.rules.instructions import clocks_of
from tests.world import at

DAY = (Session("08:30", "12:00", "ASSUMED"), Session("14:30", "18:00", "ASSUMED"))
MINUTES, HOURS, DAYS = Unit.MINUTES, Unit.WORKING_HOURS, Unit.WORKING_DAYS
ACKNOWLEDGE, ACT, ANSWER = InstructionAction


@pytest.mark.parametrize(
    ("amount", "unit", "since", "until"),
    [
        (30, MINUTES, "2024-12-14T23:50+08:00", "2024-12-15T00:20+08:00"),  # a Saturday night
        (1, HOURS, "2024-12-16T09:00+08:00", "2024-12-16T10:00+08:00"),
        (
            1,
            HOURS,
            "2024-12-16T11:00+08:00",
            "2024-12-16T12:00+08:00",
        ),  # just as the session closes, not as the next opens
        (1, HOURS, "2024-12-16T11:00:01+08:00", "2024-12-16T14:30:01+08:00"),
        (1, HOURS, "2024-12-16T12:00+08:00", "2024-12-16T15:30+08:00"),
        (1, HOURS, "2024-12-16T07:00+08:00", "2024-12-16T09:30+08:00"),
        (1, HOURS, "2024-12-16T01:00Z", "2024-12-16T10:00+08:00"),
        (7, HOURS, "2024-12-13T14:30+08:00", "2024-12-16T12:00+08:00"),  # a weekend between
        (8, HOURS, "2024-12-16T08:30+08:00", "2024-12-17T09:30+08:00"),
        (1, HOURS, "2025-01-27T17:30+08:00", "2025-02-05T09:00+08:00"),  # the Spring Festival between
        (1, HOURS, "2025-01-25T17:30+08:00", "2025-01-26T09:30+08:00"),  # a Sunday made up
        (1, DAYS, "2024-12-16T00:00+08:00", "2024-12-17T18:00+08:00"),  # the day on which it begins is not counted
        (1, DAYS, "2024-12-16T23:59+08:00", "2024-12-17T18:00+08:00"),
        (1, DAYS, "2024-12-13T09:00+08:00", "2024-12-16T18:00+08:00"),
        (2, DAYS, "2024-12-31T09:00+08:00", "2025-01-03T18:00+08:00"),  # New Year's Day between
        (3, DAYS, "2025-01-25T09:00+08:00", "2025-02-05T18:00+08:00"),
    ],
)
def test_when_a_clock_runs_out(amount: int, unit: Unit, since: str, until: str) -> None:
    assert runs_out(Clock(amount, unit), at(since), DAY, works) == at(until)


def test_a_year_that_the_calendar_does_not_know_is_an_error() -> None:
    with pytest.raises(UnknownYear, match="2027 are not known yet"):
        runs_out(Clock(1, HOURS), at("2026-12-31T17:30+08:00"), DAY, works)
    assert runs_out(Clock(30, MINUTES), at("2026-12-31T23:50+08:00"), DAY, works) == at("2027-01-01T00:20+08:00")


def weekdays(day: date) -> bool:
    return day.weekday() < 5


NOVEMBER = at("2024-11-01T00:00+08:00")
INSTANTS = st.integers(0, 60 * 24 * 60 * 60).map(lambda seconds: NOVEMBER + timedelta(seconds=seconds))


@given(since=INSTANTS, amount=st.integers(1, 40))
def test_working_hours_are_those_between(since: datetime, amount: int) -> None:
    """Counted back from its end, minute by session, there is just as much work between."""
    until = runs_out(Clock(amount, HOURS), since, DAY, weekdays)
    worked = timedelta(0)
    day = at("2024-10-31T00:00+08:00")
    while day < until:
        for session in DAY if weekdays((day + timedelta(hours=12)).date()) else ():
            opens, closes = session.on((day + timedelta(hours=12)).date())
            worked += max(min(closes, until) - max(opens, since), timedelta(0))
        day += timedelta(days=1)
    assert worked == timedelta(hours=amount)


@given(since=INSTANTS, unit=st.sampled_from(list(Unit)), amount=st.integers(1, 20))
def test_a_longer_clock_and_a_later_unit_never_run_out_sooner(since: datetime, unit: Unit, amount: int) -> None:
    def until(amount: int, unit: Unit) -> datetime:
        return runs_out(Clock(amount, unit), since, DAY, weekdays)

    assert until(amount, unit) <= until(amount + 1, unit)
    assert until(amount * 60, MINUTES) <= until(amount, HOURS)
    assert until(amount * 7, HOURS) <= until(amount, DAYS)


ISSUED = at("2024-12-16T09:00+08:00")
BY = tuple(ISSUED + timedelta(minutes=minutes) for minutes in (30, 60, 120))
FRESH = Reply(ISSUED, *BY)


def step(action: InstructionAction, minutes: float, **more: object) -> Step:
    given = {"person": "p", "for_recipient": True, "evidence": ("a.jpg",), "note": "已办", **more}
    return Step(action, ISSUED + timedelta(minutes=minutes), **given)  # pyright: ignore[reportArgumentType] - by name


def after(*steps: Step) -> Reply:
    reply = FRESH
    for one in steps:
        done = apply(reply, one)
        assert isinstance(done, Reply), done
        reply = done
    return reply


def test_from_each_state_what_is_possible() -> None:
    states = {
        (): (RecipientState.ISSUED, BY[0], (ACKNOWLEDGE,)),
        (ACKNOWLEDGE,): (RecipientState.ACKNOWLEDGED, BY[1], (ACT, ANSWER)),
        (ACKNOWLEDGE, ACT): (RecipientState.ACTED, BY[2], (ANSWER,)),
        (ACKNOWLEDGE, ANSWER): (RecipientState.ANSWERED, BY[1], (ACT,)),
        (ACKNOWLEDGE, ACT, ANSWER): (RecipientState.ANSWERED, None, ()),
        (ACKNOWLEDGE, ANSWER, ACT): (RecipientState.ANSWERED, None, ()),
    }
    for actions, expected in states.items():
        reply = after(*(step(action, minutes) for minutes, action in enumerate(actions, 1)))
        assert (reply.state, reply.due_at, possible(reply)) == expected
        for action in InstructionAction:
            done = apply(reply, step(action, 10))
            assert isinstance(done, Reply) == (action in expected[2])
            if isinstance(done, Refused):
                assert (done.code, done.possible) == ("ILLEGAL_TRANSITION", expected[2])


@pytest.mark.parametrize(
    ("taken", "code", "path"),
    [
        (step(ACT, 2, evidence=()), "MISSING_EVIDENCE", "evidence"),
        (step(ACT, 2, evidence=("  ",)), "MISSING_EVIDENCE", "evidence"),
        (step(ANSWER, 2, note=None), "MISSING_NOTE", "answer"),
        (step(ANSWER, 2, note=" "), "MISSING_NOTE", "answer"),
        (step(ANSWER, 0.5), "OUT_OF_ORDER", "at"),
        (step(ANSWER, 2, person=None), "MISSING_PERSON", "person"),
        (step(ANSWER, 2, for_recipient=False), "NOT_ALLOWED", "person"),
    ],
)
def test_what_a_step_needs(taken: Step, code: str, path: str) -> None:
    refused = apply(after(step(ACKNOWLEDGE, 1)), taken)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.path, refused.possible) == (code, path, (ACT, ANSWER))


def test_an_answer_needs_no_evidence_and_an_acknowledgement_neither() -> None:
    after(step(ACKNOWLEDGE, 1, evidence=(), note=None), step(ANSWER, 2, evidence=()))


@pytest.mark.parametrize(
    ("due", "path"),
    [
        ((-1, 60, 120), "acknowledgeBy"),
        ((30, 29, 120), "actBy"),
        ((30, 60, 59), "answerBy"),
        ((0, 0, 0), None),
        ((30, 60, 60), None),
    ],
)
def test_clocks_run_out_in_their_order(due: tuple[int, int, int], path: str | None) -> None:
    by = dict(zip(InstructionAction, (ISSUED + timedelta(minutes=minutes) for minutes in due), strict=True))
    found = clocks_of(ISSUED, by)
    assert (found.path if isinstance(found, Refused) else None) == path


def kinds(reply: Reply, at: datetime) -> list[tuple[BreachKind, datetime | None]]:
    return [(breach.kind, breach.done_at) for breach in breaches(reply, at)]


def test_done_at_the_very_instant_is_in_time_and_just_after_it_is_not() -> None:
    in_time = replace(FRESH, acknowledged_at=BY[0], acted_at=BY[1], answered_at=BY[2])
    assert kinds(in_time, BY[2] + timedelta(days=1)) == []
    late = replace(FRESH, acknowledged_at=BY[0] + TICK, acted_at=BY[1] + TICK, answered_at=BY[2] + TICK)
    assert kinds(late, BY[2] + timedelta(days=1)) == [
        (BreachKind.NOT_ACKNOWLEDGED, BY[0] + TICK),
        (BreachKind.NOT_ACTED, BY[1] + TICK),
        (BreachKind.ANSWERED_LATE, BY[2] + TICK),
    ]


def test_received_in_the_morning_and_answered_in_the_afternoon_is_a_breach_and_so_is_silence() -> None:
    afternoon = ISSUED + timedelta(hours=6)
    received = after(step(ACKNOWLEDGE, 5), step(ACT, 50), step(ANSWER, 360))
    assert kinds(received, BY[2]) == []
    assert kinds(received, BY[2] + TICK) == [(BreachKind.ANSWERED_LATE, None)]
    assert kinds(received, afternoon) == [(BreachKind.ANSWERED_LATE, afternoon)]
    assert [kind for kind, _ in kinds(FRESH, afternoon)] == [
        BreachKind.NOT_ACKNOWLEDGED,
        BreachKind.NOT_ACTED,
        BreachKind.SILENT,
    ]


PERHAPS = st.none() | st.integers(0, 200).map(lambda minutes: ISSUED + timedelta(minutes=minutes))
REPLIES = st.builds(
    partial(replace, FRESH),
    acknowledged_at=PERHAPS,
    acted_at=PERHAPS,
    answered_at=PERHAPS,
)


@given(reply=REPLIES)
def test_what_was_missed_once_stays_missed(reply: Reply) -> None:
    moments = sorted({*BY, *(by + TICK for by in BY), *(ISSUED + timedelta(minutes=m) for m in range(0, 220, 20))})
    found = [{breach.kind: breach.done_at for breach in breaches(reply, moment)} for moment in moments]
    for before, later in pairwise(found):
        assert before.keys() <= later.keys()
        assert all(later[kind] == done for kind, done in before.items() if done)
