"""Whoever edits the database directly is found out, and what was edited is named."""

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from graph.ledger import leaf_of
from graph.merkle import Growth, leaf_hash
from services.ledger import inspectors, reading
from services.ledger.archive import Archive
from services.ledger.backup import back_up, verify_backup
from services.ledger.checkpoints import Checkpoint
from services.ledger.inspection import Fault
from services.ledger.keyring import Keyring
from services.ledger.notes import SignerKey
from tests.services.ledger.writing import Place, clock

THIRD = "MATCH (e:Event {logIndex: 2})"

PROPERTIES = {
    "id": ("SET e.id = 'aaaaaaaaaaaaaaaaaaaa'", "its id is"),
    "source": ("SET e.source = 'other'", "source and sourceId"),
    "sourceId": ("SET e.sourceId = 'other'", "source and sourceId"),
    "kind": ("SET e.kind = 'CLOSE'", "its kind is 'CLOSE', but its body says 'ASSIGN'"),
    "at": ("SET e.at = e.at - duration('P1D')", "its at is"),
    "the zone of at": ("SET e.at = datetime({datetime: e.at, timezone: '+08:00'})", "its at is"),
    "position": ("SET e.position = 9", "its position is 9, but its body says 3"),
    "data": ("SET e.data = replace(e.data, 'ASSIGN', 'REJECT')", "does not have its hash"),
    "hash": ("SET e.hash = reverse(e.hash)", "does not have its hash"),
    "previousHash": ("SET e.previousHash = reverse(e.previousHash)", "its previousHash is"),
    "evidence": ("SET e.evidence = ['b.jpg']", "its evidence is"),
    "no evidence": ("REMOVE e.evidence", "its evidence is None"),
    "note": ("SET e.note = '没办'", "its note is '没办', but its body says '已办'"),
    "dueAt": ("SET e.dueAt = datetime('2026-01-01T00:00Z')", "its dueAt is"),
    "recordedAt, to earlier": ("SET e.recordedAt = e.recordedAt - duration('P1D')", "recorded before"),
    "recordedAt, by a moment": ("SET e.recordedAt = e.recordedAt + duration({microseconds: 1})", "have the root"),
    "digest": ("SET e.digest = 'x'", "have the root"),
    "logIndex": ("SET e.logIndex = 7", "number 2 of the log is missing"),
    "no logIndex": ("REMOVE e.logIndex", "number 2 of the log is missing"),
    "one more": ("SET e.approved = true", "a property that no event has"),
    "the label Event": ("REMOVE e:Event", "number 2 of the log is missing"),
}

RELATIONSHIPS = {
    "subject removed": ("MATCH (e)-[r:EVENT_OF]->() DELETE r", "no such relationship"),
    "subject changed": (
        "MATCH (e)-[r:EVENT_OF]->(a) MATCH (b:Problem) WHERE b <> a DELETE r CREATE (e)-[:EVENT_OF]->(b)",
        "body says EVENT_OF",
    ),
    "actor removed": ("MATCH (e)-[r:DONE_BY]->() DELETE r", "body says DONE_BY"),
    "actor changed": (
        "MATCH (e)-[r:DONE_BY]->() DELETE r WITH e CREATE (x:Record:Person {id: 'other'}) CREATE (e)-[:DONE_BY]->(x)",
        "body says DONE_BY",
    ),
    "post removed": ("MATCH (e)-[r:DONE_AS]->() DELETE r", "body says DONE_AS"),
    "organization removed": ("MATCH (e)-[r:PASSED_TO]->() DELETE r", "body says PASSED_TO"),
    "a second actor": (
        "CREATE (x:Record:Person {id: 'other'}) CREATE (e)-[:DONE_BY]->(x)",
        "DONE_BY to other goes out",
    ),
    "another kind": ("MATCH (x:Area) CREATE (e)-[:APPROVED_BY]->(x)", "APPROVED_BY to"),
}


async def written(place: Place) -> None:
    """Two problems of three events each, numbered, signed after each problem, and anchored."""
    await place.problem()
    sequencer = place.sequencer()
    await sequencer.catch_up()
    await place.problem()
    assert await sequencer.catch_up() == 6


