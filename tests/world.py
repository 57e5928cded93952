"""A small graph written straight into a database, as the model declares it: for tests that need exact records.

Instants are given as text with an offset. Everything is recorded at `recorded` unless said otherwise.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graph.model import MODEL
from graph.model.identity import record_id
from graph.model.instants import BEGINNING, OPEN, utc
from graph.queries.facts import MARK_RENAMED
from graph.queries.problems import NOTE_REPORTERS
from graph.queries.watermark import raise_watermark
from graph.session import Database

SOURCE = "test"


def at(text: str) -> datetime:
    return utc(datetime.fromisoformat(text))


RECORDED = at("2024-12-01T00:00+08:00")


def rid(source_id: str) -> str:
    return record_id(SOURCE, source_id)


@dataclass
class World:
    nodes: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    links: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def entity(self, label: str, source_id: str, /, recorded: datetime = RECORDED, **properties: Any) -> str:
        """An entity; keyword arguments that name a reference of its kind give the id of its target."""
        refs = {ref.name: ref for ref in MODEL.entity(label).refs()}
        record = rid(source_id)
        plain = {name: value for name, value in properties.items() if name not in refs}
        self.nodes[label].append(
            {
                "id": record,
                "source": SOURCE,
                "sourceId": source_id,
                "recordedAt": recorded,
                "changedAt": recorded,
                **plain,
            }
        )
        for name, target in properties.items():
            if name in refs:
                self.links[refs[name].relationship].append({"a": record, "b": target})
        return record

    def fact(
        self,
        label: str,
        source_id: str,
        from_: str,
        to: str | None,
        since: str | None = None,
        until: str | None = None,
        recorded: datetime = RECORDED,
        superseded: datetime = OPEN,
        explicit: bool = True,
        **properties: Any,
    ) -> str:
        kind = MODEL.fact(label)
        record = rid(source_id)
        self.nodes[label].append(
            {
                "id": record,
                "source": SOURCE,
                "sourceId": source_id,
                "recordedAt": recorded,
                "supersededAt": superseded,
                "validFrom": at(since) if since else BEGINNING,
                "validTo": at(until) if until else OPEN,
                "explicit": explicit,
                **properties,
            }
        )
        self.links[kind.relationship].append({"a": from_, "b": record})
        if to is not None:
            self.links[kind.relationship_to].append({"a": record, "b": to})
        return record

    async def write(self, database: Database) -> None:
        for label, rows in self.nodes.items():
            await database.write(f"UNWIND $rows AS row CREATE (n:Record:{label}) SET n = row", {"rows": rows})
        for relationship, rows in self.links.items():
            await database.write(
                "UNWIND $rows AS row MATCH (a:Record {id: row.a}) MATCH (b:Record {id: row.b}) "
                f"CREATE (a)-[:{relationship}]->(b)",
                {"rows": rows},
            )
        await database.write(MARK_RENAMED)
        await database.write(NOTE_REPORTERS, {"limit": len(self.links["REPORTED_BY"])})
        recorded = [row["recordedAt"] for rows in self.nodes.values() for row in rows]
        await raise_watermark(database, max(recorded, default=RECORDED))
