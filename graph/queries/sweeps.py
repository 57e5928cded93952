"""What the commands on covert films and sweeps ask and write besides `graph.queries.supervision`."""

from graph.compile.moment import holds_unless_silenced
from graph.model import MODEL
from graph.model.facts import LONGEST_CHAIN
from graph.queries.write import Write

FILM_OF = "MATCH (f:CovertFilm {sha256: $sha256}) RETURN f.id AS film LIMIT 1"
"""The film that this file was recorded as."""

ORIGIN = """
MATCH (p:Record&Problem {id: $problem})
RETURN p.discoveredAt AS discoveredAt, p.siteId AS site,
  head(COLLECT { MATCH (p)-[:FOUND_AT]->(s) RETURN s.kind }) AS kind,
  head(COLLECT { MATCH (p)<-[:SWEEP_OF]-(w:Sweep) RETURN w.id }) AS sweep
"""

_ALIKE = """s.kind IN $kinds AND s.recordedAt <= k AND s.id <> $origin
  AND ($keyProject IS NULL OR coalesce(s.keyProject, false) = $keyProject)
RETURN DISTINCT s.id AS site ORDER BY site"""

ALIKE = f"WITH $now AS k MATCH (s:Site) WHERE s.id > '' AND {_ALIKE}"
"""The sites of these kinds; a composite index serves only what asks for all of its properties."""

ALIKE_IN = f"""
WITH $at AS t, $now AS k
MATCH (:Record&Area {{id: $area}}) (()<-[:WITHIN_TO]-(f:Within)<-[:WITHIN]-(x)
  WHERE {holds_unless_silenced(MODEL.fact("Within"), "f", "x", "g")}){{1,{LONGEST_CHAIN}}} (s:Site)
WHERE {_ALIKE}
"""
"""Those of them that lie in an area or in one below it at `at`."""

ADD = Write(
    "fix the sites of a sweep",
    "oversight",
    """
    MATCH (w:Record&Sweep {id: $sweep})
    UNWIND $rows AS row
    MATCH (x:Record {id: row.site})
    CREATE (w)<-[:IN_SWEEP]-(s:Record:SweptSite)-[:SWEPT_AT]->(x)
    SET s = row.swept, s.dueAt = $dueAt, s.recordedAt = $recordedAt, s.changedAt = $recordedAt
    """,
)

SWEPT = """
OPTIONAL MATCH (s:Record&SweptSite {id: $swept})
RETURN s.id AS swept, head(COLLECT { MATCH (s)<-[:CHECKS]-(i:Inspection) RETURN i.id }) AS inspection
"""

LEFT = """
MATCH (w:Record&Sweep {id: $sweep})
RETURN COUNT { MATCH (w)<-[:IN_SWEEP]-(s:SweptSite) WHERE NOT EXISTS { (s)<-[:CHECKS]-() } } AS remaining,
  head(COLLECT { MATCH (w)<-[:FOR_SWEEP]-(i:Inspection) RETURN i.inspectedAt AS at ORDER BY at DESC LIMIT 1 }) AS last
"""
"""How many sites nobody has inspected, and when the last was inspected."""
