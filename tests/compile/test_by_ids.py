"""Records by id, of one kind: what a router's look-up compiles to."""

import re
from datetime import UTC, datetime

from inline_snapshot import snapshot

from graph.compile.moment import PREFIX
from graph.compile.roots import Moment, Viewer, by_ids
from graph.compile.selection import Selected
from graph.compile.tree import Statement

NOW = Moment(datetime(2024, 12, 14, tzinfo=UTC))


def clauses(asked: Statement) -> list[str]:
    return re.split(r" (?=(?:MATCH|WHERE|WITH|THEN|ELSE|RETURN) )", asked.cypher.removeprefix(PREFIX))


def test_each_id_is_sought_once_and_comes_with_its_record() -> None:
    asked = by_ids("Area", ["b", "a", "b"], (Selected("id", "id"),), NOW, Viewer())
    assert clauses(asked) == snapshot(
        [
            "RETURN high, t, k, COLLECT { UNWIND $p1 AS id",
            "MATCH (n:Record {id: id})",
            "WHERE n:Area AND n.recordedAt <= k",
            "RETURN {`id`: n.id, `record`: {`id`: n.id}} } AS data",
        ]
    )
    assert asked.parameters["p1"] == snapshot(["b", "a"])


def test_what_can_change_is_read_from_the_state_of_that_time() -> None:
    asked = by_ids("Area", ["a"], (Selected("kind", "called"),), NOW, Viewer())
    assert clauses(asked) == snapshot(
        [
            "RETURN high, t, k, COLLECT { UNWIND $p1 AS id",
            "MATCH (n:Record {id: id})",
            "WHERE n:Area AND n.recordedAt <= k",
            "WITH n, CASE WHEN n['changedAt'] <= k",
            "THEN n WHEN n.recordedAt <= k",
            "THEN coalesce(head(COLLECT {",
            "MATCH (n)-[:WAS]->(f2:Former)",
            "WHERE f2.changedAt <= k AND k < f2.supersededAt",
            "RETURN f2 }), [null][1 / (k.year - k.year)]) END AS s1",
            "RETURN {`id`: n.id, `record`: {`called`: s1.kind}} } AS data",
        ]
    )
