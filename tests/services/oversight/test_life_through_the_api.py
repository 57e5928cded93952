"""The life of a problem through GraphQL on a real Neo4j: what the rules allow is what the API does."""

import asyncio
import itertools
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.model.enums import ProblemAction
from services.hosting.identity import Role
from services.oversight import rules
from services.oversight.schema import schema
from tests.asking import ask, context
from tests.services.oversight.conftest import Place
from tests.world import at

REPORT = """mutation ($input: ReportProblemInput!) { reportProblem(input: $input) {
  ... on ProblemPayload { problem { id number status dueAt } event { id hash } }
  ... on Refusal { code message errors { path message } possible } } }"""
ACT = """mutation ($input: ActOnProblemInput!) { actOnProblem(input: $input) {
  ... on ProblemPayload { problem { id status dueAt assignedTo { id } }
    event { id hash kind actor { id } post { id } } }
  ... on Refusal { code message errors { path message } possible } } }"""
CHAIN = """query ($id: ID!) { problem(id: $id) { status events(first: 100) {
  edges { node { position kind hash previousHash data } } } } }"""
EVENT = "query ($id: ID!) { event(id: $id) { dueAt } }"
NOW = at("2024-12-16T09:00+08:00")
keys = (f"key-{number}" for number in itertools.count())


async def report(place: Place, database: Any, now: datetime = NOW, **more: Any) -> dict[str, Any]:
    given = {"idempotencyKey": next(keys), "title": "裸土未覆盖", "origin": "PATROL", "site": place.site, **more}
    return (await ask(schema, REPORT, {"input": given}, as_=context(database, now)))["reportProblem"]


async def act(database: Any, problem: str, action: str, now: datetime = NOW, **more: Any) -> dict[str, Any]:
    role, person = more.pop("role", Role.ADMINISTRATOR), more.pop("caller", None)
    given = {"idempotencyKey": more.pop("key", None) or next(keys), "problem": problem, "action": action, **more}
    asked = context(database, now, role, person)
    return (await ask(schema, ACT, {"input": given}, as_=asked))["actOnProblem"]


async def assert_chain(database: Any, problem: str) -> list[str]:
    """Every event's hash is that of its body, and each body names the hash before it."""
    from hashlib import sha256

    found = await ask(schema, CHAIN, {"id": problem}, as_=context(database))
    events = [edge["node"] for edge in found["problem"]["events"]["edges"]]
    previous = None
    for position, event in enumerate(events, 1):
        assert event["position"] == position
        assert event["previousHash"] == previous
        assert json.loads(event["data"]).get("previousHash") == previous
        assert event["hash"] == sha256(event["data"].encode()).hexdigest()
        previous = event["hash"]
    return [event["kind"] for event in events]


