"""An import where nobody has acted yet: its rows have their record time at once, and nobody goes by half of them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.model.enums import ProblemAction
from graph.model.identity import record_id
from graph.queries.commands import CLAIM
from graph.queries.imports import SHUT_GATES
from graph.queries.watermark import GATES, take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.hosting.commanding import Done, RefusedError
from services.hosting.identity import Caller, Role
from services.integration.loading.completion import ImportRefused
from services.integration.loading.loader import import_bundle
from services.oversight.commands import Act, act
from tests.services.integration.bundles import SMALL, write
from tests.services.integration.conftest import Store, now

OFFICE = Caller("office", Role.INTEGRATOR)
VERIFIED = Act("1", record_id("bundle", "p1"), ProblemAction.VERIFY, at=datetime(2024, 12, 17, 12, tzinfo=UTC))


class CutOffError(Exception):
    """Raised in place of a process that ends."""


async def _verify(database: Database) -> Done:
    return await act(database, VERIFIED, OFFICE, now())


def _cut_off(store: Store, bundle: Path, after: str) -> None:
    """An import that ends once a record of this label was committed."""

    async def work(database: Database) -> None:
        def progress(what: str, _: int) -> None:
            if what == "write" and beside.submit(store.count, f"(:{after})").result():
                raise CutOffError

        await import_bundle(database, bundle, now, progress=progress)

    with ThreadPoolExecutor(1) as beside, pytest.raises(CutOffError):
        store.run(work)


def test_no_command_goes_by_half_of_it(store: Store, tmp_path: Path) -> None:
    bundle = write(tmp_path / "b", SMALL)
    _cut_off(store, bundle, "Problem")
    with pytest.raises(RefusedError, match="first import is under way") as refused:
        store.run(_verify)
    assert refused.value.code is RefusalCode.NOT_ALLOWED
    assert store.count("(:Command)") == store.count("(:Event {kind: 'VERIFY'})") == 0
    imported = store.load(bundle)
    assert imported.recorded_at is not None
    assert store.rows("MATCH (n:Record) WHERE n.recordedAt <> $at RETURN n", at=imported.recorded_at) == []
    assert store.run(_verify).recorded_at > imported.recorded_at


def test_an_import_that_brings_nothing_lets_commands_go_on(store: Store, tmp_path: Path) -> None:
    bundle = write(tmp_path / "b", SMALL)
    store.load(bundle)
    assert store.load(bundle).recorded_at is None
    assert store.count("(:Import)") == 1
    assert store.run(_verify).recorded_at


def test_whoever_has_passed_a_gate_is_waited_for_and_then_the_gates_stay_open(store: Store) -> None:
    async def work(database: Database) -> list[dict[str, object]]:
        passed, go_on = asyncio.Event(), asyncio.Event()

        async def command(transaction: Transaction) -> None:
            claim: dict[str, object] = {"key": "office/1", "request": "", "now": now(), "ids": [], "latest": now()}
            await transaction.run(CLAIM.cypher, claim)
            await take_gate(transaction, now())
            passed.set()
            await go_on.wait()

        acting = asyncio.create_task(database.transact(command))
        await passed.wait()
        await database.write("CREATE (:Import {id: 'i'})")
        shutting = asyncio.create_task(database.write(SHUT_GATES.cypher, {"id": "i", "now": now()}))
        done, _ = await asyncio.wait([shutting], timeout=0.3)
        assert not done
        go_on.set()
        await acting
        return await shutting

    assert store.run(work) == []
    assert store.count("(:Gate {shut: true})") == 0


def test_its_record_time_lies_behind_all_that_was_recorded(store: Store) -> None:
    async def work(database: Database) -> datetime:
        later = now() + timedelta(hours=1)
        await database.write("MATCH (g:Gate {number: 7}) SET g.at = $at", {"at": later})
        await database.write("CREATE (:Import {id: 'i'})")
        (row,) = await database.write(SHUT_GATES.cypher, {"id": "i", "now": now()})
        assert row["at"] > later
        return row["at"]

    at = store.run(work)
    assert store.rows("MATCH (g:Gate {shut: true, at: $at}) RETURN count(g) AS n", at=at) == [{"n": GATES}]


def test_a_database_that_was_never_migrated_is_refused(store: Store, tmp_path: Path) -> None:
    store.run(lambda database: database.write("MATCH (w:Watermark) DETACH DELETE w"))
    with pytest.raises(ImportRefused, match="zeren migrate"):
        store.load(write(tmp_path / "b", SMALL))
