"""Inspections through GraphQL on a real Neo4j: all is written or nothing, and what failed has a life of its own."""

import asyncio
import itertools
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from graph.model.identity import record_id
from graph.model.instants import TICK
from graph.session import Database
from services.campaign.rulebook import shipped
from services.hosting.identity import Role
from services.oversight.schema import schema
from tests.asking import ask, context, refused
from tests.services.oversight.conftest import Place
from tests.world import at

OPERATIONS = Path(__file__).parents[3] / "schema" / "operations"
RECORD = (OPERATIONS / "RecordInspection.graphql").read_text("utf-8")
ACT = (OPERATIONS / "ActOnProblem.graphql").read_text("utf-8")
WHOLE = """query ($id: ID!, $knownAt: DateTime) { inspection(id: $id, knownAt: $knownAt) {
  checklist checklistTitle rulebook passed inspectedAt site { name } inspectedBy { id } post { id } evidence
  results { item title severity outcome note evidence basis { title } problem { id } }
  problems { id } events(first: 5) { edges { node { kind position hash data actor { id } inspection { id } } } } } }"""
PROBLEMS = """{ problems(first: 20) { edges { node {
  id title number severity origin status discoveredAt site { name } area { name } reportedBy { id } inspection { id }
  events(first: 9) { edges { node { kind position evidence note previousHash } } } } } } }"""
COUNTS = """MATCH (n:Inspection|ItemResult|Problem|Event|Command)
RETURN [label IN labels(n) WHERE label <> 'Record'][0] AS kind, count(n) AS n"""
NOW = at("2024-12-16T09:00+08:00")
TEN = "CONSTRUCTION_TEN"
ITEMS = [item.code for item in next(one for one in shipped().checklists if one.code == TEN).items]
keys = (f"key-{number}" for number in itertools.count())


def found(**outcomes: dict[str, Any]) -> list[dict[str, Any]]:
    """All of the ten passed, but for those said otherwise."""
    return [{"item": code, "outcome": "PASSED", **outcomes.get(code, {})} for code in ITEMS]


UNCOVERED = {"outcome": "FAILED", "evidence": ["soil.jpg"], "note": "北侧土堆"}
UNWASHED = {"outcome": "FAILED", "note": "洗车台停用"}
NO_TRUCKS = {"outcome": "NOT_APPLICABLE", "note": "本期无渣土外运"}


async def send(
    place: Place,
    database: Database,
    now: datetime = NOW,
    who: str | None = "",
    role: Role = Role.DEPARTMENT,
    **given: Any,
) -> dict[str, Any]:
    """Record an inspection as a person (the supervisor where none is said), or as a machine where `who` is None."""
    caller = context(database, now, role, place.supervisor if who == "" else who)
    sent = {"idempotencyKey": next(keys), "site": place.site, "checklist": TEN, "results": found(), **given}
    return (await ask(schema, RECORD, {"input": sent}, as_=caller))["recordInspection"]


async def counted(database: Database) -> dict[str, int]:
    return {row["kind"]: row["n"] for row in await database.read(COUNTS)}


