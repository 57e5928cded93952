"""Writes of an import: rows are written as pending, and become visible together when they are stamped.

An import writes what other rooms own, by design: it is the named exception to "writes are owned". What a row becomes
is created by statements whose shape follows the declared model, so that each is one pass of index seeks and CREATE.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from graph.model import MODEL
from graph.model.declare import End, Fact, Scalar
from graph.model.entities import BY_ID
from graph.model.instants import TICK
from graph.queries.write import Write

RECORDS_PER_STAMP = 10_000
STATE_RELATIONSHIPS = tuple(
    sorted({ref.relationship for node in MODEL.entities() for ref in node.refs()} - {"EVENT_OF"})
)
"""From the state of an entity to others; they move with it when it becomes a former one."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A statement that creates nodes of one label.

    `into` and `out`: (relationship, label at the other end) of relationships to and from the node; a row gives the ids
    at their other ends in this order. `changes`: the node is the coming state of an entity, to which CHANGES leads.
    """

    label: str
    into: tuple[tuple[str, str], ...] = ()
    out: tuple[tuple[str, str], ...] = ()
    records_event: bool = False
    changes: bool = False


def parameter(instant: datetime) -> list[int]:
    """An instant as `create` takes it: seconds and nanoseconds since 1970. Datetimes are bound ten times slower."""
    seconds, micros = divmod((instant - _EPOCH) // TICK, 1_000_000)
    return [seconds, micros * 1_000]


@lru_cache(maxsize=1024)
def create(shape: Shape) -> str:
    """Rows are maps: p, the properties; o, the ids at other ends; e, the properties of the event. Returns `made`."""
    ends = (*shape.into, *shape.out)
    lines = ["UNWIND $rows AS row"]
    lines += [f"MATCH (x{i}:{_sought(label)} {{id: row.o[{i}]}})" for i, (_, label) in enumerate(ends)]
    labels = "Change:Pending" if shape.changes else f"Record:{shape.label}:Pending"
    lines.append(f"CREATE (n:{labels} {{{_properties(shape.label, 'row.p')}}})")
    lines += [f"CREATE (x{i})-[:{relationship}]->(n)" for i, (relationship, _) in enumerate(shape.into)]
    first = len(shape.into)
    lines += [f"CREATE (n)-[:{relationship}]->(x{first + i})" for i, (relationship, _) in enumerate(shape.out)]
    if shape.records_event:
        lines.append(f"CREATE (e:Record:Event:Pending {{{_properties('Event', 'row.e')}}})-[:EVENT_OF]->(n)")
    lines.append("RETURN count(*) AS made")
    return "\n".join(lines)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OF_ENTITIES = ("changedAt", "digest", "position", "hash")
_OF_FACTS = ("basis", "digest", "position", "hash", "column", "target")
_OBSERVATION = ("id", "source", "sourceId", "recordedAt", "station", "at", "indicator", "value")
_INSTANTS = frozenset(
    {"changedAt", "at"}
    | {found.name for node in MODEL.nodes for found in node.properties() if found.scalar is Scalar.INSTANT}
)


def _properties(label: str, row: str) -> str:
    """Each property by its name: a map as a whole would need an Eager, and twice the time."""
    node = MODEL.by_label.get(label)
    declared = _OBSERVATION if node is None else tuple(found.name for found in node.properties())
    kept = ("digest",) if label == "Event" else _OF_FACTS if isinstance(node, Fact) else _OF_ENTITIES
    return ", ".join(f"{name}: {_value(f'{row}.{name}', name)}" for name in dict.fromkeys((*declared, *kept)))


def _value(value: str, name: str) -> str:
    if name not in _INSTANTS:
        return value
    return f"CASE WHEN {value} IS NOT NULL THEN datetime.fromepoch({value}[0], {value}[1]) END"


def _sought(label: str) -> str:
    """By a label's own index on the id no CREATE of another label can interfere, and the plan needs no Eager."""
    node = MODEL.by_label.get(label)
    return label if node is not None and BY_ID in node.indexes else f"Record&{label}"


CREATE_AN_EXAMPLE = Write("import records", "integration", create(Shape("Person", records_event=True)))
"""Stands in the registry for all that `create` makes."""

SUBTASKS = Write(
    "import the tree of tasks",
    "integration",
    """
    UNWIND $rows AS row
    MATCH (n:Task {id: row.id})
    MATCH (p:Task {id: row.parent})
    CREATE (n)-[:SUBTASK_OF]->(p)
    RETURN count(*) AS made
    """,
)

CHANGED_SUBTASKS = Write(
    "import the place of a changed task",
    "integration",
    """
    UNWIND $rows AS row
    MATCH (:Task {id: row.id})<-[:CHANGES]-(n:Change)
    MATCH (p:Task {id: row.parent})
    CREATE (n)-[:SUBTASK_OF]->(p)
    RETURN count(*) AS made
    """,
)

