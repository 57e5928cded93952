"""The life of a problem: the whole table, the rules beside it, and properties over random lives."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.oversight.rules import (
    SETS_DUE_AT,
    TRANSITIONS,
    Action,
    Life,
    RefusalCode,
    Refused,
    Status,
    Step,
    apply,
    begin,
    dump,
    has_run_out,
    is_noticed_overdue,
    is_overdue,
    load,
    notice,
    possible,
    replay,
)

START = datetime(2024, 12, 14, 9, tzinfo=timezone(timedelta(hours=8)))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# Each row: a status, then what each action that is possible there leads to.
TABLE = {
    Status.REPORTED: {
        Action.REGISTER: Status.REGISTERED,
        Action.REJECT: Status.REJECTED,
        Action.URGE: Status.REPORTED,
        Action.ESCALATE: Status.REPORTED,
        Action.TRANSFER: Status.REPORTED,
    },
    Status.REGISTERED: {
        Action.ASSIGN: Status.ASSIGNED,
        Action.REJECT: Status.REJECTED,
        Action.SUSPEND: Status.SUSPENDED,
        Action.URGE: Status.REGISTERED,
        Action.ESCALATE: Status.REGISTERED,
        Action.TRANSFER: Status.REGISTERED,
    },
    Status.ASSIGNED: {
        Action.ACCEPT: Status.RECTIFYING,
        Action.RETURN: Status.RETURNED,
        Action.REQUEST_EXTENSION: Status.ASSIGNED,
        Action.SUSPEND: Status.SUSPENDED,
        Action.URGE: Status.ASSIGNED,
        Action.ESCALATE: Status.ASSIGNED,
        Action.TRANSFER: Status.ASSIGNED,
    },
    Status.RECTIFYING: {
        Action.RETURN: Status.RETURNED,
        Action.REQUEST_EXTENSION: Status.RECTIFYING,
        Action.SUSPEND: Status.SUSPENDED,
        Action.URGE: Status.RECTIFYING,
        Action.ESCALATE: Status.RECTIFYING,
        Action.SUBMIT: Status.SUBMITTED,
        Action.TRANSFER: Status.RECTIFYING,
    },
    Status.SUBMITTED: {
        Action.SUSPEND: Status.SUSPENDED,
        Action.URGE: Status.SUBMITTED,
        Action.ESCALATE: Status.SUBMITTED,
        Action.VERIFY: Status.VERIFIED,
        Action.REOPEN: Status.RECTIFYING,
        Action.TRANSFER: Status.SUBMITTED,
    },
    Status.VERIFIED: {
        Action.URGE: Status.VERIFIED,
        Action.ESCALATE: Status.VERIFIED,
        Action.REOPEN: Status.RECTIFYING,
        Action.CLOSE: Status.CLOSED,
        Action.TRANSFER: Status.VERIFIED,
    },
    Status.CLOSED: {
        Action.REOPEN: Status.RECTIFYING,
        Action.LOOK_BACK: Status.CLOSED,
        Action.TRANSFER: Status.CLOSED,
    },
    Status.RETURNED: {
        Action.UPHOLD_RETURN: Status.REGISTERED,
        Action.REFUSE_RETURN: Status.ASSIGNED,
        Action.SUSPEND: Status.SUSPENDED,
        Action.URGE: Status.RETURNED,
        Action.ESCALATE: Status.RETURNED,
        Action.TRANSFER: Status.RETURNED,
    },
    Status.SUSPENDED: {
        Action.RESUME: Status.RECTIFYING,
        Action.ESCALATE: Status.SUSPENDED,
        Action.TRANSFER: Status.SUSPENDED,
    },
    Status.REJECTED: {},
}

STRAIGHT = (
    Action.REGISTER,
    Action.ASSIGN,
    Action.ACCEPT,
    Action.SUBMIT,
    Action.VERIFY,
    Action.CLOSE,
)
WAYS: dict[Status, tuple[Action, ...]] = {
    Status.REPORTED: (),
    Status.REGISTERED: STRAIGHT[:1],
    Status.ASSIGNED: STRAIGHT[:2],
    Status.RECTIFYING: STRAIGHT[:3],
    Status.SUBMITTED: STRAIGHT[:4],
    Status.VERIFIED: STRAIGHT[:5],
    Status.CLOSED: STRAIGHT,
    Status.RETURNED: (*STRAIGHT[:2], Action.RETURN),
    Status.SUSPENDED: (*STRAIGHT[:3], Action.SUSPEND),
    Status.REJECTED: (Action.REJECT,),
}


def complete(action: Action, at: datetime, person: str | None = None, due_at: datetime | None = None) -> Step:
    """A step with every field that any action needs, each by a person of its own."""
    if due_at is None and action is Action.GRANT_EXTENSION:
        due_at = at + 365 * DAY
    return Step(
        action,
        at,
        person=person or f"person-{action}",
        organization="office",
        to_organization="bureau",
        due_at=due_at,
        evidence=("photo.jpg",),
        note="why",
    )


def lived(*actions: Action, due_at: datetime | None = START + 2 * DAY) -> Life:
    life = begin(START)
    for action in actions:
        step = complete(action, life.last_at + HOUR, due_at=due_at if action is Action.ASSIGN else None)
        life = accepted(apply(life, step))
    return life


def accepted(result: Life | Refused) -> Life:
    assert isinstance(result, Life), result
    return result


def refused(result: Life | Refused) -> Refused:
    assert isinstance(result, Refused), result
    return result


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("status", Status)
def test_table(status: Status, action: Action) -> None:
    life = lived(*WAYS[status])
    assert life.status is status
    result = apply(life, complete(action, life.last_at + HOUR))
    expected = TABLE[status].get(action)
    if expected is not None:
        assert accepted(result).status is expected
        return
    refusal = refused(result)
    assert refusal.code is RefusalCode.ILLEGAL_TRANSITION
    assert refusal.path == "action"
    assert set(refusal.possible) == set(TABLE[status])
    assert action in refusal.message
    assert all(other in refusal.message for other in refusal.possible)


def test_every_action_has_a_transition() -> None:
    assert set(TRANSITIONS) == set(Action)


@pytest.mark.parametrize("status", [Status.ASSIGNED, Status.RECTIFYING])
def test_an_extension_must_be_asked_for_once_and_answered_by_another(status: Status) -> None:
    life = lived(*WAYS[status])
    asked = accepted(apply(life, complete(Action.REQUEST_EXTENSION, life.last_at, due_at=START + 4 * DAY)))
    assert asked.due_at == life.due_at
    assert set(possible(asked)) ^ set(possible(life)) == {
        Action.REQUEST_EXTENSION,
        Action.GRANT_EXTENSION,
        Action.REFUSE_EXTENSION,
    }
    assert "already waits" in refused(apply(asked, complete(Action.REQUEST_EXTENSION, life.last_at))).message
    grant = complete(Action.GRANT_EXTENSION, life.last_at)._replace(due_at=None)
    granted = accepted(apply(asked, grant))
    assert (granted.due_at, granted.extensions, granted.status) == (START + 4 * DAY, 1, status)
    assert refused(apply(asked, grant._replace(note=" "))).code is RefusalCode.MISSING_NOTE
    assert refused(apply(asked, grant._replace(person=None))).code is RefusalCode.MISSING_PERSON
    assert accepted(apply(asked, grant._replace(person=None, post="head"))).extensions == 1
    own = grant._replace(person=asked.extension_asked_by)
    assert refused(apply(asked, own)).code is RefusalCode.SAME_PERSON
    denied = accepted(apply(asked, complete(Action.REFUSE_EXTENSION, life.last_at)))
    assert (denied.due_at, denied.extensions) == (life.due_at, 0)
    assert possible(denied) == possible(granted) == possible(life)


def test_an_extension_ends_after_the_present_deadline() -> None:
    life = lived(*STRAIGHT[:3], Action.REQUEST_EXTENSION)
    assert life.due_at is not None
    grant = complete(Action.GRANT_EXTENSION, life.last_at, due_at=life.due_at)
    assert refused(apply(life, grant)).code is RefusalCode.BAD_DUE_AT
    assert refused(apply(life, grant._replace(due_at=None))).code is RefusalCode.MISSING_DUE_AT


@pytest.mark.parametrize("leaving", [Action.SUBMIT, Action.RETURN])
def test_a_request_lapses_when_the_problem_leaves_the_hands_of_who_asked(leaving: Action) -> None:
    assert not lived(*STRAIGHT[:3], Action.REQUEST_EXTENSION, leaving).extension_pending


def test_return_goes_to_who_assigned_it() -> None:
    returned = lived(*WAYS[Status.RETURNED])
    assert (returned.held_by, returned.returns) == ("office", 1)
    back = accepted(apply(returned, complete(Action.REFUSE_RETURN, returned.last_at)))
    assert (back.held_by, back.assigned_to, back.returns_upheld) == ("bureau", "bureau", 0)
    upheld = accepted(apply(returned, complete(Action.UPHOLD_RETURN, returned.last_at)))
    assert (upheld.held_by, upheld.assigned_to, upheld.returns_upheld) == ("office", None, 1)
    step = complete(Action.ASSIGN, upheld.last_at)._replace(to_organization="other")
    again = accepted(apply(upheld, step))
    assert (again.assigned_to, again.assignments, again.due_at) == ("other", 2, upheld.due_at)


def test_hands_on_the_straight_way() -> None:
    hands = [lived(*STRAIGHT[:length]).held_by for length in range(len(STRAIGHT) + 1)]
    assert hands == [None, "office", "bureau", "bureau", "office", "office", None]
    assert lived(*STRAIGHT, Action.REOPEN).held_by == "bureau"
    assert lived(Action.REJECT).held_by is None


def test_who_assigns_is_the_registering_organization_where_the_post_is_unknown() -> None:
    life = lived(Action.REGISTER)
    step = complete(Action.ASSIGN, life.last_at)._replace(organization=None)
    assert accepted(apply(life, step)).assigned_by == "office"


@pytest.mark.parametrize("before", [Status.REGISTERED, Status.ASSIGNED, Status.RETURNED, Status.RECTIFYING])
def test_resume_returns_to_the_status_before_and_gives_back_the_time_left(before: Status) -> None:
    life = lived(*WAYS[before])
    held = accepted(apply(life, complete(Action.SUSPEND, life.last_at + HOUR, due_at=START + 30 * DAY)))
    assert (held.status, held.held_by, held.due_at) == (Status.SUSPENDED, None, life.due_at)
    assert not is_overdue(held, START + 100 * DAY)
    resumed = accepted(apply(held, complete(Action.RESUME, held.last_at + 10 * DAY)))
    assert (resumed.status, resumed.held_by, resumed.suspensions) == (before, life.held_by, 1)
    assert resumed.due_at == (life.due_at and life.due_at + 10 * DAY)
    assert resumed.suspended_from is resumed.suspended_at is resumed.suspended_until is None


def test_a_clock_that_had_run_out_is_not_revived_by_a_suspension() -> None:
    life = lived(*STRAIGHT[:3], due_at=START + HOUR)
    life = accepted(apply(life, complete(Action.SUSPEND, START + DAY)))
    life = accepted(apply(life, complete(Action.RESUME, START + 5 * DAY)))
    assert life.due_at == START + HOUR
    assert is_overdue(life, START + 5 * DAY)


def test_a_named_deadline_at_resumption_goes_before_the_reckoned_one() -> None:
    life = lived(*WAYS[Status.SUSPENDED])
    step = complete(Action.RESUME, life.last_at + DAY, due_at=START + 9 * DAY)
    assert accepted(apply(life, step)).due_at == START + 9 * DAY


def test_assign_takes_the_clock_where_it_names_no_deadline() -> None:
    registered = accepted(apply(begin(START, 3 * DAY), complete(Action.REGISTER, START + HOUR)))
    assert accepted(apply(registered, complete(Action.ASSIGN, START + DAY))).due_at == START + 4 * DAY
    named = complete(Action.ASSIGN, START + DAY, due_at=START + 2 * DAY)
    assert accepted(apply(registered, named)).due_at == START + 2 * DAY
    at_registration = complete(Action.REGISTER, START, due_at=START + DAY)
    registered = accepted(apply(begin(START, 3 * DAY), at_registration))
    assert accepted(apply(registered, complete(Action.ASSIGN, START + HOUR))).due_at == START + DAY


@pytest.mark.parametrize("action", sorted(SETS_DUE_AT - {Action.GRANT_EXTENSION}))
def test_a_deadline_lies_not_before_the_discovery(action: Action) -> None:
    status = next(status for status, row in TABLE.items() if action in row)
    life = lived(*WAYS[status])
    refusal = refused(apply(life, complete(action, life.last_at, due_at=START - HOUR)))
    assert (refusal.code, refusal.path) == (RefusalCode.BAD_DUE_AT, "dueAt")


def test_an_action_that_sets_no_deadline_refuses_one() -> None:
    life = lived(*STRAIGHT[:2])
    refusal = refused(apply(life, complete(Action.ACCEPT, life.last_at, due_at=START + DAY)))
    assert refusal.code is RefusalCode.BAD_DUE_AT


@pytest.mark.parametrize(
    ("status", "action", "without", "code", "path"),
    [
        (
            Status.REGISTERED,
            Action.ASSIGN,
            {"to_organization": None},
            RefusalCode.MISSING_ORGANIZATION,
            "toOrganization",
        ),
        (Status.RECTIFYING, Action.SUBMIT, {"evidence": ()}, RefusalCode.MISSING_EVIDENCE, "evidence"),
        (Status.RECTIFYING, Action.SUBMIT, {"evidence": (" ",)}, RefusalCode.MISSING_EVIDENCE, "evidence"),
        (Status.ASSIGNED, Action.RETURN, {"note": None}, RefusalCode.MISSING_NOTE, "note"),
        (Status.ASSIGNED, Action.SUSPEND, {"note": ""}, RefusalCode.MISSING_NOTE, "note"),
        (Status.ASSIGNED, Action.SUSPEND, {"person": None}, RefusalCode.MISSING_PERSON, "person"),
        (Status.REPORTED, Action.REJECT, {"note": None}, RefusalCode.MISSING_NOTE, "note"),
        (Status.ASSIGNED, Action.ACCEPT, {"at": START}, RefusalCode.OUT_OF_ORDER, "at"),
        (Status.REPORTED, Action.REGISTER, {"at": START - HOUR}, RefusalCode.OUT_OF_ORDER, "at"),
        (Status.SUBMITTED, Action.VERIFY, {"person": "person-SUBMIT"}, RefusalCode.SAME_PERSON, "person"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    status: Status, action: Action, without: dict[str, Any], code: RefusalCode, path: str
) -> None:
    life = lived(*WAYS[status])
    step = complete(action, life.last_at + HOUR)._replace(**without)
    refusal = refused(apply(life, step))
    assert (refusal.code, refusal.path, refusal.possible) == (code, path, possible(life))
    assert refusal.message.endswith(".")


def test_people_may_be_unknown() -> None:
    life = begin(START)
    for action in STRAIGHT:
        life = accepted(apply(life, complete(action, life.last_at)._replace(person=None)))
    assert life.status is Status.CLOSED


def test_reopening_keeps_the_deadline_and_forgets_who_submitted() -> None:
    closed = lived(*STRAIGHT)
    life = accepted(apply(closed, complete(Action.REOPEN, closed.last_at + 9 * DAY)))
    assert (life.due_at, life.submitted_by, life.reopenings) == (closed.due_at, None, 1)
    assert is_overdue(life, life.last_at)
    step = complete(Action.REOPEN, closed.last_at, due_at=START + 20 * DAY)
    assert accepted(apply(closed, step)).due_at == START + 20 * DAY


def test_done_at_the_very_deadline_is_in_time() -> None:
    assert not has_run_out(START, START)
    assert has_run_out(START, START + timedelta(microseconds=1))
    assert not has_run_out(None, START)


def test_a_deadline_is_noticed_once_and_anew_when_it_was_moved() -> None:
    life = lived(*STRAIGHT[:3])
    due_at = START + 2 * DAY
    assert notice(life, due_at) is None
    noticed = notice(life, due_at + HOUR)
    assert noticed is not None
    assert noticed == replace(life, passed=due_at)
    assert load(dump(noticed)) == noticed
    assert notice(noticed, due_at + DAY) is None
    asked = accepted(apply(noticed, complete(Action.REQUEST_EXTENSION, due_at + HOUR)))
    extended = accepted(apply(asked, complete(Action.GRANT_EXTENSION, due_at + HOUR, due_at=due_at + DAY)))
    assert [is_noticed_overdue(each) for each in (life, noticed, asked, extended)] == [False, True, True, False]
    again = notice(extended, due_at + 2 * DAY)
    assert again is not None
    assert again.passed == due_at + DAY


PEOPLE = st.sampled_from(["甲", "乙", "丙", None])
STEPS = st.lists(st.tuples(st.sampled_from(Action), PEOPLE, st.integers(0, 50)), max_size=40)


@given(STEPS)
def test_replay_is_the_fold_of_apply_and_always_the_same(drawn: list[tuple[Action, str | None, int]]) -> None:
    life, steps = begin(START), list[Step]()
    for action, person, hours in drawn:
        step = complete(action, life.last_at + hours * HOUR)._replace(person=person)
        after = apply(life, step)
        if isinstance(after, Life):
            life = after
            steps.append(step)
    assert replay(START, steps) == replay(START, steps) == life
    if steps:
        broken = replay(START, [*steps, steps[-1]._replace(at=START - HOUR)])
        assert isinstance(broken, Refused)


@given(STEPS, st.integers(-10, 400))
def test_who_watches_all_the_time_knows_what_is_overdue(drawn: list[tuple[Action, str | None, int]], days: int) -> None:
    life = begin(START, 2 * DAY)
    for action, person, hours in drawn:
        due_at = life.last_at + days * DAY if hours % 3 == 0 and action in SETS_DUE_AT else None
        after = apply(life, complete(action, life.last_at + hours * HOUR, due_at=due_at)._replace(person=person))
        life = life if isinstance(after, Refused) else after
        watched = notice(life, life.last_at) or life
        assert is_noticed_overdue(watched) == is_overdue(life, life.last_at)
        assert possible(watched) == possible(life)
        assert replace(watched, passed=life.passed) == life
        life = watched


class Lives(RuleBasedStateMachine):
    """Random lives: any action, by anybody, with or without a deadline."""

    def __init__(self) -> None:
        super().__init__()
        self.life = begin(START)
        self.counted = dict.fromkeys(Action, 0)

    def take(self, step: Step) -> None:
        before, after = self.life, apply(self.life, step)
        if isinstance(after, Refused):
            assert after.possible == possible(before)
            return
        assert step.action in possible(before)
        assert TABLE[before.status].keys() | {Action.GRANT_EXTENSION, Action.REFUSE_EXTENSION} >= {step.action}
        if step.action is Action.VERIFY:
            assert step.person is None or step.person != before.submitted_by
        if step.action is Action.RESUME:
            assert after.status is before.suspended_from
        if after.due_at != before.due_at:
            assert step.action in SETS_DUE_AT
        self.counted[step.action] += 1
        self.life = after

    @rule(
        action=st.sampled_from(Action), person=PEOPLE, hours=st.integers(-5, 100), days=st.none() | st.integers(-2, 50)
    )
    def anything(self, action: Action, person: str | None, hours: int, days: int | None) -> None:
        due_at = None if days is None else self.life.last_at + days * DAY
        step = complete(action, self.life.last_at + hours * HOUR, due_at=due_at)
        self.take(step._replace(person=person))

    @precondition(lambda self: self.life.status is not Status.REJECTED)
    @rule(data=st.data())
    def something_possible(self, data: st.DataObject) -> None:
        action = data.draw(st.sampled_from(possible(self.life)))
        self.take(complete(action, self.life.last_at + HOUR))

    @invariant()
    def possible_is_what_apply_accepts(self) -> None:
        far = complete(Action.GRANT_EXTENSION, self.life.last_at).due_at
        assert far is not None
        far = max(far, (self.life.due_at or far) + DAY)
        for action in Action:
            due_at = far if action is Action.GRANT_EXTENSION else None
            result = apply(self.life, complete(action, self.life.last_at, person="other", due_at=due_at))
            assert isinstance(result, Life) == (action in possible(self.life)), (action, result)

    @invariant()
    def counts_are_those_of_the_events(self) -> None:
        life, counted = self.life, self.counted
        assert life.extensions == counted[Action.GRANT_EXTENSION]
        assert life.suspensions == counted[Action.SUSPEND]
        assert life.reopenings == counted[Action.REOPEN]
        assert life.transfers == counted[Action.TRANSFER]
        assert life.returns == counted[Action.RETURN]
        assert (life.status is Status.SUSPENDED) == (life.suspended_from is not None)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
