"""The database schema that the model asks for. Community edition has uniqueness constraints and range indexes only."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.model import MODEL, Model

BOOKKEEPING_KEYS = (
    ("Watermark", ("name",)),  # up to which instant answers are final
    ("Gate", ("number",)),  # commands are recorded through one of them
    ("Log", ("name",)),  # how far the ledger's log is written, and who writes it
    ("Tile", ("level", "number")),  # hashes of the log's tree
    ("Checkpoint", ("size",)),  # a signed head of the log's tree
    ("Event", ("logIndex",)),  # no two events have one number
    ("FindingsReader", ("name",)),  # how far the log was read for findings
    ("Agenda", ("subject",)),  # when a subject is looked at next for findings, though nothing happens
    ("Import", ("id",)),  # one node for each import
    ("Command", ("key",)),  # one node for each idempotency key of a caller
    ("Rollup", ("name",)),  # how far problems are counted
    ("Migration", ("version",)),
    ("Observation", ("station", "at", "indicator")),
)
BOOKKEEPING_INDEXES = (
    ("RollupDay", ("at",)),  # counts of problems as of an instant
    ("RollupChange", ("at",)),  # by how much they changed
    ("Former", ("supersededAt",)),  # what has changed since an instant
    ("Agenda", ("at", "subject")),
    ("Outbox", ("recordedAt", "position", "id")),  # events without a number, in the order that they will have
)


@dataclass(frozen=True)
class SchemaStatement:
    """One CREATE … IF NOT EXISTS, under a name that says what it is on, for nodes of a label."""

    name: str
    label: str
    cypher: str


def schema_statements(model: Model = MODEL) -> tuple[SchemaStatement, ...]:
    return tuple(_statements(model))


def _statements(model: Model) -> Iterator[SchemaStatement]:
    yield _unique("Record", ("id",))
    for label, properties in BOOKKEEPING_KEYS:
        yield _unique(label, properties)
    for label, properties in BOOKKEEPING_INDEXES:
        yield _range(label, properties)
    for node in model.nodes:
        for index in node.indexes:
            yield _range(node.label, index.properties)


def _unique(label: str, properties: tuple[str, ...]) -> SchemaStatement:
    name = f"unique_{label}_{'_'.join(properties)}".lower()
    return SchemaStatement(
        name, label, f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE ({_keys(properties)}) IS UNIQUE"
    )


def _range(label: str, properties: tuple[str, ...]) -> SchemaStatement:
    name = f"range_{label}_{'_'.join(properties)}".lower()
    return SchemaStatement(name, label, f"CREATE INDEX {name} IF NOT EXISTS FOR (n:{label}) ON ({_keys(properties)})")


def _keys(properties: tuple[str, ...]) -> str:
    return ", ".join(f"n.{name}" for name in properties)