SUPERSEDE = Write(
    "import corrections of facts",
    "integration",
    """
    UNWIND $rows AS row
    MATCH (n:Record {id: row.id})
    MATCH (old:Record {id: row.old})
    MATCH (first:Record {id: row.first})
    CREATE (n)-[:SUPERSEDES]->(old)
    SET first.latest = row.version, n:Superseding
    RETURN count(*) AS made
    """,
)

HOLD_PROBLEMS = Write(
    "keep known problems as they are until the import is complete",
    "integration",
    """
    UNWIND $rows AS row
    MATCH (p:Record&Problem {id: row.id})
    SET p.importing = $import
    WITH p, row
    WHERE p.position = row.position
    RETURN count(*) AS made
    """,
)

CLAIM = Write(
    "begin or resume an import",
    "integration",
    """
    MATCH (w:Watermark {name: 'main'})
    SET w.importing = true
    REMOVE w.importing
    WITH w
    OPTIONAL MATCH (other:Import) WHERE other.recordedAt IS NULL AND other.id <> $id
    WITH collect(other) AS others
    CALL (others) {
      WITH others WHERE size(others) = 0
      MERGE (i:Import {id: $id})
      ON CREATE SET i.digest = $digest, i.source = $source, i.startedAt = $now
      SET i.run = $run
      RETURN collect(i) AS mine
    }
    RETURN [o IN others | o {.source, .startedAt}] AS others,
      [i IN mine | i {.startedAt, .stampedAt}] AS mine
    """,
)
"""The watermark's lock lets one import begin at a time."""

ADVANCE = Write(
    "go on with an import",
    "integration",
    """
    MATCH (i:Import {id: $id})
    SET i.batches = coalesce(i.batches, 0) + 1
    WITH i WHERE i.run = $run
    RETURN count(*) AS made
    """,
)
"""In each batch's transaction: it fences off a process that was thought dead."""

BEGIN_STAMPING = Write(
    "hold readers below the record time of an import",
    "integration",
    """
    MATCH (w:Watermark {name: 'main'})
    SET w.taken = true
    REMOVE w.taken
    WITH w
    MATCH (g:Gate)
    WITH w, g ORDER BY g.number
    SET g.taken = true
    REMOVE g.taken
    WITH w, collect(g) AS gates, max(g.at) AS last
    WITH w, gates, CASE WHEN last < $now THEN $now ELSE last + duration({microseconds: 1}) END AS at
    FOREACH (g IN gates | SET g.at = at)
    WITH w, at
    MATCH (i:Import {id: $id})
    SET w.holdsAt = at, i.stampedAt = at
    RETURN at
    """,
)
"""The record time is taken as a command's is (graph.queries.watermark), at all gates at once."""

SWAP_CHANGES = Write(
    "make pending states present and present ones former",
    "integration",
    f"""
    MATCH (c:Change)
    WITH c LIMIT $limit
    MATCH (c)-[x:CHANGES]->(n)
    DELETE x
    WITH c, n, properties(c) AS coming, properties(n) AS present,
      COLLECT {{ MATCH (c)-[r:{"|".join(STATE_RELATIONSHIPS)}]->() RETURN r }} AS comingRefs,
      COLLECT {{ MATCH (n)-[r:{"|".join(STATE_RELATIONSHIPS)}]->() RETURN r }} AS presentRefs
    SET c = present, c.supersededAt = $at, n = coming, n.changedAt = $at, c:Former
    REMOVE c:Change:Pending, c.importing
    CREATE (n)-[:WAS]->(c)
    WITH c, n, comingRefs, presentRefs
    CALL (c, n, comingRefs, presentRefs) {{
      UNWIND [r IN comingRefs | [n, r]] + [r IN presentRefs | [c, r]] AS pair
      WITH pair[0] AS state, pair[1] AS r, type(pair[1]) AS kind, endNode(pair[1]) AS other
      CREATE (state)-[:$(kind)]->(other)
      DELETE r
    }}
    RETURN count(DISTINCT n) AS done
    """,
)

STAMP_CORRECTIONS = Write(
    "stamp corrections of facts and what they supersede",
    "integration",
    """
    MATCH (n:Superseding)
    WITH n LIMIT $limit
    MATCH (n)-[:SUPERSEDES]->(old)
    SET n.recordedAt = $at, old.supersededAt = $at
    REMOVE n:Superseding:Pending
    RETURN count(*) AS done
    """,
)

STAMP = Write(
    "stamp new records",
    "integration",
    """
    MATCH (n:Pending)
    WITH n LIMIT $limit
    SET n += CASE WHEN n.changedAt IS NULL THEN {recordedAt: $at} ELSE {recordedAt: $at, changedAt: $at} END
    REMOVE n:Pending
    FOREACH (_ IN CASE WHEN n:Event THEN [1] ELSE [] END | SET n:Outbox)
    RETURN count(*) AS done
    """,
)

