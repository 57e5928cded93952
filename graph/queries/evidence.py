"""Reads of the whole ledger, for its verification: each event as it stands, in the order of the log."""

from graph.compile.fields import Compiler
from graph.compile.moment import PREFIX
from graph.compile.roots import Moment, Viewer, parameters_of
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.compile.visibility import concerns
from graph.model import MODEL

COLUMNS = (
    "id", "source", "sourceId", "kind", "at", "position", "data", "hash", "previousHash", "evidence", "note", "dueAt",
    "recordedAt", "digest", "logIndex",
)  # fmt: skip
"""Every property that an event can have. Instants are read as text, so that neither zone nor fraction goes unseen."""

_INSTANTS = frozenset({"at", "dueAt", "recordedAt"})
_SHOWN = ", ".join(f"toString(e.{name})" if name in _INSTANTS else f"e.{name}" for name in COLUMNS)
_ROW = f"{_SHOWN}, size(keys(e)), [(e)-[r]->(x) | [type(r), x.id]]"

NUMBERED = f"""
MATCH (e:Event) WHERE e.logIndex >= $from AND e.logIndex < $to
WITH e ORDER BY e.logIndex
RETURN collect([{_ROW}]) AS rows
"""
"""A row: the COLUMNS, how many properties there are, and [type, id at the other end] of what goes out.

As one list: a record for each row takes the driver ten times as long.
"""

UNNUMBERED = f"""
MATCH (e:Event) WHERE e.logIndex IS NULL AND NOT e:Pending
WITH e ORDER BY e.recordedAt, e.position, e.id
RETURN {_ROW}
"""

HEADS = """
MATCH (n:Record) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $some
WITH collect(n) AS met
RETURN met[-1].id AS last, [n IN met WHERE NOT n:Event AND n.hash IS NOT NULL AND NOT n:Pending |
  [n.id, n.position, n.hash]] AS rows
"""
"""Where each subject says that its chain ends, and the last record looked at (null: there are no more)."""

CHECKPOINTS = """
MATCH (c:Checkpoint) WHERE c.size >= 0
WITH c ORDER BY c.size
RETURN c.size, c.rootHash, toString(c.signedAt), c.note
"""

ALL_TILES = "MATCH (t:Tile) RETURN t.level, t.number, t.hashes"

SIZE = "MATCH (l:Log {name: 'main'}) RETURN l.size, l.key, COUNT { MATCH (e:Event) WHERE NOT e:Pending }"

OF_SUBJECT = f"""
MATCH (:Record {{id: $subject}})<-[:EVENT_OF]-(e:Event) WHERE e.recordedAt <= $knownAt
WITH e ORDER BY e.position
RETURN [{_ROW}] AS row
"""

TRUST = """
MATCH (l:Log {name: 'main'})
RETURN l.key AS key, COLLECT {
  MATCH (c:Checkpoint) WHERE c.size >= 0 AND c.note CONTAINS '\\nkey ' RETURN c.note ORDER BY c.size
} AS handovers
"""
"""The first key, and the checkpoints in which one key names the next."""


def ledger(subject: str, selected: Selected, moment: Moment, viewer: Viewer) -> Statement:
    """Columns: high, k, t and data: what is asked of a record's ledger, `_checkpoint`, and `_subject` (null: none)."""
    compiler = Compiler(MODEL)
    chain = f"(:Record {{id: {compiler.parameter(subject.partition('~')[0])}}})<-[:EVENT_OF]-(n:Event)"
    parts = [
        f"`{part.key}`: {compiler.page(chain, 'n.recordedAt <= k', 'Event', 'n', part, ('ledger', subject)).cypher()}"
        for part in selected.only()
        if part.name == "events"
    ]
    checkpoint = (
        "_checkpoint: head(COLLECT { MATCH (c:Checkpoint) WHERE c.size >= 0 WITH c ORDER BY c.size DESC LIMIT 1 "
        "RETURN c {.size, .rootHash, .signedAt, .note} })"
    )
    seen = "" if viewer.oversees else f" AND (NOT s:Finding OR {concerns('s', viewer)})"
    known = f"OPTIONAL MATCH (s:Record {{id: {compiler.parameter(subject)}}}) WHERE s.recordedAt <= k{seen}\n"
    cypher = f"{PREFIX}{known}RETURN high, t, k, {{{', '.join(['_subject: s.id', checkpoint, *parts])}}} AS data"
    return Statement(cypher, parameters_of(compiler, moment, viewer), tuple(compiler.judged))