def test_each_item_that_failed_opens_a_problem_as_a_report_does(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            results = found(COVERED=UNCOVERED, WASHED=UNWASHED, SEALED_TRUCKS=NO_TRUCKS)
            answer = await send(place, database, results=results, evidence=["sheet.pdf"])
            assert answer["inspection"]["passed"] is False
            whole = (await ask(schema, WHOLE, {"id": answer["inspection"]["id"]}, as_=context(database)))["inspection"]
            assert (whole["checklist"], whole["rulebook"], whole["site"]) == (
                TEN,
                shipped().version,
                {"name": "一工地"},
            )
            assert (whole["inspectedBy"], whole["post"]) == ({"id": place.supervisor}, {"id": place.supervisor_post})
            assert [one["item"] for one in whole["results"]] == ITEMS
            told = {one["item"]: one for one in whole["results"]}
            opened = [one["id"] for one in answer["problems"]]
            assert [told[code]["problem"] for code in ("COVERED", "WASHED")] == [{"id": one} for one in opened]
            assert {told[code]["problem"] for code in ITEMS if code not in ("COVERED", "WASHED")} == {None}
            assert (told["SEALED_TRUCKS"]["outcome"], told["SEALED_TRUCKS"]["note"]) == (
                "NOT_APPLICABLE",
                "本期无渣土外运",
            )
            assert told["COVERED"]["basis"] == {"title": "ASSUMED"}
            assert sorted(one["id"] for one in whole["problems"]) == sorted(opened)

            listed = await ask(schema, PROBLEMS, as_=context(database))
            problems = {edge["node"]["id"]: edge["node"] for edge in listed["problems"]["edges"]}
            assert sorted(problems) == sorted(opened)
            covered = problems[opened[0]]
            assert (covered["title"], covered["severity"], covered["origin"], covered["status"]) == (
                "不合格：裸土和物料覆盖",
                "SERIOUS",
                "INSPECTION",
                "REPORTED",
            )
            assert covered["number"] == answer["problems"][0]["number"]
            assert covered["number"].startswith("20241216-")
            assert (covered["site"], covered["area"], covered["reportedBy"]) == (
                {"name": "一工地"},
                {"name": "一社区"},
                {"id": place.supervisor},
            )
            assert covered["inspection"] == {"id": answer["inspection"]["id"]}
            (event,) = (edge["node"] for edge in covered["events"]["edges"])
            assert (event["kind"], event["position"], event["evidence"], event["note"], event["previousHash"]) == (
                "REPORTED",
                1,
                ["soil.jpg"],
                "北侧土堆",
                None,
            )
            (recorded,) = (edge["node"] for edge in whole["events"]["edges"])
            assert (recorded["kind"], recorded["position"], recorded["actor"], recorded["inspection"]) == (
                "INSPECTED",
                1,
                {"id": place.supervisor},
                {"id": answer["inspection"]["id"]},
            )
            said = json.loads(recorded["data"])["row"]
            assert (said["item.COVERED"], said["evidence.COVERED"], said["problem.COVERED"]) == (
                "FAILED",
                "soil.jpg",
                opened[0],
            )
            assert [code for code in ITEMS if f"item.{code}" in said] == ITEMS

    asyncio.run(go())


def test_a_problem_keeps_its_inspection_and_has_the_clock_of_its_severity(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            answer = await send(place, database, results=found(COVERED=UNCOVERED))
            (problem,) = answer["problems"]
            dues: list[Any] = []
            for action, more in (("REGISTER", {}), ("ASSIGN", {"toOrganization": place.department})):
                given = {"idempotencyKey": next(keys), "problem": problem["id"], "action": action, **more}
                acted = (await ask(schema, ACT, {"input": given}, as_=context(database, NOW)))["actOnProblem"]
                dues.append(acted["problem"]["dueAt"])
            assert dues == [None, "2024-12-17T09:00:00+08:00"], "a day for what is serious, from the assignment"
            asked = """query ($id: ID!, $knownAt: DateTime) { problem(id: $id, knownAt: $knownAt) {
              status inspection { id } } }"""
            (first,) = await database.read(
                "MATCH (:Problem)-[:WAS]->(f:Former {status: 'REPORTED'}) RETURN f.recordedAt AS at"
            )
            shown: list[Any] = []
            for known_at in (None, first["at"].isoformat()):
                variables = {"id": problem["id"], "knownAt": known_at}
                shown.append(
                    (await ask(schema, asked, variables, as_=context(database, NOW + timedelta(1))))["problem"]
                )
            assert [one["status"] for one in shown] == ["ASSIGNED", "REPORTED"]
            assert [one["inspection"] for one in shown] == [{"id": answer["inspection"]["id"]}] * 2

    asyncio.run(go())


def test_what_passes_opens_nothing(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            answer = await send(place, database)
            assert (answer["inspection"]["passed"], answer["problems"]) == (True, [])
            assert await counted(database) == {"Command": 1, "Event": 1, "Inspection": 1, "ItemResult": 10}

    asyncio.run(go())


def test_what_is_wrong_is_told_at_once_and_nothing_is_written(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:

            async def paths(**given: Any) -> tuple[str, list[str]]:
                answer = await send(place, database, **given)
                return answer["code"], [error["path"] for error in answer["errors"]]

            wrong = found(COVERED={"outcome": "FAILED"}, WASHED={"outcome": "NOT_APPLICABLE", "note": " "})
            wrong = [*wrong[:-1], {"item": "FENCED", "outcome": "PASSED"}, {"item": "GREEN", "outcome": "PASSED"}]
            wrong.append({"item": "PURIFIER_RUNNING", "outcome": "FAILED", "note": "停用"})
            answer = await send(place, database, results=wrong)
            errors = {error["path"]: error["message"] for error in answer["errors"]}
            assert {path.removeprefix("results") for path in errors} == {
                ".1.evidence", ".4.note", ".9.item", ".10.item", ".11.item", ""
            }  # fmt: skip
            assert "FENCED is given twice, here and as results.0" in errors["results.9.item"]
            assert "no checklist has it" in errors["results.10.item"]
            assert "one of CATERING_FUMES, for RESTAURANT" in errors["results.11.item"]
            assert "nothing is said of FUEL" in errors["results"]
            assert await paths(checklist="SOLVENTS") == ("NOT_FOUND", ["checklist"])
            assert await paths(checklist="CATERING_FUMES") == ("BAD_INPUT", ["checklist"])
            assert await paths(site=place.area) == ("NOT_FOUND", ["site"])
            assert await paths(inspectedAt=(NOW + TICK).isoformat()) == ("BAD_INPUT", ["inspectedAt"])
            assert await paths(results=[]) == ("BAD_INPUT", ["results"] * 10)
            assert await counted(database) == {}

    asyncio.run(go())


def test_only_those_inspect_whose_organization_may(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            await database.write("MATCH (o:Organization {id: $id}) SET o.kind = 'ENTERPRISE'", {"id": place.office})

            async def outcome(who: str | None, role: Role = Role.DEPARTMENT, **given: Any) -> str:
                answer = await send(place, database, NOW, who, role, **given)
                return f"{answer['code']} {answer['errors'][0]['path']}" if "code" in answer else "done"

            assert await outcome(place.worker) == "NOT_ALLOWED inspectedBy", "an enterprise does not inspect"
            assert await outcome(place.stranger) == "NOT_ALLOWED inspectedBy", "nobody without a post does"
            assert await outcome(place.supervisor, inspectedBy=place.worker) == "NOT_ALLOWED inspectedBy"
            assert await outcome(place.supervisor, post=place.worker_post) == "NOT_ALLOWED post"
            assert await outcome(None, Role.INTEGRATOR) == "MISSING_PERSON inspectedBy"
            assert await outcome(None, Role.INTEGRATOR, inspectedBy=place.worker) == "NOT_ALLOWED inspectedBy"
            viewer = await send(place, database, NOW, place.supervisor, Role.VIEWER)
            assert viewer["code"] == "NOT_ALLOWED"
            assert await counted(database) == {}
            assert await outcome(None, Role.INTEGRATOR, inspectedBy=place.supervisor) == "done"
            assert await outcome(place.supervisor, Role.GRID_WORKER, post=place.supervisor_post) == "done"
            # In the post at that time: before it was theirs, it was not.
            before = at("2023-12-31T23:59+08:00").isoformat()
            assert await outcome(place.supervisor, inspectedAt=before) == "NOT_ALLOWED inspectedBy"

    asyncio.run(go())


def test_a_retry_gives_the_first_answer_and_writes_nothing_more(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            given: dict[str, Any] = {"results": found(COVERED=UNCOVERED, WASHED=UNWASHED), "idempotencyKey": "once"}
            answers = await asyncio.gather(*(send(place, database, **given) for _ in range(4)))
            assert all(answer == answers[0] for answer in answers)
            assert len(answers[0]["problems"]) == 2
            before = await counted(database)
            assert (before["Inspection"], before["Problem"], before["Event"]) == (1, 2, 3)
            other = await send(place, database, results=found(), idempotencyKey="once")
            assert other["code"] == "IDEMPOTENCY_CONFLICT"
            assert await counted(database) == before
            # A report under a key that looks like one of its own problems is another problem.
            report = """mutation ($input: ReportProblemInput!) { reportProblem(input: $input) {
              ... on ProblemPayload { problem { id } } ... on Refusal { code } } }"""
            sent = {"idempotencyKey": "item-0002/once", "title": "裸土", "origin": "PATROL", "site": place.site}
            caller = context(database, NOW, Role.DEPARTMENT, place.supervisor)
            told = (await ask(schema, report, {"input": sent}, as_=caller))["reportProblem"]
            assert told["problem"]["id"] not in [one["id"] for one in answers[0]["problems"]]

    asyncio.run(go())


def test_lists_find_an_inspection_by_what_its_source_calls_it(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            made = [(await send(place, database, idempotencyKey=key))["inspection"]["id"] for key in ("a", "b", "c")]
            asked = """query ($filter: SourceFilter, $after: String) {
              inspections(filter: $filter, first: 2, after: $after) {
                edges { node { id } } pageInfo { hasNextPage endCursor } totalCount } }"""

            async def page(**variables: Any) -> dict[str, Any]:
                return (await ask(schema, asked, variables, as_=context(database)))["inspections"]

            first = await page()
            rest = await page(after=first["pageInfo"]["endCursor"])
            ids = [edge["node"]["id"] for one in (first, rest) for edge in one["edges"]]
            assert (sorted(ids), first["totalCount"]) == (sorted(made), 3)
            source_id = "inspection/tester/b"
            one = await page(filter={"source": "zeren", "sourceId": source_id})
            assert [edge["node"]["id"] for edge in one["edges"]] == [record_id("zeren", source_id)] == [made[1]]
            at_site = """query ($id: ID!) { site(id: $id) {
              inspections(first: 1) { totalCount edges { node { passed } } } } }"""
            site = (await ask(schema, at_site, {"id": place.site}, as_=context(database)))["site"]
            assert site["inspections"] == {"totalCount": 3, "edges": [{"node": {"passed": True}}]}

    asyncio.run(go())


def test_checklists_are_those_of_the_rulebook(place: Place) -> None:
    async def go() -> None:
        async with place.database() as database:
            asked = """query ($kind: SiteType) { checklists(siteKind: $kind) {
              code title titleEn siteKinds basis rulebook items { code title titleEn severity basis } } }"""
            every = (await ask(schema, asked, as_=context(database)))["checklists"]
            assert [one["code"] for one in every] == [one.code for one in shipped().checklists]
            (ten,) = (await ask(schema, asked, {"kind": "CONSTRUCTION"}, as_=context(database)))["checklists"]
            assert (ten["siteKinds"], ten["rulebook"], len(ten["items"])) == (["CONSTRUCTION"], shipped().version, 10)
            assert {item["basis"] for item in ten["items"]} == {"ASSUMED"}, "the speech does not say which they are"
            one = "query ($code: String!) { checklist(code: $code) { title items { code } } }"
            found = (await ask(schema, one, {"code": TEN}, as_=context(database)))["checklist"]
            assert [item["code"] for item in found["items"]] == ITEMS
            assert await refused(schema, one, {"code": "NONE"}, as_=context(database)) == "NOT_FOUND"

    asyncio.run(go())