FINISH = Write(
    "complete an import and let readers go on",
    "integration",
    """
    MATCH (i:Import {id: $id})
    MATCH (w:Watermark {name: 'main'})
    SET w.holdsAt = $open, w.at = $at, i.recordedAt = $at, i.id = $finishedId, i += $counts
    REMOVE i.run
    RETURN count(*) AS made
    """,
)

FORGET = Write(
    "forget an import that changed nothing or was discarded",
    "integration",
    "MATCH (i:Import {id: $id}) WHERE i.stampedAt IS NULL DELETE i RETURN count(*) AS made",
)

DISCARD_CORRECTIONS = Write(
    "discard pending corrections",
    "integration",
    """
    MATCH (n:Superseding)
    WITH n LIMIT $limit
    MATCH (first:Record {id: split(n.id, '~')[0]})
    SET first.latest = first.latest - 1
    DETACH DELETE n
    RETURN count(*) AS done
    """,
)

DISCARD = Write(
    "discard pending records",
    "integration",
    "MATCH (n:Pending) WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS done",
)

RELEASE_PROBLEMS = Write(
    "let go of problems held by a discarded import",
    "integration",
    """
    MATCH (n:Change)-[:CHANGES]->(p:Problem)
    WITH n, p LIMIT $limit
    REMOVE p.importing
    DETACH DELETE n
    RETURN count(*) AS done
    """,
)

UNFINISHED = """
MATCH (i:Import) WHERE i.recordedAt IS NULL
RETURN i.id AS id, i.source AS source, i.startedAt AS startedAt, i.stampedAt AS stampedAt
"""

ANY_OF_SOURCES = "MATCH (n:Record) WHERE n.source IN $sources RETURN true AS found LIMIT 1"

STANDING = """
UNWIND $ids AS id
MATCH (r:Record {id: id})
OPTIONAL MATCH (v:Record {id: CASE WHEN r.latest > 1 THEN r.id + '~' + toString(r.latest) END})
OPTIONAL MATCH (r)<-[:CHANGES]-(c:Change)
WITH r, coalesce(c, v, r) AS now, labels(r) AS labels
RETURN r.id AS id, [label IN labels WHERE NOT label IN ['Record', 'Pending', 'Superseding', 'Outbox']][0] AS label,
  now.digest AS digest, now:Pending AS pending, r:Pending AS new, coalesce(r.latest, 1) AS version,
  now.position AS position, now.hash AS hash, r.recordedAt AS recordedAt
"""
"""How the records stand, a pending correction or change before what it corrects."""


def column_facts(label: str) -> str:
    """The last version of each fact of that label that stands for a column of the things `ids`."""
    fact = MODEL.fact(label)
    way = f"-[:{fact.relationship}]->(f)" if fact.thing is End.FROM else f"<-[:{fact.relationship_to}]-(f)"
    return (
        f"UNWIND $ids AS id MATCH (:Record {{id: id}}){way} WHERE NOT f.explicit\n"
        "AND NOT EXISTS { (f)<-[:SUPERSEDES]-() }\n"
        "RETURN id AS thing, f.source AS source, f.sourceId AS sourceId, f.target AS target"
    )


def links(label: str) -> str:
    """The facts of that label as they are known now, with the first version's id."""
    fact = MODEL.fact(label)
    return (
        f"MATCH (a:Record)-[:{fact.relationship}]->(f:{label})-[:{fact.relationship_to}]->(b:Record)\n"
        "WHERE f.supersededAt = $open AND NOT f:Pending AND NOT a:Site\n"
        "RETURN split(f.id, '~')[0] AS id, a.id AS from, b.id AS to, f.validFrom AS since, f.validTo AS until,\n"
        "  f.explicit AS explicit, a.source + ':' + a.sourceId AS shown"
    )


SUBTASK_LINKS = """
MATCH (a:Task)-[:SUBTASK_OF]->(b:Task) WHERE NOT a:Pending
RETURN a.id AS id, a.id AS from, b.id AS to, false AS explicit, a.source + ':' + a.sourceId AS shown
"""

LIVES = """
UNWIND $ids AS id
MATCH (p:Record&Problem {id: id}) WHERE NOT p:Pending
RETURN p.id AS id, p.life AS life
"""

PROBLEM_STATES = f"""
UNWIND $ids AS id
MATCH (p:Record&Problem {{id: id}}) WHERE NOT p:Pending
RETURN p.id AS id, properties(p) AS properties,
  COLLECT {{ MATCH (p)-[r:{"|".join(STATE_RELATIONSHIPS)}]->(x)
    RETURN [type(r), [label IN labels(x) WHERE label <> 'Record'][0], x.id] }} AS refs
"""
