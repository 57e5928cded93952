"""Writes of an import: rows are written as pending, and become visible together when they are stamped.

Where nobody has acted yet, the record time is taken before the rows are written, so that they need no stamp: readers
are held below it and the gates are shut until all is there (docs/decisions/0031).

An import writes what other rooms own, by design: it is the named exception to "writes are owned". What a row becomes
is created by statements whose shape follows the declared model, so that each is one pass of index seeks and CREATE.
"""

from collections.abc import Mapping
from functools import lru_cache

from graph.model import MODEL
from graph.model.facts import NAME, RENAMED
from graph.queries.shapes import EVENT_COLUMNS, EVENT_WAYS, INSTANTS, Shape, labels_of, names_of
from graph.queries.write import Write

RECORDS_PER_STAMP = 10_000
RECORDS_PER_DISCARD = 1_000
"""Fewer: each takes its relationships with it, and a transaction is held in memory."""
RECORDS_PER_LOOK = 20_000
"""When those of a record time are searched."""
STATE_RELATIONSHIPS = tuple(
    sorted({ref.relationship for node in MODEL.entities() for ref in node.refs()} - {"EVENT_OF"})
)
"""From the state of an entity to others; they move with it when it becomes a former one."""


@lru_cache(maxsize=256)
def create(shape: Shape, *, stamped: bool = False) -> str:
    """Rows are lists: the columns; the place in `ends` of each way's end, or null; for `events`, rows of events.

    `ends`: the ids of the records at other ends, each once. `at`: the record time, which is final where `stamped`.
    Returns `made`: of rows, or of events where these come with them; nothing is made where an end is not there.
    """
    labels = "Change:Pending" if shape.changes else labels_of(shape.label, stamped=stamped)
    first = len(shape.columns)
    lines = [
        "UNWIND CASE $ends WHEN [] THEN [null] ELSE range(0, size($ends) - 1) END AS place",
        "OPTIONAL MATCH (x:Record {id: $ends[place]})",
        "WITH place, x ORDER BY place",
        "WITH collect(x) AS found, collect([x]) AS ends",
        "WHERE size(found) = size($ends)",
        "UNWIND $rows AS row",
        f"CREATE (n:{labels} {{{_properties(shape, 'row')}}})",
        *(_connect("n", "row", first + i, *way) for i, way in enumerate(shape.ways)),
    ]
    if shape.events:
        labels = labels_of("Event", stamped=stamped)
        lines += [
            "WITH ends, n, row",
            f"UNWIND row[{first + len(shape.ways)}] AS said",
            f"CREATE (e:{labels} {{{_properties(Shape('Event'), 'said')}}})-[:EVENT_OF]->(n)",
        ]
        if shape.label == "Problem":
            lines += [_connect("e", "said", len(EVENT_COLUMNS) + i, way) for i, way in enumerate(EVENT_WAYS)]
    lines.append("RETURN count(*) AS made")
    return "\n".join(lines)


def _properties(shape: Shape, row: str) -> str:
    """Each property by its name: a map as a whole would need an Eager, and twice the time."""
    places = {name: place for place, name in enumerate(shape.columns)}
    return ", ".join(f"{name}: {_value(name, row, places)}" for name in names_of(shape.label))


def _value(name: str, row: str, places: Mapping[str, int]) -> str:
    if name not in places:
        return "$open" if name == "supersededAt" else "$at"
    value = f"{row}[{places[name]}]"
    if name not in INSTANTS:
        return value
    return f"CASE WHEN {value} IS NOT NULL THEN datetime.fromepoch({value}[0], {value}[1]) END"


def _connect(node: str, row: str, place: int, relationship: str, into: bool = False) -> str:
    """Each of `ends` is a list of one, and null[…] is null: FOREACH then does nothing."""
    way = f"(x)-[:{relationship}]->({node})" if into else f"({node})-[:{relationship}]->(x)"
    mark = f" SET x.{RENAMED} = true" if relationship == NAME.relationship else ""
    return f"FOREACH (x IN ends[{row}[{place}]] | CREATE {way}{mark})"


KEEP_PLAN = "replan=skip\n"
"""Before a statement of `create`. Its plan is one of seeks whatever is there, and a graph that grows tenfold while it
is imported would have each of some thirty planned anew, which takes as long as creating thousands of rows."""

CREATE_AN_EXAMPLE = Write("import records", "integration", create(Shape("Problem", events=True)))
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

