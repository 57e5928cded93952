"""What the rules notice: one small case for each kind, and what holds of all of them."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.enums import EventKind, FindingKind, Gap, LineKind, ProblemAction
from services.accountability.rules import Event, History
from services.accountability.rules.noticing import Again, Missing, Noticed, Problem, Received, notice, summary
from services.campaign.rulebook import shipped
from services.campaign.rules import Reply
from services.campaign.rules.findings import FIGURES
from services.oversight import rules as life

FOUND = datetime.fromisoformat("2024-12-16T09:00+08:00")
HOUR = timedelta(hours=1)
HOMES = {"clerk": "office", "officer": "bureau", "other": "housing"}
RULES = shipped().findings


def event(
    hour: float, kind: str, post: str = "officer", to: str | None = None, due: int | None = None, shown: str = ""
) -> Event:
    due_at = None if due is None else FOUND + due * HOUR
    evidence = tuple(shown.split())
    name = f"{kind}@{hour}"
    return Event(
        name, EventKind(kind), FOUND + hour * HOUR, f"{post}-person", post, HOMES[post], to, due_at, evidence, "why"
    )


FIRST = (event(0, "REPORTED"), event(1, "REGISTER", "clerk"), event(2, "ASSIGN", "clerk", "bureau", 10))
TAKEN = (*FIRST, event(3, "ACCEPT"))
DONE = (*TAKEN, event(5, "SUBMIT", shown="photo"), event(6, "VERIFY", "clerk"), event(7, "CLOSE", "clerk"))


def problem(*events: Event, again: Sequence[Again] = (), missing: Sequence[Missing] = ()) -> Problem:
    history = History(FOUND, FOUND + 10_000 * HOUR, timedelta(hours=72), events)
    return Problem(history, None, again, missing)


def found(facts: Problem | Received, hour: float) -> list[tuple[str, float, tuple[str, ...]]]:
    return [(n.rule.code, (n.at - FOUND) / HOUR, n.events) for n in notice(facts, RULES, FOUND + hour * HOUR)]


def of(facts: Problem | Received, hour: float, kind: FindingKind) -> list[Noticed]:
    return [n for n in notice(facts, RULES, FOUND + hour * HOUR) if n.rule.kind is kind]


def test_what_was_done_in_time_is_not_noticed() -> None:
    assert found(problem(*DONE), 10_000) == []


def test_a_deadline_is_missed_the_instant_after_it_and_once_for_each_that_was_set() -> None:
    assert found(problem(*TAKEN), 10) == []
    assert found(problem(*TAKEN), 10.001) == [("PROBLEM_OVERDUE", 10, ("ASSIGN@2",))]
    late = (*TAKEN, event(11, "REQUEST_EXTENSION", due=20), event(12, "GRANT_EXTENSION", "clerk"))
    assert found(problem(*late), 100) == [
        ("PROBLEM_OVERDUE", 10, ("ASSIGN@2",)),
        ("PROBLEM_OVERDUE", 20, ("GRANT_EXTENSION@12",)),
    ]


def test_a_deadline_that_had_passed_when_it_was_set_is_missed_at_once() -> None:
    late = (event(0, "REPORTED"), event(1, "REGISTER", "clerk"), event(2, "ASSIGN", "clerk", "bureau", 1))
    assert ("PROBLEM_OVERDUE", 2, ("ASSIGN@2",)) in found(problem(*late), 3)


@pytest.mark.parametrize(
    ("events", "holder"),
    [(TAKEN, "bureau"), ((*TAKEN, event(5, "SUBMIT", shown="photo")), "office")],
    ids=["who rectifies", "who must check"],
)
def test_a_missed_deadline_concerns_whose_hands_it_was_in(events: tuple[Event, ...], holder: str) -> None:
    (noticed,) = of(problem(*events), 11, FindingKind.OVERDUE)
    assert noticed.holders == (holder,)
    assert summary(noticed, {}) == "问题逾期：时限 2024-12-16 19:00"


def test_while_it_is_suspended_nobody_is_late() -> None:
    rested = (*TAKEN, event(4, "SUSPEND", "clerk"))
    assert found(problem(*rested), 1000) == []
    again = (*rested, event(100, "RESUME", "clerk"))
    assert found(problem(*again), 1000) == [("PROBLEM_OVERDUE", 106, ("RESUME@100",))]


def test_nothing_done_is_graver_than_late() -> None:
    codes = [code for code, _, _ in found(problem(*FIRST), 11)]
    assert codes == ["PROBLEM_NOTHING_DONE", "PROBLEM_OVERDUE"]
    asked = (*FIRST, event(4, "ESCALATE"))
    assert [code for code, _, _ in found(problem(*asked), 11)] == ["PROBLEM_OVERDUE"]


def test_what_is_not_accepted_within_a_day() -> None:
    slow = (*FIRST[:2], event(2, "ASSIGN", "clerk", "bureau", 200))
    assert found(problem(*slow), 26) == []
    assert found(problem(*slow), 27) == [("PROBLEM_NOT_ACCEPTED", 26, ("ASSIGN@2",))]
    assert found(problem(*slow, event(26, "ACCEPT")), 27) == []
    assert found(problem(*slow, event(25, "RETURN")), 27) == []


def test_urged_in_vain() -> None:
    urged = (*FIRST[:2], event(2, "ASSIGN", "clerk", "bureau", 200), event(3, "ACCEPT"), event(4, "URGE", "clerk"))
    assert found(problem(*urged), 53) == [("PROBLEM_URGED_IN_VAIN", 52, ("URGE@4",))]
    assert found(problem(*urged, event(52, "SUBMIT", shown="photo")), 53) == []


def test_sent_back_by_the_check_is_incomplete() -> None:
    back = (*TAKEN, event(5, "SUBMIT", shown="photo"), event(6, "REOPEN", "clerk"))
    assert found(problem(*back), 7) == [("RECTIFICATION_INCOMPLETE", 6, ("SUBMIT@5", "REOPEN@6"))]
    same = (*back, event(7, "SUBMIT", shown="photo"))
    assert found(problem(*same), 8)[1:] == [("RECTIFICATION_WITHOUT_SUBSTANCE", 7, ("SUBMIT@5", "SUBMIT@7"))]
    assert found(problem(*back, event(7, "SUBMIT", shown="photo second")), 8)[1:] == []


def test_reopened_by_a_look_back_it_was_false_and_otherwise_contradicted() -> None:
    seen = (*DONE, event(30, "LOOK_BACK", "clerk"), event(31, "REOPEN", "clerk", due=60))
    assert found(problem(*seen), 32) == [("RECTIFICATION_FALSE", 31, ("CLOSE@7", "LOOK_BACK@30", "REOPEN@31"))]
    back = dataclasses.replace(seen[-1], note="RECURRED")
    assert found(problem(*seen[:-1], back), 32) == [
        ("RECTIFICATION_CONTRADICTED", 31, ("CLOSE@7", "LOOK_BACK@30", "REOPEN@31"))
    ], "what came back says of nobody that they deceived"
    again = (*DONE, event(31, "REOPEN", "clerk", due=60))
    assert found(problem(*again), 32) == [("RECTIFICATION_CONTRADICTED", 31, ("CLOSE@7", "REOPEN@31"))]


@pytest.mark.parametrize(("hour", "noticed"), [(6.5, False), (8, True), (7 + 336, True), (8 + 336, False)])
def test_the_same_at_the_same_site_soon_after_contradicts_a_closing(hour: float, noticed: bool) -> None:
    again = [Again(FOUND + hour * HOUR, "other")]
    expected = [("RECTIFICATION_CONTRADICTED", hour, ("CLOSE@7", "other"))] if noticed else []
    assert found(problem(*DONE, again=again), 10_000) == expected


def test_passed_on_with_whose_hands_and_how_long() -> None:
    passed = (
        *FIRST,
        event(3, "RETURN"), event(4, "UPHOLD_RETURN", "clerk"), event(5, "ASSIGN", "clerk", "housing", 90),
        event(9, "RETURN", "other"),
    )  # fmt: skip
    assert of(problem(*passed), 8.9, FindingKind.PASSED_ON) == []
    (noticed,) = of(problem(*passed), 9, FindingKind.PASSED_ON)
    assert noticed.events == ("RETURN@3", "ASSIGN@5", "RETURN@9")
    assert noticed.holders == ("bureau", "office", "housing")
    names = {"office": "攻坚办", "bureau": "环保局", "housing": "住建局"}
    assert summary(noticed, names) == "问题反复退转：经手 攻坚办2小时、环保局1小时、攻坚办2小时、住建局4小时"


def test_a_step_is_skipped_where_what_is_to_come_before_did_not() -> None:
    skipped = (*TAKEN, event(5, "TRANSFER", "clerk"))
    assert found(problem(*skipped), 6) == [("TRANSFERRED_WITHOUT_URGING", 5, ("TRANSFER@5",))]
    urged = (*TAKEN, event(4, "URGE", "clerk"), event(5, "TRANSFER", "clerk"))
    assert found(problem(*urged), 6) == []


def test_a_gap_on_the_trace_at_its_moment() -> None:
    facts = problem(*DONE, missing=[Missing(LineKind.TASK, Gap.VACANT)])
    (noticed,) = notice(facts, RULES, FOUND)
    assert (noticed.rule.kind, noticed.at) == (FindingKind.RESPONSIBILITY_GAP, FOUND)
    assert summary(noticed, {}) == "责任链有空档：任务空缺"


def received(acknowledged: float | None, acted: float | None, answered: float | None, shown: str = "") -> Received:
    def at(hour: float | None) -> datetime | None:
        return None if hour is None else FOUND + hour * HOUR

    steps = (("ACKNOWLEDGE", acknowledged, ""), ("ACT", acted, "photo"), ("ANSWER", answered, shown))
    events = [event(0, "ISSUE", "clerk"), *(event(h, kind, shown=s) for kind, h, s in steps if h is not None)]
    by = [FOUND + hour * HOUR for hour in (0.5, 2, 4)]
    reply = Reply(FOUND, by[0], by[1], by[2], at(acknowledged), at(acted), at(answered))
    return Received("bureau", reply, sorted(events, key=lambda e: e.at))


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (received(0.5, 2, 4), []),
        (received(0.4, 1, 8), ["INSTRUCTION_ANSWERED_LATE"]),
        (received(0.6, 2, 4), ["INSTRUCTION_NOT_ACKNOWLEDGED"]),
        (received(0.4, 3, 4), ["INSTRUCTION_NOT_ACTED_ON"]),
        (received(0.4, None, 3), ["INSTRUCTION_NOT_ACTED_ON", "INSTRUCTION_WITHOUT_SUBSTANCE"]),
        (received(0.4, None, 3, "photo"), ["INSTRUCTION_NOT_ACTED_ON"]),
        (
            received(None, None, None),
            ["INSTRUCTION_NOT_ACKNOWLEDGED", "INSTRUCTION_NOT_ACTED_ON", "INSTRUCTION_NOTHING_DONE"],
        ),
    ],
    ids=["in time", "received, answered late", "late receipt", "acted late", "no substance", "shown", "silent"],
)
def test_an_instruction_as_one_organization_received_it(facts: Received, codes: list[str]) -> None:
    assert sorted(code for code, _, _ in found(facts, 100)) == sorted(codes)
    assert found(facts, 0.5) == []
    assert {n.holders for n in notice(facts, RULES, FOUND + 100 * HOUR)} <= {("bureau",)}


def test_a_rule_for_one_line_of_work_looks_at_no_other() -> None:
    (rule,) = (rule for rule in RULES if rule.code == "PROBLEM_OVERDUE")
    dust = dataclasses.replace(rule, line_of_work="ROAD_DUST")
    assert notice(problem(*TAKEN), [dust], FOUND + 50 * HOUR) == ()
    facts = dataclasses.replace(problem(*TAKEN), line_of_work="ROAD_DUST")
    assert len(notice(facts, [dust], FOUND + 50 * HOUR)) == 1


def test_there_is_a_shipped_rule_for_every_kind() -> None:
    assert {rule.kind for rule in RULES} == set(FindingKind) == {kind for kind, _ in FIGURES}


@st.composite
def lives(draw: st.DrawFn) -> Problem:
    """A problem that anything possible was done about, at any time."""
    state = life.begin(FOUND, timedelta(hours=12))
    events = [event(0, "REPORTED")]
    hour = 0.0
    for _ in range(draw(st.integers(0, 14))):
        hour += draw(st.sampled_from([0.0, 0.5, 3.0, 30.0]))
        possible = life.possible(state)
        if not possible:
            break
        action = draw(st.sampled_from(possible))
        to = draw(st.sampled_from(["bureau", "housing"])) if action is ProblemAction.ASSIGN else None
        due = int(hour) + 50 if action in (ProblemAction.REQUEST_EXTENSION, ProblemAction.GRANT_EXTENSION) else None
        post = draw(st.sampled_from(["clerk", "officer", "other"]))
        shown = draw(st.sampled_from(["photo", "photo second"])) if action is ProblemAction.SUBMIT else ""
        done = dataclasses.replace(event(hour, action, post, to, due, shown), id=f"{action}#{len(events)}")
        step = life.Step(action, done.at, done.person, post, HOMES[post], to, done.due_at, done.evidence, "why")
        after = life.apply(state, step)
        if isinstance(after, life.Refused):
            continue
        state = after
        events.append(done)
    again = [Again(FOUND + draw(st.integers(0, 400)) * HOUR, "other")] if draw(st.booleans()) else []
    missing = [Missing(LineKind.TASK, Gap.VACANT)] if draw(st.booleans()) else []
    return problem(*events, again=again, missing=missing)


@settings(max_examples=60, deadline=None)
@given(lives(), st.lists(st.integers(0, 500), min_size=2, max_size=6))
def test_a_finding_appears_at_its_instant_never_before_and_stays(facts: Problem, hours: list[int]) -> None:
    before: dict[tuple[str, tuple[str, ...]], Noticed] = {}
    last = FOUND
    for hour in sorted(hours):
        at = FOUND + hour * HOUR
        noticed = notice(facts, RULES, at)
        assert noticed == notice(facts, RULES, at)
        now = {(n.rule.code, n.events): n for n in noticed}
        assert len(now) == len(noticed), "what is noticed twice is one finding"
        assert all(n.at <= at and (n.due_at is None or n.due_at < at) for n in noticed)
        assert before.items() <= now.items()
        assert all(last <= n.at for key, n in now.items() if key not in before)
        before, last = now, at


@settings(max_examples=60, deadline=None)
@given(lives(), st.integers(0, 500))
def test_what_happens_later_changes_nothing_of_what_was_noticed(facts: Problem, hour: int) -> None:
    at = FOUND + hour * HOUR
    history = facts.history
    then = problem(*(e for e in history.events if e.at <= at), again=facts.again, missing=facts.missing)
    assert notice(then, RULES, at) == notice(facts, RULES, at)
