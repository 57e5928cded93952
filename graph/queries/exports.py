"""Reads all that is known at an instant, kind by kind, for an export."""

from collections.abc import Iterable

from graph.compile.moment import known, state
from graph.model import MODEL
from graph.model.declare import End

KNOWN_NOW = """
MATCH (w:Watermark {name: 'main'})
RETURN w.at AS k
"""

_OTHERS = "[x.source, x.sourceId]"


def entities(label: str, columns: Iterable[tuple[str, str]], *, by_ids: bool = False) -> str:
    """Entities of a label, all or those of `ids`: source, sourceId, p, refs and, by `columns`, the other ends."""
    match = f"UNWIND $ids AS id MATCH (e:Record&{label} {{id: id}})" if by_ids else f"MATCH (e:{label})"
    refs = "|".join(sorted({ref.relationship for ref in MODEL.entity(label).refs()}))
    found = [
        f"COLLECT {{ MATCH (s)-[r:{refs}]->(x) RETURN [type(r), x.source, x.sourceId] }} AS refs"
        if refs
        else "[] AS refs"
    ]
    for name, fact_label in columns:
        fact = MODEL.fact(fact_label)
        way = (
            f"(e)-[:{fact.relationship}]->(g)-[:{fact.relationship_to}]->(x)"
            if fact.thing is End.FROM
            else f"(e)<-[:{fact.relationship_to}]-(g)<-[:{fact.relationship}]-(x)"
        )
        found.append(
            f"COLLECT {{ MATCH {way} WHERE NOT g.explicit AND g.validFrom < g.validTo AND {known('g')}"
            f" RETURN {_OTHERS} }} AS `column_{name}`"
        )
    return (
        f"WITH $k AS k {match} WHERE e.recordedAt <= k\n"
        f"WITH e, k, {state('e', 'f')} AS s\n"
        f"RETURN e.id AS id, e.source AS source, e.sourceId AS sourceId, properties(s) AS p,\n  " + ",\n  ".join(found)
    )


def facts(label: str) -> str:
    """All explicit facts of a label: source, sourceId, p, from and to (label, source, sourceId), clause."""
    fact = MODEL.fact(label)
    to = f"-[:{fact.relationship_to}]->(b)" if fact.to else ""
    b = "[[l IN labels(b) WHERE l <> 'Record'][0], b.source, b.sourceId, b.kind]" if fact.to else "null"
    return (
        f"WITH $k AS k MATCH (a)-[:{fact.relationship}]->(g:{label}){to} WHERE g.explicit AND {known('g')}\n"
        f"RETURN g.source AS source, g.sourceId AS sourceId, properties(g) AS p, [a.source, a.sourceId] AS from,\n"
        f"  {b} AS to, head(COLLECT {{ MATCH (g)-[:BASED_ON]->(x) RETURN {_OTHERS} }}) AS clause"
    )


PROBLEMS_AFTER = (
    "p.discoveredAt >= $after[0] AND (p.discoveredAt > $after[0] OR p.id > $after[1])"  # streams from the index
)

PROBLEM_PAGE = f"""
MATCH (p:Problem) WHERE {PROBLEMS_AFTER}
WITH p ORDER BY p.discoveredAt, p.id LIMIT $limit
RETURN p.id AS id, p.discoveredAt AS discoveredAt
"""

ACTIONS_OF = """
WITH $k AS k UNWIND $ids AS id
MATCH (p:Record&Problem {id: id})<-[:EVENT_OF]-(e:Event)
WHERE e.recordedAt <= k AND NOT e.kind IN ['RECORDED', 'CORRECTED', 'REPORTED', 'DEADLINE_PASSED']
RETURN e.source AS source, e.sourceId AS sourceId, [p.source, p.sourceId] AS problem, properties(e) AS p,
  COLLECT { MATCH (e)-[r:DONE_BY|DONE_AS|PASSED_TO]->(x) RETURN [type(r), x.source, x.sourceId] } AS refs
"""

OBSERVATIONS = f"""
WITH $k AS k MATCH (e:Observation) WHERE e.recordedAt <= k
WITH e, {state("e", "f")} AS s
MATCH (x:Record {{id: e.station}})
RETURN [x.source, x.sourceId] AS station, properties(s) AS p
"""
