"""What the commands of every room ask of the database: that one is carried out once, who acts, what is named."""

from graph.queries.write import Write, of_each

_KINDS = """UNWIND $ids AS id
    MATCH (n:Record {id: id}) WHERE n.recordedAt <= $latest"""
_HELD = """MATCH (x:Record {id: $person})-[:MEMBERSHIP]->(f:Membership)-[:MEMBERSHIP_TO]->(p)
    WHERE f.recordedAt <= $latest AND $latest < f.supersededAt AND f.validFrom <= $at AND $at < f.validTo"""
_KIND = "[label IN labels(n) WHERE label <> 'Record'][0]"

CLAIM = Write(
    "claim an idempotency key",
    "accountability",
    f"""
    MERGE (c:Command {{key: $key}})
    ON CREATE SET c.request = $request, c.claimedAt = $now, c.outcome = ''
    SET c.touched = true
    RETURN c.request AS request, c.outcome AS outcome, COLLECT {{ {_KINDS} RETURN [id, {_KIND}] }} AS kinds
    """,
)
"""And what the records are that the command names, as KINDS_OF tells it: one question less."""

SETTLE = Write(
    "remember what a command came to",
    "accountability",
    "MATCH (c:Command {key: $key}) SET c.outcome = $outcome REMOVE c.touched",
)

KINDS_OF = f"{_KINDS} RETURN id, {_KIND} AS kind"
"""What the records are that a command names; those unknown are not returned."""

POSTS_HELD = f"{_HELD} RETURN DISTINCT p.id AS post"


STANDING = f"""
UNWIND $asked AS one
RETURN EXISTS {{ MATCH (:Command {{key: one.key}}) }} AS used,
  COLLECT {{ {of_each("one", "ids", _KINDS)} RETURN [id, {_KIND}] }} AS kinds,
  COLLECT {{ {of_each("one", "person|at", _HELD)} RETURN DISTINCT p.id }} AS held
"""
"""Of several commands at once, in the order in which they are asked about: whether a key is in use, and the rest."""
