"""Reads of the whole ledger, for its verification: each event as it stands, in the order of the log."""

COLUMNS = (
    "id", "source", "sourceId", "kind", "at", "position", "data", "hash", "previousHash", "evidence", "note", "dueAt",
    "recordedAt", "digest", "logIndex",
)  # fmt: skip
"""Every property that an event can have. Instants are read as text, so that neither zone nor fraction goes unseen."""

_INSTANTS = frozenset({"at", "dueAt", "recordedAt"})
_SHOWN = ", ".join(f"toString(e.{name})" if name in _INSTANTS else f"e.{name}" for name in COLUMNS)
_ROW = f"{_SHOWN}, size(keys(e)), COLLECT {{ MATCH (e)-[r]->(x) RETURN [type(r), x.id] }}"

NUMBERED = f"MATCH (e:Event) WHERE e.logIndex >= $from WITH e ORDER BY e.logIndex RETURN {_ROW}"
"""A row: the COLUMNS, how many properties there are, and [type, id at the other end] of what goes out."""

UNNUMBERED = f"""
MATCH (e:Event) WHERE e.logIndex IS NULL AND NOT e:Pending
WITH e ORDER BY e.recordedAt, e.position, e.id
RETURN {_ROW}
"""

HEADS = """
MATCH (n:Record) WHERE n.hash IS NOT NULL AND NOT n:Event AND NOT n:Pending
RETURN n.id, n.position, n.hash
"""
"""Where each subject says that its chain ends."""

CHECKPOINTS = """
MATCH (c:Checkpoint) WHERE c.size >= 0
WITH c ORDER BY c.size
RETURN c.size, c.rootHash, toString(c.signedAt), c.note
"""

ALL_TILES = "MATCH (t:Tile) RETURN t.level, t.number, t.hashes"

SIZE = "MATCH (l:Log {name: 'main'}) RETURN l.size, l.key, COUNT { MATCH (e:Event) WHERE NOT e:Pending }"
