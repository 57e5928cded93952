"""Writes of the ledger's log: who leads, the next events and their numbers, tiles of the tree, checkpoints."""

from graph.queries.write import Write

STATE = "MATCH (l:Log {name: 'main'}) RETURN l.epoch AS epoch, l.beat AS beat, l.size AS size, l.key AS key"

LEAD = Write(
    "begin to lead the log",
    "accountability",
    """
    MATCH (l:Log {name: 'main'})
    SET l.taken = true
    REMOVE l.taken
    WITH l WHERE l.epoch = $epoch AND l.beat = $beat AND coalesce(l.key, $key) = $key
    SET l.epoch = l.epoch + 1, l.beat = 0, l.key = $key
    RETURN l.epoch AS epoch, l.size AS size
    """,
)
"""Whoever saw no beat for a while may lead; the epoch shuts out the one before, even if it only slept."""

HOLD = Write(
    "go on leading the log",
    "accountability",
    """
    MATCH (l:Log {name: 'main'})
    SET l.taken = true
    REMOVE l.taken
    WITH l WHERE l.epoch = $epoch
    SET l.beat = l.beat + 1
    RETURN l.size AS size
    """,
)
"""The fence: each transaction of the leader begins with it, and holds its lock to the end."""

NEXT = """
MATCH (w:Watermark {name: 'main'})
WITH w.at AS at
MATCH (e:Outbox) WHERE e.recordedAt <= at AND e.position > 0 AND e.id > ''
WITH e ORDER BY e.recordedAt, e.position, e.id LIMIT $limit
RETURN e.id AS id, e.hash AS hash, e.recordedAt AS recordedAt, e.digest AS digest
"""
"""Below the watermark no event can appear any more, so this order is final."""

WAITS = """
MATCH (w:Watermark {name: 'main'})
MATCH (e:Outbox) WHERE e.recordedAt < w.holdsAt AND e.position > 0 AND e.id > ''
RETURN true AS found LIMIT 1
"""
NEWEST = """
MATCH (w:Watermark {name: 'main'})
WITH w.holdsAt AS holdsAt
MATCH (e:Outbox) WHERE e.recordedAt < holdsAt AND e.position > 0 AND e.id > ''
WITH e ORDER BY e.recordedAt DESC, e.position DESC, e.id DESC LIMIT 1
RETURN e.recordedAt AS at
"""
"""The events of an import that readers do not see yet are not among them, however many they are."""

NUMBER = Write(
    "number events",
    "accountability",
    """
    UNWIND $rows AS row
    MATCH (e:Record {id: row.id})
    SET e.logIndex = row.index
    REMOVE e:Outbox
    RETURN count(*) AS made
    """,
)

GROW = Write(
    "grow the log's tree",
    "accountability",
    """
    MATCH (l:Log {name: 'main'})
    SET l.size = $size
    WITH l
    UNWIND $tiles AS row
    MERGE (t:Tile {level: row.level, number: row.number})
    SET t.hashes = row.hashes
    """,
)

TILES = """
UNWIND $tiles AS row
MATCH (t:Tile {level: row.level, number: row.number})
RETURN t.level AS level, t.number AS number, t.hashes AS hashes
"""

SIGN = Write(
    "keep a checkpoint",
    "accountability",
    """
    MERGE (c:Checkpoint {size: $size})
    SET c.rootHash = $rootHash, c.signedAt = $signedAt, c.note = $note
    """,
)

LAST_CHECKPOINT = """
MATCH (c:Checkpoint) WHERE c.size >= 0
WITH c ORDER BY c.size DESC LIMIT 1
RETURN c.size AS size, c.rootHash AS rootHash, c.signedAt AS signedAt, c.note AS note
"""

LAG = """
MATCH (e:Outbox)
WITH count(e) AS waiting
OPTIONAL MATCH (e:Outbox) WHERE e.recordedAt > $beginning AND e.position > 0 AND e.id > ''
WITH waiting, e ORDER BY e.recordedAt, e.position, e.id LIMIT 1
MATCH (w:Watermark {name: 'main'})
RETURN waiting, e.recordedAt AS oldest, w.at AS watermark
"""