def test_the_straight_way(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            reported = await report(place, database)
            problem = reported["problem"]["id"]
            assert (reported["problem"]["status"], reported["problem"]["dueAt"]) == ("REPORTED", None)
            steps: list[tuple[str, str, dict[str, Any]]] = [
                ("REGISTER", "REGISTERED", {"person": place.worker}),
                ("ASSIGN", "ASSIGNED", {"toOrganization": place.department}),
                ("ACCEPT", "RECTIFYING", {"person": place.supervisor}),
                ("SUBMIT", "SUBMITTED", {"person": place.supervisor, "evidence": ["after.jpg"]}),
                ("VERIFY", "VERIFIED", {"person": place.worker}),
                ("CLOSE", "CLOSED", {}),
            ]
            for action, status, more in steps:
                found = await act(database, problem, action, **more)
                assert found["problem"]["status"] == status, found
            assert await assert_chain(database, problem) == ["REPORTED", *(action for action, _, _ in steps)]

    asyncio.run(go())


def test_who_submits_may_not_verify_and_a_refusal_says_what_is_possible(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            problem = (await report(place, database))["problem"]["id"]
            steps: list[tuple[str, dict[str, Any]]] = [
                ("REGISTER", {}),
                ("ASSIGN", {"toOrganization": place.department}),
                ("ACCEPT", {}),
                ("SUBMIT", {"person": place.supervisor, "evidence": ["after.jpg"]}),
            ]
            for action, more in steps:
                assert "problem" in await act(database, problem, action, **more)
            refused = await act(database, problem, "VERIFY", person=place.supervisor)
            assert refused["code"] == "SAME_PERSON"
            assert [error["path"] for error in refused["errors"]] == ["person"]
            assert {"VERIFY", "REOPEN"} <= set(refused["possible"])
            assert (await act(database, problem, "ACCEPT"))["code"] == "ILLEGAL_TRANSITION"
            assert await assert_chain(database, problem) == ["REPORTED", "REGISTER", "ASSIGN", "ACCEPT", "SUBMIT"]

    asyncio.run(go())


def test_an_assignment_that_names_no_deadline_gets_the_rulebooks_clock(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            problem = (await report(place, database, severity="SERIOUS"))["problem"]["id"]
            await act(database, problem, "REGISTER")
            assigned = await act(database, problem, "ASSIGN", toOrganization=place.department)
            assert datetime.fromisoformat(assigned["problem"]["dueAt"]) == NOW + timedelta(hours=24)
            event = await ask(schema, EVENT, {"id": assigned["event"]["id"]}, as_=context(database))
            assert event["event"]["dueAt"] == assigned["problem"]["dueAt"]

    asyncio.run(go())


def test_the_same_key_gives_the_first_answer_and_makes_nothing_new(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            problem = (await report(place, database))["problem"]["id"]
            first = await act(database, problem, "REGISTER", key="once")
            await act(database, problem, "ASSIGN", toOrganization=place.department)
            again = await act(database, problem, "REGISTER", key="once", now=NOW + timedelta(days=1))
            assert again == first
            other = await act(database, problem, "ACCEPT", key="once")
            assert other["code"] == "IDEMPOTENCY_CONFLICT"
            assert await assert_chain(database, problem) == ["REPORTED", "REGISTER", "ASSIGN"]

    asyncio.run(go())


def test_a_command_sent_many_times_at_once_is_carried_out_once(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            problem = (await report(place, database))["problem"]["id"]
            answers = await asyncio.gather(*(act(database, problem, "REGISTER", key="at once") for _ in range(8)))
            assert all(answer == answers[0] for answer in answers)
            assert await assert_chain(database, problem) == ["REPORTED", "REGISTER"]

    asyncio.run(go())


def test_of_two_commands_at_once_one_goes_first(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            problem = (await report(place, database))["problem"]["id"]
            answers = await asyncio.gather(*(act(database, problem, "REGISTER") for _ in range(6)))
            assert sorted(answer.get("code", "done") for answer in answers) == ["ILLEGAL_TRANSITION"] * 5 + ["done"]
            assert await assert_chain(database, problem) == ["REPORTED", "REGISTER"]

    asyncio.run(go())


def test_what_was_known_before_is_still_answered(place: Place) -> None:
    """Each earlier state is found under the record time of its event, by id and in the worklist."""
    worklist = """query ($organization: ID!, $status: [ProblemStatus!], $known: DateTime) {
      problems(filter: { assignedTo: $organization, status: $status }, orderBy: DUE_AT_ASC, knownAt: $known) {
        edges { node { id status dueAt } } }
      problemCount(filter: { assignedTo: $organization, status: $status }, knownAt: $known)
      problem(id: "%s", knownAt: $known) { status } }"""

    async def go() -> None:
        async with place.database() as database:
            problem = (await report(place, database))["problem"]["id"]
            seen: list[tuple[datetime, str]] = [(NOW, "REPORTED")]
            steps: list[tuple[str, dict[str, Any]]] = [
                ("REGISTER", {}),
                ("ASSIGN", {"toOrganization": place.department}),
                ("ACCEPT", {}),
            ]
            for hour, (action, more) in enumerate(steps, 1):
                now = NOW + timedelta(hours=hour)
                found = await act(database, problem, action, now=now, **more)
                seen.append((now, found["problem"]["status"]))
            for known, status in seen:
                variables = {"organization": place.department, "status": [status], "known": known.isoformat()}
                later = context(database, NOW + timedelta(days=2))
                found = await ask(schema, worklist % problem, variables, as_=later)
                assert found["problem"]["status"] == status
                assigned = status in ("ASSIGNED", "RECTIFYING")
                shown = [edge["node"]["status"] for edge in found["problems"]["edges"]]
                assert shown == ([status] if assigned else [])
                assert found["problemCount"] == int(assigned)

    asyncio.run(go())


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"title": "  "}, "BAD_INPUT", "title"),
        ({"site": None}, "BAD_INPUT", "site"),
        ({"site": "unknown"}, "NOT_FOUND", "site"),
        ({"discoveredAt": "2030-01-01T00:00:00+08:00"}, "BAD_INPUT", "discoveredAt"),
        ({"idempotencyKey": ""}, "BAD_INPUT", None),
    ],
)
def test_a_report_that_is_wrong_says_where(place: Place, given: dict[str, Any], code: str, path: str | None) -> None:
    async def go() -> None:
        async with place.database() as database:
            refused = await report(place, database, **given)
            assert refused["code"] == code
            assert [error["path"] for error in refused["errors"]] == [path or "idempotencyKey"]
            rows = await database.read("MATCH (n:Problem|Command|Event) RETURN count(n) AS left")
            assert rows == [{"left": 0}]

    asyncio.run(go())


def test_people_act_as_themselves_in_their_own_posts(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            problem = (await report(place, database))["problem"]["id"]
            mine: dict[str, Any] = {"role": Role.GRID_WORKER, "caller": place.worker}
            assert (await act(database, problem, "REGISTER", role=Role.VIEWER))["code"] == "NOT_ALLOWED"
            assert (await act(database, problem, "REGISTER", person=place.stranger, **mine))["code"] == "NOT_ALLOWED"
            other = await act(database, problem, "REGISTER", post=place.supervisor_post, **mine)
            assert (other["code"], other["errors"][0]["path"]) == ("NOT_ALLOWED", "post")
            done = await act(database, problem, "REGISTER", **mine)
            assert done["event"]["actor"] == {"id": place.worker}
            assert done["event"]["post"] == {"id": place.worker_post}

    asyncio.run(go())


STEP = st.tuples(
    st.sampled_from(list(ProblemAction)),
    st.sampled_from(["worker", "supervisor", "stranger", None]),
    st.integers(0, 40),
    st.none() | st.integers(1, 60),
    st.booleans(),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=6, max_size=14))
def test_the_api_does_what_the_rules_say(
    place: Place, steps: list[tuple[ProblemAction, str | None, int, Any, bool]]
) -> None:
    """Random lives, step by step through GraphQL and by the rules alone: the same state, or the same refusal."""

    async def go() -> None:
        async with place.database() as database:
            problem = (await report(place, database))["problem"]["id"]
            clock = timedelta(hours=72)
            life, now = rules.begin(NOW, clock), NOW
            for action, who, hours, due, complete in steps:
                at_, now = now + timedelta(hours=hours), now + timedelta(hours=hours)
                person = getattr(place, who) if who else None
                post = {"worker": place.worker_post, "supervisor": place.supervisor_post}.get(who or "")
                home = {"worker": place.office, "supervisor": place.department}.get(who or "")
                due_at = None if due is None else now + timedelta(hours=due)
                evidence = ("a.jpg",) if complete else ()
                note = "原因" if complete else None
                to = place.department if complete else None
                step = rules.Step(action, at_, person, post, home, to, due_at, evidence, note)
                expected = rules.apply(life, step)
                found = await act(
                    database,
                    problem,
                    action,
                    now,
                    person=person,
                    toOrganization=to,
                    dueAt=due_at and due_at.isoformat(),
                    evidence=list(evidence),
                    note=note,
                )
                if isinstance(expected, rules.Refused):
                    assert (found["code"], found["possible"]) == (expected.code, list(expected.possible))
                    continue
                life = expected
                shown = found["problem"]
                assert shown["status"] == life.status
                assert (shown["dueAt"] and datetime.fromisoformat(shown["dueAt"])) == life.due_at
                assert (shown["assignedTo"] and shown["assignedTo"]["id"]) == life.assigned_to
            await assert_chain(database, problem)

    asyncio.run(go())
