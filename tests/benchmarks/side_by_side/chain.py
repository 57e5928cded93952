"""A question that every system can be asked in full: who answers, area by area, above a problem, as of now.

A trace takes rules beside the facts, and no other system has them; this is what people ask a graph for without any.
`CYPHER` is written by hand for what holds now, and answers it in one statement.
"""

from datetime import UTC, datetime
from typing import Any

from graph.model.instants import OPEN

AREAS = 4
"""Grid, village, township, county."""


def holds(fact: str) -> str:
    """That a fact, as it is known now, holds now."""
    return f"{fact}.supersededAt = $open AND {fact}.validFrom <= $now AND $now < {fact}.validTo"


AROUND = (
    f"head(COLLECT {{{{ MATCH ({{0}})-[:WITHIN]->(f:Within)-[:WITHIN_TO]->(x) WHERE {holds('f')} "
    "RETURN x ORDER BY f.explicit DESC, f.validFrom DESC, f.id LIMIT 1 }})"
)
"""The area in which a thing lies."""

_AREAS = [f"a{n}" for n in range(AREAS)]
CYPHER = f"""
MATCH (p:Record {{id: $id}}) WHERE p:Problem
WITH p, head(COLLECT {{ MATCH (p)-[:FOUND_IN]->(x) RETURN x }}) AS own,
  head(COLLECT {{ MATCH (p)-[:FOUND_AT]->(x) RETURN x }}) AS site
WITH p, coalesce(own, {AROUND.format("site")}) AS a0
WITH *, {AROUND.format("a0")} AS a1
WITH *, {AROUND.format("a1")} AS a2
WITH *, {AROUND.format("a2")} AS a3
RETURN {{id: p.id, number: p.number, title: p.title, areas: COLLECT {{
  UNWIND [{", ".join(_AREAS)}] AS a WITH a WHERE a IS NOT NULL
  RETURN {{id: a.id, name: a.name, kind: a.kind, responsibilities: COLLECT {{
    MATCH (a)<-[:RESPONSIBILITY_TO]-(r:Responsibility)<-[:RESPONSIBILITY]-(q) WHERE {holds("r")}
    WITH r, q ORDER BY r.validFrom, r.sourceId
    RETURN {{role: r.role, validFrom: toString(r.validFrom), post: {{id: q.id, title: q.title,
      organization: head(COLLECT {{ MATCH (q)-[:POST_IN]->(f:PostIn)-[:POST_IN_TO]->(o) WHERE {holds("f")}
        RETURN {{id: o.id, name: o.name}} ORDER BY f.explicit DESC, f.validFrom DESC, f.id LIMIT 1 }}),
      holders: COLLECT {{ MATCH (q)<-[:MEMBERSHIP_TO]-(m:Membership)<-[:MEMBERSHIP]-(h) WHERE {holds("m")}
        WITH h ORDER BY h.sourceId RETURN {{id: h.id, name: h.name}} }} }} }} }} }} }} }} AS chain
"""

_AREA = """
fragment Answering on Area {
  id name kind
  responsibilities { role validFrom post { id title organization { id name } holders { id name } } }
}
"""
DOCUMENT = (
    "query Chain($id: ID!) { problem(id: $id) { id number title area { ...Answering "
    + "parent { ...Answering " * (AREAS - 1)
    + "} " * (AREAS - 1)
    + "} } }"
    + _AREA
)
"""As zeren is asked."""

FLAT = f"query Chain($id: ID!) {{ chain(id: $id) {{ id number title areas {{ ...Answering }} }} }}{_AREA}"
"""As the others are asked that answer by one statement."""


def statement(subject: str, now: datetime) -> tuple[str, dict[str, Any]]:
    return CYPHER, {"id": subject, "now": now, "open": OPEN}


def flat(problem: dict[str, Any]) -> dict[str, Any]:
    """zeren's answer with its areas in a list, all instants in one form."""
    areas: list[dict[str, Any]] = []
    if "areas" in problem:
        areas = problem["areas"]
    else:
        area = problem["area"]
        while area:
            areas.append({key: value for key, value in area.items() if key != "parent"})
            area = area.get("parent")
    return {
        **{key: problem[key] for key in ("id", "number", "title")},
        "areas": [{**area, "responsibilities": [_told(one) for one in area["responsibilities"]]} for area in areas],
    }


def _told(responsibility: dict[str, Any]) -> dict[str, Any]:
    return {
        **responsibility,
        "validFrom": datetime.fromisoformat(responsibility["validFrom"]).astimezone(UTC).isoformat(),
    }


_PEER = CYPHER.replace("$now", "datetime()").replace("$open", f"datetime('{OPEN.isoformat()}')")
PEER_TYPES = f'''
type Query {{ chain(id: ID!): Chain @cypher(statement: """{_PEER}""", columnName: "chain") }}
type Chain {{ id: ID! number: String! title: String! areas: [Area!]! }}
type Area {{ id: ID! name: String! kind: String! responsibilities: [Responsibility!]! }}
type Responsibility {{ role: String! validFrom: String! post: Post! }}
type Post {{ id: ID! title: String! organization: Organization holders: [Person!]! }}
type Organization {{ id: ID! name: String! }}
type Person {{ id: ID! name: String! }}
'''
"""For @neo4j/graphql."""