async def fault(place: Place) -> str:
    with pytest.raises(Fault) as found:
        await place.verify()
    return str(found.value)


async def test_what_was_not_touched_verifies(place: Place) -> None:
    await written(place)
    await place.report()
    found = await place.verify()
    assert (found.events, found.unnumbered, found.checkpoints, found.anchored) == (6, 1, 4, 6)


async def test_every_property_and_relationship_of_an_event(place: Place) -> None:
    await written(place)
    for what, (edit, said) in {**PROPERTIES, **RELATIONSHIPS}.items():
        kept = await _kept(place)
        await place.database.write(f"{THIRD} WITH e {edit}")
        assert said in await fault(place), what
        await _put_back(place, kept)
    await place.verify()


async def _kept(place: Place) -> dict[str, Any]:
    """Keeps a copy of the event in the database, where nothing is lost on the way."""
    (row,) = await place.database.write(
        f"{THIRD} CREATE (k:Kept) SET k = properties(e) RETURN elementId(e) AS id, "
        "COLLECT { MATCH (e)-[r]->(x) RETURN [type(r), elementId(x)] } AS refs"
    )
    return row


async def _put_back(place: Place, kept: dict[str, Any]) -> None:
    await place.database.write(
        "MATCH (e) WHERE elementId(e) = $id MATCH (k:Kept) SET e = properties(k), e:Event DELETE k "
        "WITH e OPTIONAL MATCH (e)-[r]->() DELETE r "
        "WITH DISTINCT e UNWIND $refs AS ref MATCH (x) WHERE elementId(x) = ref[1] CREATE (e)-[:$(ref[0])]->(x)",
        kept,
    )
    await place.database.write("MATCH (x {id: 'other'}) DETACH DELETE x")


