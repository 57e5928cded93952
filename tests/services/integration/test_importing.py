"""Imports into a real Neo4j: as a whole or not at all, once, and what changed beside what was."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.schema import schema
from graph.migrations import migrate
from graph.model.enums import ProblemAction
from graph.model.identity import record_id
from graph.model.instants import OPEN
from graph.session import Database
from services.hosting.identity import Caller, Role
from services.integration.loading.completion import ImportRefused, complete_pending, discard
from services.integration.loading.loader import import_bundle
from services.oversight.commands import Act, act
from services.oversight.rules import load
from tests.asking import ask, context
from tests.services.integration.bundles import SMALL, changed, write
from tests.services.integration.conftest import Store, now


def test_a_problem_of_the_same_bundle_may_have_had_another_name(store: Store, tmp_path: Path) -> None:
    tables = {**SMALL, "names": SMALL["names"] + "\n n9,p1,旧题,2024-01-01,2024-12-17\n"}
    imported = store.load(write(tmp_path / "b", tables))
    assert imported.report.errors == []
    assert store.rows("MATCH (p:Problem)-[:NAMED]->(n:Name) RETURN p.sourceId AS p, n.text AS text") == [
        {"p": "p1", "text": "旧题"}
    ]


def test_rows_become_records_facts_and_chained_events(store: Store, tmp_path: Path) -> None:
    imported = store.load(write(tmp_path / "b", SMALL))
    assert imported.report.errors == []
    at = imported.recorded_at
    assert at is not None
    assert store.count("(n:Pending)") == 0
    assert store.rows("MATCH (n:Record) WHERE n.recordedAt <> $at RETURN n", at=at) == []
    (problem,) = store.rows("MATCH (p:Problem {sourceId: 'p1'}) RETURN p")
    state = problem["p"]
    assert (state["status"], state["assignedToId"]) == ("SUBMITTED", record_id("bundle", "env"))
    assert state["dueAt"] == datetime(2024, 12, 18, 15, 59, 59, 999999, tzinfo=UTC)
    assert load(state["life"]).submitted_by == record_id("bundle", "li")
    chain = store.rows(
        "MATCH (e:Event:Outbox)-[:EVENT_OF]->(:Problem {sourceId: 'p1'}) "
        "RETURN e.kind AS kind, e.position AS position, e.hash AS hash, e.previousHash AS previous ORDER BY position"
    )
    assert [row["kind"] for row in chain] == ["REPORTED", "REGISTER", "ASSIGN", "ACCEPT", "SUBMIT"]
    assert [row["previous"] for row in chain] == [None, *[row["hash"] for row in chain[:-1]]]
    assert (state["position"], state["hash"]) == (5, chain[-1]["hash"])
    ways = store.rows(
        "MATCH (o)-[:OPERATES]->(f:Operates)-[:OPERATES_TO]->(:Site) "
        "RETURN o.sourceId AS who, f.explicit AS explicit, f.validTo AS until ORDER BY explicit"
    )
    assert [(row["who"], row["explicit"]) for row in ways] == [("mill", False), ("env", True)]
    assert ways[0]["until"] == OPEN
    assert store.count("(:Responsibility)-[:BASED_ON]->(:Clause)") == 1
    assert store.count("(:Task)-[:IN_LINE]->(:LineOfWork {code: 'INDUSTRY'})-[:LINE_IN]->(:Campaign)") == 2
    assert store.count("(:Regulation)-[:REGULATION_TO]->(:SiteKind {kind: 'ENTERPRISE'})") == 1
    (watermark,) = store.rows("MATCH (w:Watermark) RETURN w.holdsAt AS holdsAt")
    assert watermark["holdsAt"] == OPEN


def test_faults_and_dry_runs_load_nothing(store: Store, tmp_path: Path) -> None:
    imported = store.load(write(tmp_path / "b", changed(sites=("grid,mill", "grit,mill"))))
    assert (imported.written, imported.recorded_at, imported.report.ok) == (0, None, False)
    assert store.count("(n:Record)") == 0
    assert store.count("(n:Import)") == 0


def test_the_same_rows_again_change_nothing_however_they_are_written(store: Store, tmp_path: Path) -> None:
    store.load(write(tmp_path / "a", SMALL))
    before = store.rows("MATCH (n:Record) RETURN count(*) AS n, sum(n.position) AS s")
    assert store.load(tmp_path / "a").written == 0
    other = changed(
        memberships=("2023-01-01,2024-12-20", "2022-12-31T16:00:00Z,bundle:x"),
        observations=("153.5", "153.50"),
        tasks=("env;gov", "gov; bundle:env"),
    )
    other["memberships"] = other["memberships"].replace("bundle:x", "2024-12-19T16:00:00+00:00")
    again = store.load(write(tmp_path / "b", other))
    assert (again.written, again.recorded_at) == (0, None)
    assert store.rows("MATCH (n:Record) RETURN count(*) AS n, sum(n.position) AS s") == before


def test_a_changed_row_supersedes_and_the_old_one_stays(store: Store, tmp_path: Path) -> None:
    first = store.load(write(tmp_path / "a", SMALL))
    tables = changed(
        persons=("李四", "李肆"),
        memberships=("2023-01-01", "2023-02-01"),
        sites=("grid,mill", "grid,env"),
        tasks=("env;gov", "gov"),
        observations=("153.5", "99"),
        problems=("扬尘", "重度扬尘"),
    )
    second = store.load(write(tmp_path / "b", tables))
    assert first.recorded_at is not None
    assert second.recorded_at is not None
    assert first.recorded_at < second.recorded_at
    (person,) = store.rows("MATCH (p:Person {sourceId: 'li'})-[:WAS]->(f:Former) RETURN p, f")
    assert (person["p"]["name"], person["f"]["name"]) == ("李肆", "李四")
    assert person["p"]["changedAt"] == person["f"]["supersededAt"] == second.recorded_at
    assert person["f"]["changedAt"] == person["p"]["recordedAt"] == first.recorded_at
    (versions,) = store.rows("MATCH (n:Membership {sourceId: 'm1'})-[:SUPERSEDES]->(o) RETURN n, o")
    assert versions["n"]["id"] == f"{record_id('bundle', 'm1')}~2"
    assert versions["o"]["supersededAt"] == versions["n"]["recordedAt"] == second.recorded_at
    current = "(o)-[:OPERATES]->(f:Operates {explicit: false}) WHERE f.supersededAt > datetime('9000-01-01T00:00Z')"
    assert store.rows(f"MATCH {current} RETURN o.sourceId AS who") == [{"who": "env"}]
    (answers,) = store.rows(
        "MATCH (o {sourceId: 'env'})-[:ANSWERS_FOR]->(n)-[:SUPERSEDES]->(:AnswersFor) "
        "RETURN n.validFrom = n.validTo AS never"
    )
    assert answers["never"]
    (problem,) = store.rows("MATCH (p:Problem {sourceId: 'p1'})-[:WAS]->(f) RETURN p, f")
    assert (problem["p"]["title"], problem["f"]["title"], problem["p"]["status"]) == ("重度扬尘", "扬尘", "SUBMITTED")
    assert store.count("(:Problem {sourceId: 'p1'})-[:ASSIGNED_TO|FOUND_AT|FALLS_UNDER|REPORTED_BY]->()") == 4
    assert store.count("(:Former {sourceId: 'p1'})-[:ASSIGNED_TO|FOUND_AT|FALLS_UNDER|REPORTED_BY]->()") == 4
    kinds = store.rows("MATCH (e:Event)-[:EVENT_OF]->({sourceId: 'li'}) RETURN e.kind AS kind ORDER BY e.position")
    assert [row["kind"] for row in kinds] == ["RECORDED", "CORRECTED"]
    assert store.load(tmp_path / "b").written == 0
    assert store.load(tmp_path / "a").written > 0


def test_former_names_are_read_whatever_else_changes(store: Store, tmp_path: Path) -> None:
    query = """query ($id: ID!) { organization(id: $id, asOf: "2015-01-01T00:00:00Z") { name } }"""

    def called() -> str:
        async def read(database: Database) -> dict[str, Any]:
            return await ask(schema, query, {"id": record_id("bundle", "env")}, as_=context(database))

        return store.run(read)["organization"]["name"]

    store.load(write(tmp_path / "a", SMALL))
    assert called() == "环保局"
    store.load(write(tmp_path / "b", changed(organizations=("生态环境局", "环境局"))))
    assert called() == "环保局"
    store.run(lambda database: database.write("MATCH (x)-[:NAMED]->() REMOVE x.renamed"))
    assert called() == "环境局"
    store.run(lambda database: migrate(database, now()))
    assert called() == "环保局"


def test_a_later_bundle_adds_events_and_may_not_change_them(store: Store, tmp_path: Path) -> None:
    store.load(write(tmp_path / "a", SMALL))
    head = "id,problem,at,action,person,post,toOrganization,dueAt,evidence,note\n"
    more = {"events": head + "e6,p1,2024-12-17T12:00:00+08:00,VERIFY,wang,chief,,,,\n"}
    assert store.load(write(tmp_path / "b", more)).recorded_at is not None
    (state,) = store.rows("MATCH (p:Problem {sourceId: 'p1'})-[:WAS]->(f) RETURN p.status AS now, f.status AS was")
    assert state == {"now": "VERIFIED", "was": "SUBMITTED"}
    assert store.count("(:Problem {sourceId: 'p1'})<-[:EVENT_OF]-(:Event)") == 6
    edited = {"events": head + "e6,p1,2024-12-17T12:00:00+08:00,VERIFY,wang,chief,,,,改\n"}
    (fault,) = store.load(write(tmp_path / "c", edited)).report.errors
    assert "never edited" in fault.message
    early = {"events": head + "e7,p1,2024-12-16T12:30:00+08:00,CLOSE,wang,chief,,,,\n"}
    (fault,) = store.load(write(tmp_path / "d", early)).report.errors
    assert "before the last event" in fault.message


def test_a_command_between_check_and_write_is_not_overwritten(store: Store, tmp_path: Path) -> None:
    store.load(write(tmp_path / "a", SMALL))
    head = "id,problem,at,action,person,post,toOrganization,dueAt,evidence,note\n"
    more = write(tmp_path / "b", {"events": head + "e6,p1,2024-12-17T12:00:00+08:00,VERIFY,wang,chief,,,,\n"})
    urging = Act("1", record_id("bundle", "p1"), ProblemAction.URGE, at=datetime(2024, 12, 17, 2, tzinfo=UTC))

    async def work(database: Database) -> None:
        def acts_once_checked() -> datetime:
            beside.submit(
                store.run, lambda other: act(other, urging, Caller("office", Role.INTEGRATOR), now())
            ).result()
            return now()

        await import_bundle(database, more, acts_once_checked)

    with ThreadPoolExecutor(1) as beside, pytest.raises(ImportRefused, match="acted on"):
        store.run(work)
    assert store.count("(:Pending)") == store.count("(:Problem {status: 'VERIFIED'})") == 0
    assert store.load(more).recorded_at is not None
    (problem,) = store.rows("MATCH (p:Problem {sourceId: 'p1'}) RETURN p.life AS life, p.position AS position")
    life = load(problem["life"])
    assert (life.status, life.urgings, problem["position"]) == ("VERIFIED", 1, 7)


def test_references_lead_to_records_imported_before(store: Store, tmp_path: Path) -> None:
    store.load(write(tmp_path / "a", SMALL), "county")
    tables = {
        "persons": "id,name\nzhao,赵六\n",
        "memberships": "id,person,post,validFrom\nm9,zhao,county:clerk,2025-01-01\n",
    }
    assert store.load(write(tmp_path / "b", tables), "hr").report.errors == []
    tables["memberships"] = tables["memberships"].replace("county:clerk", "county:li")
    (fault,) = store.load(write(tmp_path / "c", tables), "hr").report.errors
    assert "is of kind Person" in fault.message
    moved = {"areas": "id,name,kind,parent\ncounty:county,某县,COUNTY,county:grid\n"}
    faults = store.load(write(tmp_path / "d", moved), "hr").report.errors
    assert any("cycle" in fault.message for fault in faults)


def test_an_export_goes_in_and_out_again_without_a_change(store: Store, tmp_path: Path) -> None:
    store.load(write(tmp_path / "a", SMALL), "county")
    store.load(write(tmp_path / "b", {"persons": "id,name\nzhao,赵六\n"}))
    out = store.export(tmp_path / "out")
    assert store.load(tmp_path / "out").written == 0
    store.wipe()
    assert store.load(tmp_path / "out").report.errors == []
    assert store.export(tmp_path / "again") == out


_ACTED = [pytest.param(False, id="first"), pytest.param(True, id="in use")]
"""Whether a command was carried out before; if none was, an import takes its record time before its rows."""


def _use(store: Store) -> None:
    """As a command that was carried out leaves it."""
    store.run(lambda database: database.write("CREATE (:Command {key: 'somebody/1', request: '', outcome: ''})"))


_CHILD = """
import asyncio, os, sys
from datetime import UTC, datetime
from pathlib import Path
from graph.session import Database
from graph.queries import imports
from services.integration.loading import batches, loader

