"""Which problems' traces a change of a fact may touch on their DIRECT and SUPERVISORY levels: a superset, newest first.

Such a hop is a post that answers in its own right, or the one right above it. So from a post the search goes down to
those that report to it (as far as a circle could close, where a reporting line changes), from there to what they answer
for, and from that to the problems discovered while something changed.
"""

from graph.model.facts import LONGEST_CHAIN

_NOW = "r.recordedAt <= $now AND $now < r.supersededAt AND r.validFrom < $until AND $since < r.validTo"
_BELOW = f"(()-[:REPORTS]->(f:Reporting WHERE {_NOW.replace('r.', 'f.')})-[:REPORTS_TO]->())"  # one reporting line
_LATELY = "p.discoveredAt >= $since AND p.discoveredAt < $until AND p.id > ''"


def affected(depth: int) -> str:
    """Problems {id} that may be touched. `depth`: how many reporting lines below `posts` are gone, to LONGEST_CHAIN.

    Parameters: `posts`, `subjects`, `organizations` (ids), `intervals` [{since, until}] with `since` and `until` around
    all of them, `now`, `limit`.
    """
    if not 0 <= depth <= LONGEST_CHAIN:
        raise ValueError(f"a chain has at most {LONGEST_CHAIN} reporting lines")
    return f"""
CALL () {{
  UNWIND $subjects AS id
  MATCH (x:Record {{id: id}})
  RETURN x
  UNION
  UNWIND $posts AS id
  MATCH (below) {_BELOW}{{0,{depth}}} (:Record {{id: id}})
  WITH DISTINCT below
  MATCH (below)-[:RESPONSIBILITY]->(r)-[:RESPONSIBILITY_TO]->(x) WHERE {_NOW}
  RETURN DISTINCT x
  UNION
  CALL () {{
    UNWIND $organizations AS id
    MATCH (o:Record {{id: id}})
    RETURN o
    UNION
    UNWIND $posts AS id
    MATCH (:Record {{id: id}})-[:HEADS]->(r)-[:HEADS_TO]->(o) WHERE {_NOW}
    RETURN o
  }}
  MATCH (o)-[:REGULATION|OPERATES|LEADS|ASSISTS|ANSWERS_FOR]->(r)
  WHERE {_NOW}
  MATCH (r)-[:REGULATION_TO|OPERATES_TO|LEADS_TO|ASSISTS_TO|ANSWERS_FOR_TO]->(x)
  RETURN DISTINCT x
}}
WITH DISTINCT x
CALL (x) {{
  WITH x WHERE x:SiteKind
  MATCH (p:Problem) WHERE {_LATELY}
  MATCH (p)-[:FOUND_AT]->(s) WHERE s.kind = x.kind
  RETURN p
  UNION
  WITH x WHERE x:Area
  MATCH (x) (()<-[:WITHIN_TO]-(:Within)<-[:WITHIN]-()){{0,{LONGEST_CHAIN}}} (y:Area)
  WITH DISTINCT y
  MATCH (y)<-[:FOUND_IN]-(p:Problem) WHERE {_LATELY}
  RETURN p
  UNION
  WITH x WHERE x:Area OR x:Site
  MATCH (x) (()<-[:WITHIN_TO]-(:Within)<-[:WITHIN]-()){{0,{LONGEST_CHAIN}}} (y:Site)
  WITH DISTINCT y
  MATCH (p:Problem) WHERE p.siteId = y.id AND {_LATELY}
  RETURN p
  UNION
  WITH x WHERE x:Task
  MATCH (x)<-[:SUBTASK_OF]-{{0,{LONGEST_CHAIN}}}(y:Task)
  WITH DISTINCT y
  MATCH (p:Problem) WHERE p.taskId = y.id AND {_LATELY}
  RETURN p
}}
WITH DISTINCT p
WHERE any(i IN $intervals WHERE i.since <= p.discoveredAt AND p.discoveredAt < i.until)
WITH p ORDER BY p.discoveredAt DESC, p.id DESC LIMIT $limit
RETURN p.id AS id
"""