async def test_several_processes_name_the_first_fault_of_the_log(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two events to a stretch, so that chains go through several."""
    monkeypatch.setattr(inspectors, "ALONE", 0)
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    await written(place)
    found = await place.verify()
    assert (found.events, found.checkpoints, found.anchored) == (6, 4, 6)
    await back_up(place.database, tmp_path / "b", clock(), None, lambda _done, _all: None)
    archive = Archive.open(tmp_path / "b")
    assert found == await verify_backup(archive, place.keys().root, [place.anchor], lambda _done, _all: None)
    await place.database.write("MATCH (e:Event) WHERE e.logIndex IN [2, 3, 5] SET e.note = '没办'")
    said = await fault(place)
    assert "(number 2, ASSIGN)" in said
    assert "its note is" in said
    await place.database.write("MATCH (e:Event {logIndex: 2}) SET e.note = '已办'")
    await place.database.write("MATCH (e:Event {logIndex: 1}) DETACH DELETE e")
    assert "number 1 of the log is missing" in await fault(place)


async def test_the_order_of_events(place: Place) -> None:
    await written(place)
    await place.database.write(
        "MATCH (a:Event {logIndex: 1}) MATCH (b:Event {logIndex: 2}) SET a.logIndex = -1, b.logIndex = 1 "
        "SET a.logIndex = 2"
    )
    assert "chain is broken there" in await fault(place)


async def test_a_removed_event(place: Place) -> None:
    await written(place)
    await place.database.write(f"{THIRD} DETACH DELETE e")
    assert "number 2 of the log is missing" in await fault(place)


async def test_an_event_put_beside_the_log(place: Place) -> None:
    await written(place)
    await place.database.write(f"{THIRD} CREATE (c:Event) SET c = e {{.*, id: 'x', logIndex: null}}")
    assert "its id is 'x'" in await fault(place)


async def test_a_removed_end_of_a_chain_without_a_number(place: Place) -> None:
    await written(place)
    await place.report()
    await place.database.write("MATCH (e:Outbox) DETACH DELETE e")
    assert "says that its chain ends with event 1; the last found is none" in await fault(place)


async def remove_tail(place: Place) -> None:
    """The last problem, its events, and all that the database knows of them."""
    await place.database.write("MATCH (e:Event) WHERE e.logIndex >= 3 MATCH (e)-[:EVENT_OF]->(p) DETACH DELETE e, p")
    await place.database.write("MATCH (c:Checkpoint) WHERE c.size > 3 DELETE c")
    await _make_tree_anew(place)


async def _make_tree_anew(place: Place) -> bytes:
    rows = await place.database.read(
        "MATCH (e:Event) WHERE e.logIndex >= 0 RETURN e.hash AS hash, e.recordedAt AS at ORDER BY e.logIndex"
    )
    growth = Growth()
    tiles = growth.add([leaf_hash(leaf_of(row["hash"], row["at"], None)) for row in rows])
    for tile, content in tiles.items():
        await place.database.write(
            "MATCH (t:Tile {level: $level, number: $number}) SET t.hashes = $hashes",
            {"level": tile.level, "number": tile.number, "hashes": content},
        )
    await place.database.write("MATCH (l:Log) SET l.size = $size", {"size": len(rows)})
    return growth.root()


async def test_a_removed_tail_is_missed_by_the_anchor(place: Place) -> None:
    await written(place)
    await remove_tail(place)
    assert "3 events at its end were removed" in await fault(place)


async def test_a_forged_checkpoint(place: Place) -> None:
    await written(place)
    root = await _make_tree_anew(place)
    forged = Checkpoint(place.keys().origin, 6, root, clock())
    note = forged.sign([SignerKey.make("zeren")])
    await place.database.write("MATCH (c:Checkpoint {size: 6}) SET c.note = $note", {"note": note})
    assert "none of the trusted keys signed it" in await fault(place)


async def test_a_checkpoint_that_shows_what_it_does_not_say(place: Place) -> None:
    await written(place)
    await place.database.write("MATCH (c:Checkpoint {size: 6}) SET c.rootHash = reverse(c.rootHash)")
    assert "shown with what its note does not say" in await fault(place)


async def test_a_swapped_key(place: Place) -> None:
    await written(place)
    trusted = place.keys().root
    other = Keyring.open(place.home / "others")
    root = await _make_tree_anew(place)
    note = Checkpoint(other.origin, 6, root, clock()).sign([other.signer])
    await place.database.write(
        "MATCH (c:Checkpoint) DELETE c WITH DISTINCT true AS done MATCH (l:Log) SET l.key = $key",
        {"key": str(other.root)},
    )
    await place.database.write("CREATE (c:Checkpoint {size: 6, note: $note})", {"note": note})
    assert str(trusted) in await fault(place)
    await place.database.write("MATCH (l:Log) SET l.key = $key", {"key": str(trusted)})
    assert "none of the trusted keys signed it" in await fault(place)


async def test_a_history_written_anew_with_all_its_hashes(place: Place) -> None:
    await written(place)
    rows = await place.database.read(
        "MATCH (e:Event)-[:EVENT_OF]->(p) RETURN e.id AS id, e.data AS data, p.id AS problem ORDER BY p.id, e.position"
    )
    ends: dict[str, str] = {}
    for row in rows:
        body = orjson.loads(row["data"])
        body["note"] = "都办了"
        if row["problem"] in ends:
            body["previousHash"] = ends[row["problem"]]
        data = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
        ends[row["problem"]] = hashlib.sha256(data).hexdigest()
        await place.database.write(
            "MATCH (e:Event {id: $id})-[:EVENT_OF]->(p) "
            "SET e.data = $data, e.hash = $hash, e.note = $note, e.previousHash = $previous, p.hash = $hash",
            {
                "id": row["id"],
                "data": data.decode(),
                "hash": ends[row["problem"]],
                "note": body["note"],
                "previous": body.get("previousHash"),
            },
        )
    await _make_tree_anew(place)
    await place.database.write("MATCH (c:Checkpoint) DELETE c")
    said = await fault(place)
    assert "FileAnchor" in said
    assert "one of those from number 0 to 2 was changed" in said


async def test_a_changed_tile(place: Place) -> None:
    await written(place)
    await place.database.write("MATCH (t:Tile {level: 0}) SET t.hashes = $hashes", {"hashes": bytes(6 * 32)})
    assert "Tile 0/0" in await fault(place)
    await place.database.write("MATCH (t:Tile {level: 0}) DELETE t")
    assert "Tile 0/0 of the tree is missing" in await fault(place)
