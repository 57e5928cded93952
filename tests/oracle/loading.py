"""Writes counties into a database as the model declares them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from graph.model import MODEL
from graph.queries.facts import MARK_RENAMED
from graph.queries.problems import NOTE_REPORTERS
from graph.session import Database, Transaction
from tests.oracle.records import County, Fact, Happening, Thing
from tests.world import SOURCE

Rows = dict[str, list[dict[str, Any]]]

LABELS = {fact.relationship: fact.label for fact in MODEL.facts()}
REFS = {
    ("Problem", "site"): "FOUND_AT",
    ("Problem", "area"): "FOUND_IN",
    ("Problem", "task"): "FALLS_UNDER",
    ("Problem", "reporter"): "REPORTED_BY",
    ("Instruction", "task"): "FALLS_UNDER",
    ("Task", "parent"): "SUBTASK_OF",
    ("Clause", "directive"): "IN_DIRECTIVE",
}


async def load(database: Database, counties: Iterable[County]) -> None:
    """Write them all in one transaction."""
    nodes: Rows = defaultdict(list)
    links: Rows = defaultdict(list)
    for county in counties:
        for thing in county.things.values():
            _thing(thing, nodes, links)
        for fact in county.facts:
            _fact(county, fact, nodes, links)
        positions: dict[str, int] = defaultdict(int)
        for event in county.happenings:
            positions[event.problem] += 1
            _event(event, positions[event.problem], nodes, links)

    async def work(transaction: Transaction) -> None:
        for labels, rows in nodes.items():
            await transaction.run(f"UNWIND $rows AS row CREATE (n:{labels}) SET n = row", {"rows": rows})
        for relationship, rows in links.items():
            await transaction.run(
                "UNWIND $rows AS row MATCH (a:Record {id: row.a}) MATCH (b:Record {id: row.b}) "
                f"CREATE (a)-[:{relationship}]->(b)",
                {"rows": rows},
            )
        # The past of an entity is no record: it is found through what it became.
        await transaction.run(
            "MATCH (f:Former) WHERE f.of IS NOT NULL MATCH (n:Record {id: f.of}) CREATE (n)-[:WAS]->(f) "
            "WITH f UNWIND keys(properties(f)) AS key WITH f, key WHERE key STARTS WITH 'ref_' "
            "MATCH (x:Record {id: f[key]}) CREATE (f)-[:$(substring(key, 4))]->(x)"
        )
        await transaction.run("MATCH (f:Former) WHERE f.of IS NOT NULL REMOVE f.of")
        await transaction.run(MARK_RENAMED)
        await transaction.run(NOTE_REPORTERS, {"limit": len(links["REPORTED_BY"]) + len(nodes["Former"])})

    await database.transact(work)


def _thing(thing: Thing, nodes: Rows, links: Rows) -> None:
    last = len(thing.states) - 1
    for n, (since, attributes) in enumerate(thing.states):
        plain = {name: value for name, value in attributes.items() if (thing.kind, name) not in REFS}
        refs = {REFS[thing.kind, name]: v for name, v in attributes.items() if (thing.kind, name) in REFS and v}
        own = {"id": thing.id, "source": SOURCE, "sourceId": thing.source_id, "recordedAt": thing.recorded_at}
        node: dict[str, Any] = {
            **own,
            "changedAt": since,
            **(_problem(attributes) if thing.kind == "Problem" else plain),
        }
        if thing.kind == "Instruction":
            node["issuedAt"] = node.pop("issued")
            _recipients(thing, node.pop("recipients"), nodes, links)
        if n == last:
            nodes[f"Record:{thing.kind}"].append(node)
            for relationship, other in refs.items():
                links[relationship].append({"a": thing.id, "b": other})
        else:
            marks = {f"ref_{relationship}": other for relationship, other in refs.items()}
            nodes["Former"].append({**node, "supersededAt": thing.states[n + 1][0], "of": thing.id, **marks})


def _problem(attributes: dict[str, Any]) -> dict[str, Any]:
    found, clock = attributes["discovered"], attributes["clock"]
    life = {"discovered_at": found.isoformat(), "last_at": found.isoformat()}
    if isinstance(clock, timedelta):
        life["clock"] = clock.total_seconds()
    return {
        "title": attributes["title"],
        "discoveredAt": found,
        "status": "REPORTED",
        "life": json.dumps(life),
        "siteId": attributes["site"] or "",
        "taskId": attributes["task"] or "",
        "assignedToId": "",
    }


def _recipients(instruction: Thing, organizations: list[str], nodes: Rows, links: Rows) -> None:
    for n, organization in enumerate(organizations):
        id_, at = f"{instruction.id}-{n}", instruction.recorded_at
        row = {"id": id_, "source": SOURCE, "sourceId": id_, "recordedAt": at, "changedAt": at}
        nodes["Record:Recipient"].append(row)
        links["RECIPIENT_OF"].append({"a": id_, "b": instruction.id})
        links["ADDRESSED_TO"].append({"a": id_, "b": organization})


def _fact(county: County, fact: Fact, nodes: Rows, links: Rows) -> None:
    label = LABELS[fact.kind]
    attributes = dict(fact.attributes)
    if attributes.get("basis") in county.things:
        links["BASED_ON"].append({"a": fact.id, "b": attributes.pop("basis")})
    nodes[f"Record:{label}"].append(
        {
            "id": fact.id,
            "source": SOURCE,
            "sourceId": fact.source_id,
            "recordedAt": fact.recorded_at,
            "supersededAt": fact.superseded_at,
            "validFrom": fact.since,
            "validTo": fact.until,
            "explicit": fact.explicit,
            **attributes,
        }
    )
    first, _, version = fact.id.partition("~")
    if version:
        links["SUPERSEDES"].append({"a": fact.id, "b": first if version == "2" else f"{first}~{int(version) - 1}"})
    links[fact.kind].append({"a": fact.from_, "b": fact.id})
    if fact.to:
        links[f"{fact.kind}_TO"].append({"a": fact.id, "b": fact.to})


def _event(event: Happening, position: int, nodes: Rows, links: Rows) -> None:
    row = {"id": event.id, "source": SOURCE, "sourceId": event.id, "kind": event.kind, "at": event.at}
    row |= {"recordedAt": event.recorded_at, "position": position}
    if event.due:
        row["dueAt"] = event.due
    nodes["Record:Event"].append(row)
    for relationship, other in (
        ("EVENT_OF", event.problem),
        ("DONE_BY", event.person),
        ("DONE_AS", event.post),
        ("PASSED_TO", event.to),
    ):
        if other:
            links[relationship].append({"a": event.id, "b": other})
