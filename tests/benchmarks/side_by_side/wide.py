"""What is asked of the county as a whole, and what is told to it while it is asked."""

import json
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from graph.model.instants import OPEN
from graph.session import Database
from tests.benchmarks.side_by_side.chain import AREAS, AROUND, holds
from tests.benchmarks.side_by_side.contenders import by_document, compare
from tests.benchmarks.side_by_side.measuring import Contender, Measured, measure
from tests.benchmarks.side_by_side.questions import TRACE, Question, Subject, now, operation
from tests.benchmarks.side_by_side.systems import System

OVERVIEWS = 20
PEOPLE = 100
PERIOD = ("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z")

OVERVIEW = Question("overview", operation("Overview"), lambda subject: {"campaign": subject["id"]})
REPORT = operation("ReportProblem")
TOLD = 20
"""Reports for each subject that is asked about, first to warm up and then to be measured: a few hundred say little."""


def _rollup(data: Any) -> list[Any]:
    return _in_order(data["campaign"]["rollup"])


def _in_order(rollup: list[Any]) -> list[Any]:
    return sorted(rollup, key=lambda row: json.dumps([row["area"], row["lineOfWork"]]))


COUNTS = Question(
    "overview, counts alone",
    """
query Counts($campaign: ID!) {
  campaign(id: $campaign) {
    rollup(by: [AREA, LINE_OF_WORK]) {
      area { name } lineOfWork { title } open overdue closed closedInTimeRate reopenedRate extendedRate
    }
  }
}""",
    lambda subject: {"campaign": subject["id"]},
    _rollup,
)

_EVER = "sum(CASE WHEN p.life CONTAINS '\"{0}\"' THEN 1 ELSE 0 END)"
_SAID = "split(split(p.life, '\"{0}\": \"')[1], '\"')[0]"
SCAN = f"""
MATCH (p:Problem)-[:FALLS_UNDER]->(task) WHERE p.status <> 'REJECTED'
OPTIONAL MATCH (p)-[:FOUND_IN]->(own)
OPTIONAL MATCH (p)-[:FOUND_AT]->(site)
WITH coalesce(own, site) AS place, task, p, p.status = 'CLOSED' AS closed
WITH place, task, sum(CASE WHEN closed THEN 0 ELSE 1 END) AS open, sum(CASE WHEN closed THEN 1 ELSE 0 END) AS closed,
  sum(CASE WHEN NOT closed AND p.status <> 'SUSPENDED' AND p.dueAt < $now THEN 1 ELSE 0 END) AS overdue,
  sum(CASE WHEN closed AND NOT coalesce({_SAID.format("closed_at")} > {_SAID.format("due_at")}, false)
    THEN 1 ELSE 0 END) AS inTime,
  {_EVER.format("assignments")} AS assigned, {_EVER.format("submissions")} AS submitted,
  {_EVER.format("reopenings")} AS reopened, {_EVER.format("extensions")} AS extended
MATCH (task)-[:IN_LINE]->(line)-[:LINE_IN]->(:Campaign {{id: $id}})
WITH CASE WHEN place:Area THEN place ELSE {AROUND.format("place")} END AS place, line, sum(open) AS open,
  sum(closed) AS closed, sum(overdue) AS overdue, sum(inTime) AS inTime, sum(assigned) AS assigned,
  sum(submitted) AS submitted, sum(reopened) AS reopened, sum(extended) AS extended
CALL (place) {{
  MATCH way = (place) (()-[:WITHIN]->(f:Within WHERE {holds("f")})-[:WITHIN_TO]->()){{0,{AREAS}}} (x:Area)
  WITH x ORDER BY length(way) DESC
  RETURN head(collect(CASE WHEN x.kind <> 'COUNTY' THEN x END)) AS below
}}
WITH coalesce(below, place) AS area, line, sum(open) AS open, sum(closed) AS closed, sum(overdue) AS overdue,
  sum(inTime) AS inTime, sum(assigned) AS assigned, sum(submitted) AS submitted, sum(reopened) AS reopened,
  sum(extended) AS extended
RETURN collect({{area: area {{.name}}, lineOfWork: line {{.title}}, open: open, overdue: overdue, closed: closed,
  closedInTimeRate: CASE WHEN closed > 0 THEN toFloat(inTime) / closed END,
  reopenedRate: CASE WHEN submitted > 0 THEN toFloat(reopened) / submitted END,
  extendedRate: CASE WHEN assigned > 0 THEN toFloat(extended) / assigned END}}) AS rollup
"""
"""The same figures of all problems, as one would write it who keeps no counts: problems are gone through once and
grouped at once, so that areas and lines of work are sought for places and tasks and not for problems."""

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


async def overview(store: Database, driver: System, zeren: System) -> list[Measured]:
    """Counts that are kept, against counting, compared first; and the whole document, with its targets."""
    (row,) = await store.read("MATCH (c:Campaign) RETURN c.id AS id ORDER BY c.id LIMIT 1")

    async def scanning(subject: Subject) -> Any:
        return [(SCAN, {"now": now(), "open": OPEN, **subject})]

    async def counted(_: Subject, answer: Any) -> Any:
        return _in_order(answer[0][0]["rollup"])

    contenders = [Contender(driver, scanning, counted), by_document(zeren, COUNTS)]
    await compare(COUNTS, contenders, [row])
    measured = await measure(COUNTS, contenders, [row] * OVERVIEWS * len(contenders), (1,))
    return measured + await measure(OVERVIEW, [by_document(zeren, OVERVIEW)], [row] * OVERVIEWS, (1,))


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
        measured.append(Measured(question.name, zeren.name, 1).take(zeren.ask(asked[1:] or asked)))
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
    writer.asker.ask(reports(row["area"], TOLD * number), 16)
    alone = writer.ask(reports(row["area"], TOLD * number), 16)
    measured = [Measured("report a problem", zeren.name, 16).take(alone)]
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(writer.asker.ask, reports(row["area"], max(20, len(about) // 4)), 2)
        asked = zeren.asker.ask([TRACE.body(subject) for subject in about], 16)
        told = writing.result()
    measured.append(Measured("trace while problems are reported", zeren.name, 16).take(asked))
    measured.append(Measured("report a problem while traces are asked", zeren.name, 2).take(told))
    return measured