batches._ROWS = 3
imports.RECORDS_PER_STAMP = 20
points = int(sys.argv[2])

def progress(what, more):
    global points
    points -= what in sys.argv[6].split(",")
    if points == 0:
        os.kill(os.getpid(), 9)

async def main():
    async with Database(*sys.argv[3:6]) as database:
        await loader.import_bundle(database, Path(sys.argv[1]), lambda: datetime.now(UTC), progress=progress)

asyncio.run(main())
"""


def _run_until_killed(store: Store, bundle: Path, points: int, phases: str = "write,stamp") -> int:
    """The exit code of an import that kills itself after so many batches of these phases."""
    command = [sys.executable, "-c", _CHILD, str(bundle), str(points), *store.connection, phases]
    return subprocess.run(command, env={**os.environ}, check=False).returncode


def _seen(store: Store) -> int:
    """How many records a reader sees now."""
    (row,) = store.rows(
        "MATCH (w:Watermark {name: 'main'}) "
        "WITH CASE WHEN w.holdsAt <= $now THEN w.holdsAt - duration({microseconds: 1}) ELSE $now END AS k "
        "OPTIONAL MATCH (n:Record) WHERE n.recordedAt <= k RETURN count(n) AS n",
        now=now(),
    )
    return row["n"]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("acted", _ACTED)
def test_an_import_killed_at_any_point_is_resumed_and_nothing_shows_before_it_is_complete(
    store: Store, tmp_path: Path, acted: bool
) -> None:
    bundle = write(tmp_path / "b", SMALL)
    store.load(bundle)
    whole = store.rows("MATCH (n:Record) RETURN labels(n)[1] AS label, count(*) AS n ORDER BY label")
    out = store.export(tmp_path / "out")
    for points in (1, 9, 28) if acted else (1, 9, 22):
        store.wipe()
        if acted:
            _use(store)
        assert _run_until_killed(store, bundle, points) == -signal.SIGKILL
        assert _seen(store) == 0
        assert (store.count("(:Gate {shut: true})") == 0) is acted
        assert (store.count("(:Pending)") > 0) is acted
        other = write(tmp_path / f"other{points}", {"persons": "id,name\nzhao,赵六\n"})
        with pytest.raises(ImportRefused, match="not complete"):
            store.load(other)
        assert store.load(bundle).recorded_at is not None
        assert store.count("(n:Pending)") == store.count("(:Gate {shut: true})") == 0
        assert store.rows("MATCH (n:Record) RETURN labels(n)[1] AS label, count(*) AS n ORDER BY label") == whole
        assert store.export(tmp_path / f"out{points}") == out


def test_an_import_cut_off_while_stamping_is_finished_without_its_bundle(store: Store, tmp_path: Path) -> None:
    bundle = write(tmp_path / "b", SMALL)
    _use(store)
    assert _run_until_killed(store, bundle, 4, "stamp") == -signal.SIGKILL
    assert store.count("(n:Pending)") > 0
    assert _seen(store) == 0
    with pytest.raises(ImportRefused, match="only be finished"):
        store.run(discard)
    assert store.run(lambda database: complete_pending(database, now)) is None
    assert store.count("(n:Pending)") == 0
    assert _seen(store) == store.count("(n:Record)") > 0


@pytest.mark.parametrize("acted", _ACTED)
def test_a_cut_off_import_can_be_discarded(store: Store, tmp_path: Path, acted: bool) -> None:
    store.load(write(tmp_path / "a", SMALL))
    if acted:
        _use(store)
    before = store.export(tmp_path / "out")
    count = store.count("(n)")
    tables = changed(persons=("李四", "李肆"), memberships=("2023-01-01", "2023-02-01"), problems=("扬尘", "重度扬尘"))
    assert _run_until_killed(store, write(tmp_path / "b", tables), 3) == -signal.SIGKILL
    assert store.count("(n:Pending)") > 0
    assert store.run(discard) is not None
    assert store.count("(n)") == count
    assert store.count("(:Gate {shut: true})") == 0
    assert store.count(f"(w:Watermark {{holdsAt: datetime('{OPEN.isoformat()}')}})") == 1
    assert store.export(tmp_path / "again") == before
