"""What is asked of the county as a whole, and what is told to it while it is asked."""

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from graph.model.instants import OPEN
from graph.session import Database
from tests.benchmarks.side_by_side.chain import AROUND, holds
from tests.benchmarks.side_by_side.measuring import Contender, Measured, measure
from tests.benchmarks.side_by_side.questions import TRACE, Question, Subject, now, operation
from tests.benchmarks.side_by_side.systems import System

OVERVIEWS = 20
PEOPLE = 100
PERIOD = ("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z")

OVERVIEW = Question("overview", operation("Overview"), lambda subject: {"campaign": subject["campaign"]})
REPORT = operation("ReportProblem")

SCAN = f"""
MATCH (p:Problem) WHERE p.status <> 'REJECTED'
WITH p, coalesce(head(COLLECT {{ MATCH (p)-[:FOUND_IN]->(x) RETURN x }}),
  head(COLLECT {{ MATCH (p)-[:FOUND_AT]->(s) WITH s, {AROUND.format("s")} AS x RETURN x }})) AS area,
  head(COLLECT {{ MATCH (p)-[:FALLS_UNDER]->(:Task)-[:IN_LINE]->(l) RETURN l }}) AS line
WITH area, line, sum(CASE WHEN p.status = 'CLOSED' THEN 0 ELSE 1 END) AS open,
  sum(CASE WHEN p.status = 'CLOSED' THEN 1 ELSE 0 END) AS closed
RETURN collect({{area: area.name, line: line.title, open: open, closed: closed}}) AS rollup
"""
"""The counts of all problems by area and line of work, as one would write it who keeps no counts."""

LEADERS = f"""
MATCH (p:Post) WHERE EXISTS {{ (p)<-[:REPORTS_TO]-() }} AND NOT EXISTS {{ (p)-[:REPORTS]->() }}
MATCH (p)<-[:MEMBERSHIP_TO]-(m:Membership)<-[:MEMBERSHIP]-(h) WHERE {holds("m")}
RETURN h.id AS id ORDER BY COUNT {{ (p)<-[:REPORTS_TO]-() }} DESC, h.id LIMIT 1
"""
CLERKS = f"""
MATCH (a:Area {{kind: 'GRID'}})<-[:RESPONSIBILITY_TO]-(r:Responsibility)<-[:RESPONSIBILITY]-(p) WHERE {holds("r")}
  AND NOT EXISTS {{ (p)<-[:REPORTS_TO]-() }}
MATCH (p)<-[:MEMBERSHIP_TO]-(m:Membership)<-[:MEMBERSHIP]-(h) WHERE {holds("m")}
RETURN DISTINCT h.id AS id ORDER BY id LIMIT $limit
"""


def _sums(rows: Sequence[dict[str, Any]], line: str) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for row in rows:
        if row[line]:
            title = row[line]["title"] if isinstance(row[line], dict) else row[line]
            found.setdefault(title, Counter()).update(open=row["open"], closed=row["closed"])
    return found


async def overview(store: Database, driver: System, zeren: System) -> list[Measured]:
    """Counts that are kept, against counting; their sums by line of work are compared first."""
    (row,) = await store.read("MATCH (c:Campaign) RETURN c.id AS campaign ORDER BY c.id LIMIT 1")

    async def scanning(_: Subject) -> Any:
        return [(SCAN, {"now": now(), "open": OPEN})]

    async def asked(subject: Subject) -> str:
        return OVERVIEW.body(subject)

    async def counted(_: Subject, answer: Any) -> Any:
        return _sums(answer[0][0]["rollup"], "line")

    async def kept(_: Subject, answer: Any) -> Any:
        return _sums(answer["campaign"]["rollup"], "lineOfWork")

    contenders = [Contender(driver, scanning, counted), Contender(zeren, asked, kept)]
    counts = [
        await one.read(row, one.system.asker.ask([await one.put(row)], answers=True).answers[0]) for one in contenders
    ]
    if {title: sums for title, sums in counts[0].items() if title in counts[1]} != counts[1]:
        raise AssertionError(f"the scan counts {counts[0]}, the overview says {counts[1]}")
    return await measure(OVERVIEW, contenders, [row] * OVERVIEWS * len(contenders), (1,))


async def accountable(store: Database, zeren: System) -> list[Measured]:
    """The first hundred problems that a leader and that clerks answered for."""
    bound = {"now": now(), "open": OPEN, "limit": PEOPLE}
    measured: list[Measured] = []
    for name, statement in (("leader", LEADERS), ("clerk", CLERKS)):
        people = await store.read(statement, bound)
        question = Question(
            f"accountable for, {name}",
            operation("AccountableFor"),
            lambda subject: {"person": subject["id"], "from": PERIOD[0], "to": PERIOD[1], "first": 100},
        )
        asked = [question.body(one) for one in (people if len(people) > 1 else people * (OVERVIEWS + 1))]
        zeren.asker.ask(asked[:1])
        taken = zeren.asker.ask(asked[1:] or asked)
        measured.append(Measured(question.name, zeren.name, 1, taken.seconds, taken.clock))
    return measured


def reports(area: str, number: int) -> list[str]:
    """Commands, each with a key of its own."""
    return [
        json.dumps(
            {
                "query": REPORT,
                "variables": {
                    "input": {
                        "idempotencyKey": uuid.uuid4().hex,
                        "title": "扬尘",
                        "origin": "GRID_WORKER",
                        "severity": "NORMAL",
                        "area": area,
                    }
                },
            }
        )
        for _ in range(number)
    ]


async def told_and_asked(
    store: Database, zeren: System, writer: System, about: Sequence[Subject], number: int
) -> list[Measured]:
    """Problems reported by sixteen clients; then traces by sixteen while two more report."""
    (row,) = await store.read("MATCH (a:Area {kind: 'GRID'}) RETURN a.id AS area ORDER BY a.id LIMIT 1")
    (answer,) = writer.asker.ask(reports(row["area"], 1), answers=True).answers
    if "problem" not in answer["reportProblem"]:
        raise AssertionError(f"a report is refused: {answer}")
    writer.asker.ask(reports(row["area"], 50), 16)
    alone = writer.asker.ask(reports(row["area"], number), 16)
    measured = [Measured("report a problem", zeren.name, 16, alone.seconds, alone.clock)]
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(writer.asker.ask, reports(row["area"], max(20, len(about) // 4)), 2)
        asked = zeren.asker.ask([TRACE.body(subject) for subject in about], 16)
        told = writing.result()
    measured.append(Measured("trace while problems are reported", zeren.name, 16, asked.seconds, asked.clock))
    measured.append(Measured("report a problem while traces are asked", zeren.name, 2, told.seconds, told.clock))
    return measured
