"""The roll-up's counts: how many problems stand how, by area and line of work, as of any instant of the ledger.

A RollupChange says by how much the counts of one area and line of work changed at one record time; a RollupDay holds
all of them as of an instant, so that a read sums one day's changes and no more. Whoever counts follows the log: its
place, the changes and the days are written in one transaction, under the lock of the one Rollup node, which nobody who
acts on a problem ever takes.
"""

from graph.compile.moment import holds_unless_silenced, state
from graph.model import MODEL
from graph.queries.write import Write

COUNTS = ("open", "overdue", "closed", "closedInTime", "assigned", "submitted", "reopened", "extended")
"""Of both kinds of node; services.oversight.rules.counting says what each is."""

MAKE = "MERGE (r:Rollup {name: 'main'}) ON CREATE SET r.position = 0, r.changes = 0"

BEGIN = Write(
    "go on counting problems",
    "oversight",
    """
    MATCH (r:Rollup {name: 'main'})
    SET r.taken = true
    REMOVE r.taken
    RETURN r.position AS position, r.at AS at, r.reached AS reached, r.changes AS changes
    """,
)
"""The fence: two that count come one after the other, and the second begins where the first has ended."""

_WITHIN = holds_unless_silenced(MODEL.fact("Within"), "f", "x", "g")
_PLACE = f"""
  WITH s, s.changedAt AS k, s.discoveredAt AS t
  RETURN {{
    life: s.life,
    area: coalesce(
      head(COLLECT {{ MATCH (s)-[:FOUND_IN]->(a) RETURN a.id }}),
      head(COLLECT {{ MATCH (s)-[:FOUND_AT]->(x)-[:WITHIN]->(f:Within)-[:WITHIN_TO]->(a) WHERE {_WITHIN}
        RETURN a.id ORDER BY f.validFrom DESC, f.id LIMIT 1 }}),
      ''),
    line: coalesce(
      head(COLLECT {{ MATCH (s)-[:FALLS_UNDER]->(x) WITH x, {state("x", "h")} AS c MATCH (c)-[:IN_LINE]->(l)
        RETURN l.id }}),
      '')
  }} AS stood
"""
"""Where a state of a problem counts: where it was found, as was known when the state was recorded, so for ever."""

NEXT = f"""
MATCH (e:Event) WHERE e.logIndex >= $after AND e.logIndex < $after + $limit
WITH e ORDER BY e.logIndex
OPTIONAL MATCH (e)-[:EVENT_OF]->(p:Problem)
WITH e, p, COLLECT {{
  MATCH (p)-[:WAS]->{{0,1}}(s) WHERE s.position <= e.position
  RETURN s ORDER BY s.position DESC LIMIT 2 }} AS states
WITH e, CASE WHEN states[0].position = e.position THEN states ELSE [] END AS states
RETURN e.logIndex AS index, e.recordedAt AS at,
  COLLECT {{ UNWIND states AS s CALL (s) {{ {_PLACE} }} RETURN stood }} AS stood
"""
"""The events after a place of the log, each with the state that it left its problem in and the one before. Of several
events that came together, as an import's do, the last one's state is what they left. Where an index is missing among
them, a write is not yet seen whole, and what comes after it is for the next time."""

WAITS = "MATCH (e:Event) WHERE e.logIndex >= $after RETURN true AS found LIMIT 1"

COMPLETE = """
OPTIONAL MATCH (e:Event {logIndex: $position})
RETURN e IS NULL AS ends, e.recordedAt > $at OR e IS NULL AND NOT EXISTS {
  MATCH (w:Outbox) WHERE w.recordedAt <= $at AND w.position > 0 AND w.id > '' } AS complete
"""
"""Whether all that was recorded by `at` comes before this place of the log. `ends`: no event stands there, which
is so only if the log is no longer either, by SIZE asked afterwards: a write of numbers is seen piece by piece."""

SIZE = "MATCH (l:Log {name: 'main'}) RETURN l.size AS size"

CHANGE = Write(
    "keep by how much the counts of problems changed",
    "oversight",
    """
    MATCH (r:Rollup {name: 'main'})
    SET r.position = $position, r.reached = $reached, r.at = $at, r.changes = r.changes + size($rows)
    WITH r
    UNWIND $rows AS row
    CREATE (c:RollupChange)
    SET c = row
    """,
)

_SUMS = ", ".join(f"sum(c.{name}) AS {name}" for name in COUNTS)
_KEPT = ", ".join(f"{name}: {name}" for name in COUNTS)
BY_CELL = """
  WITH $at AS upTo
  WITH upTo, head(COLLECT { MATCH (s:RollupDay) WHERE s.at <= upTo RETURN s.at ORDER BY s.at DESC LIMIT 1 }) AS day
  CALL (upTo, day) {
    MATCH (c:RollupDay) WHERE c.at = day RETURN c
    UNION ALL
    MATCH (c:RollupChange) WHERE c.at > coalesce(day, $beginning) AND c.at <= upTo RETURN c
  }
"""
"""Binds `c`: what to sum for the counts as of `$at`."""

KEEP_DAY = Write(
    "keep the counts of problems as of an instant",
    "oversight",
    f"""
    CALL () {{ {BY_CELL}
      WITH c.area AS area, c.line AS line, {_SUMS}
      WHERE {" OR ".join(f"{name} <> 0" for name in COUNTS)}
      RETURN collect({{area: area, line: line, {_KEPT}}}) AS cells
    }}
    MATCH (r:Rollup {{name: 'main'}})
    SET r.changes = 0
    WITH cells WHERE NOT EXISTS {{ MATCH (d:RollupDay) WHERE d.at = $at }}
    UNWIND cells AS cell
    CREATE (d:RollupDay)
    SET d = cell, d.at = $at
    """,
)

COUNTED = f"""
CALL () {{ {BY_CELL}
  WITH c.area AS area, c.line AS line, {_SUMS}
  WHERE {" OR ".join(f"{name} <> 0" for name in COUNTS)}
  RETURN area, line, {", ".join(COUNTS)}
}}
RETURN area, line, {", ".join(COUNTS)}
"""
"""The counts as of `$at`, by area and line of work."""

REACHED = "MATCH (r:Rollup {name: 'main'}) RETURN r.position AS position, r.at AS at"

SCAN = f"""
MATCH (p:Problem) WHERE p.id > $after AND p.recordedAt <= $at
WITH p ORDER BY p.id LIMIT $limit
WITH p, COLLECT {{ MATCH (p)-[:WAS]->{{0,1}}(s) WHERE s.changedAt <= $at AND $at < coalesce(s.supersededAt, $open)
  RETURN s ORDER BY s.changedAt DESC LIMIT 1 }} AS states
RETURN p.id AS id, COLLECT {{ UNWIND states AS s CALL (s) {{ {_PLACE} }} RETURN stood }} AS stood
"""
"""Every problem as it stood at `$at`, in pages: for a recount that believes nothing that was counted."""

FORGET = Write(
    "forget the counts of problems",
    "oversight",
    """
    MATCH (c:RollupDay|RollupChange)
    WITH c LIMIT $limit
    DETACH DELETE c
    RETURN count(*) AS done
    """,
)

BEGIN_ANEW = Write(
    "count problems from the beginning of the log",
    "oversight",
    """
    MATCH (r:Rollup {name: 'main'})
    SET r.position = 0, r.changes = 0
    REMOVE r.at, r.reached
    """,
)