HOLD_FACTS = Write(
    "keep facts from being corrected until the import is complete",
    "integration",
    """
    UNWIND $rows AS row
    MATCH (first:Record {id: row.first})
    SET first.touched = true
    REMOVE first.touched
    WITH first, row
    WHERE coalesce(first.latest, 1) = row.version - 1
    SET first.latest = row.version
    RETURN count(*) AS made
    """,
)
"""The lock comes first: a command may have corrected the fact since the batch was prepared."""

SUPERSEDE = Write(
    "import corrections of facts",
    "integration",
    """
    UNWIND $rows AS row
    MATCH (n:Record {id: row.id})
    MATCH (old:Record {id: row.old})
    CREATE (n)-[:SUPERSEDES]->(old)
    SET n:Superseding
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
    WITH w, collect(other) AS others
    CALL (others) {
      WITH others WHERE size(others) = 0
      MERGE (i:Import {id: $id})
      ON CREATE SET i.digest = $digest, i.source = $source, i.startedAt = $now
      SET i.run = $run
      RETURN collect(i) AS mine
    }
    RETURN [o IN others | o {.source, .startedAt}] AS others,
      [i IN mine | i {.startedAt, .heldAt}] AS mine
    """,
)
"""The watermark's lock lets one import begin at a time."""

_AT_ALL_GATES = """
    MATCH (w:Watermark {name: 'main'})
    SET w.taken = true
    REMOVE w.taken
    WITH w
    MATCH (g:Gate)
    WITH w, g ORDER BY g.number
    SET g.taken = true
    REMOVE g.taken
    WITH w, collect(g) AS gates, max(g.at) AS last
"""
_AFTER_ALL = "CASE WHEN last < $now THEN $now ELSE last + duration({microseconds: 1}) END"
"""A record time after all that was given out."""

SHUT_GATES = Write(
    "take the record time of an import before its rows, where nobody has acted yet",
    "integration",
    f"""{_AT_ALL_GATES}
    WHERE NOT EXISTS {{ MATCH (c:Command) WHERE c.key > '' }}
    WITH w, gates, {_AFTER_ALL} AS at
    FOREACH (g IN gates | SET g.at = at, g.shut = true)
    WITH w, at
    MATCH (i:Import {{id: $id}})
    SET w.holdsAt = at, i.heldAt = at
    RETURN at
    """,
)
"""Who has passed a gate has committed by now, and has left a Command; who comes to one later finds it shut."""

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
    f"""{_AT_ALL_GATES}
    MATCH (i:Import {{id: $id}})
    WITH w, i, gates, coalesce(i.heldAt, {_AFTER_ALL}) AS at
    FOREACH (g IN gates | SET g.at = CASE WHEN g.at < at THEN at ELSE g.at END)
    SET w.holdsAt = at, i.stampedAt = at
    RETURN at
    """,
)
"""The record time is taken as a command's is (graph.queries.watermark), at all gates at once; or was taken before."""

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
    SET c = present, c.supersededAt = $at, n = coming, n.changedAt = $at, n.{RENAMED} = present.{RENAMED}, c:Former
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
    WITH i
    MATCH (g:Gate)
    REMOVE g.shut
    RETURN count(DISTINCT i) AS made
    """,
)

FORGET = Write(
    "forget an import that changed nothing or was discarded",
    "integration",
    """
    MATCH (i:Import {id: $id}) WHERE i.stampedAt IS NULL
    WITH i, i.heldAt IS NOT NULL AS held
    DELETE i
    WITH held WHERE held
    MATCH (w:Watermark {name: 'main'})
    SET w.holdsAt = $open
    WITH w
    MATCH (g:Gate)
    REMOVE g.shut
    """,
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

DISCARD_STAMPED = Write(
    "discard records of a record time that was taken before them",
    "integration",
    """
    MATCH (n:Record) WHERE n.id > $after
    WITH n ORDER BY n.id LIMIT $limit
    WITH collect(CASE WHEN n.recordedAt = $at THEN n END) AS found, max(n.id) AS last
    FOREACH (n IN found | DETACH DELETE n)
    RETURN last, size(found) AS done
    """,
)
"""In the order of ids: no index has record times."""

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
RETURN i.id AS id, i.source AS source, i.startedAt AS startedAt, i.heldAt AS heldAt, i.stampedAt AS stampedAt
"""
