"""Writes of facts by commands: a new one, or a new version that supersedes; each with its event, for the sequencer.

One statement of each for every kind of fact: its label and its relationships are the model's.
"""

from graph.model import MODEL
from graph.model.declare import Fact
from graph.model.facts import LONGEST_CHAIN, NAME, RENAMED
from graph.queries.write import Write

LABELS = ("Membership", "Responsibility", "Regulation", "Reporting", "Heads", "Name")
"""The facts that commands record and correct."""


def _matched(fact: Fact) -> str:
    to = "MATCH (b:Record {id: $to})\n" if fact.to else ""
    return (
        f"MATCH (a:Record {{id: $from}})\n{to}"
        "OPTIONAL MATCH (clause:Record {id: $clause})\n"
        "OPTIONAL MATCH (person:Record {id: $person})\n"
        "OPTIONAL MATCH (post:Record {id: $post})\n"
    )


def _created(fact: Fact, subject: str) -> str:
    to = f"-[:{fact.relationship_to}]->(b)" if fact.to else ""
    mark = f", a.{RENAMED} = true" if fact is NAME else ""
    return (
        f"CREATE (a)-[:{fact.relationship}]->(n:Record:{fact.label}){to}\n"
        f"SET n = $fact{mark}\n"
        f"CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->({subject})\n"
        "SET e = $event\n"
        "FOREACH (x IN CASE WHEN clause IS NULL THEN [] ELSE [clause] END | CREATE (n)-[:BASED_ON]->(x))\n"
        "FOREACH (x IN CASE WHEN person IS NULL THEN [] ELSE [person] END | CREATE (e)-[:DONE_BY]->(x))\n"
        "FOREACH (x IN CASE WHEN post IS NULL THEN [] ELSE [post] END | CREATE (e)-[:DONE_AS]->(x))\n"
    )


def _record(fact: Fact) -> Write:
    cypher = f"{_matched(fact)}{_created(fact, 'n')}RETURN count(*) AS made"
    return Write(f"record a fact: {fact.label}", fact.owner, cypher)


def _supersede(fact: Fact) -> Write:
    cypher = (
        "MATCH (first:Record {id: $first})\nMATCH (old:Record {id: $old})\n"
        f"{_matched(fact)}{_created(fact, 'first')}"
        "CREATE (n)-[:SUPERSEDES]->(old)\n"
        "SET old.supersededAt = $now, first.latest = $version\n"
        "RETURN count(*) AS made"
    )
    return Write(f"correct a fact: {fact.label}", fact.owner, cypher)


RECORD = {label: _record(MODEL.fact(label)) for label in LABELS}
SUPERSEDE = {label: _supersede(MODEL.fact(label)) for label in LABELS}


def _lock(fact: Fact) -> str:
    to = f"MATCH (n)-[:{fact.relationship_to}]->(b)\n" if fact.to else ""
    return (
        f"MATCH (first:Record&{fact.label} {{id: $first}}) WHERE first.recordedAt <= $now\n"
        "SET first.touched = true\nREMOVE first.touched\n"
        "WITH first, coalesce(first.latest, 1) AS version\n"
        "MATCH (n:Record {id: first.id + CASE WHEN version > 1 THEN '~' + toString(version) ELSE '' END})\n"
        f"MATCH (a)-[:{fact.relationship}]->(n)\n{to}"
        f"RETURN n.id AS id, version, properties(n) AS fact, n:Pending AS importing, a.id AS from, "
        f"{'b.id' if fact.to else 'null'} AS to,\n"
        "  head(COLLECT { MATCH (n)-[:BASED_ON]->(c) RETURN c.id }) AS clause,\n"
        "  head(COLLECT { MATCH (first)<-[:EVENT_OF]-(e)\n"
        "    RETURN [e.position, e.hash] ORDER BY e.position DESC LIMIT 1 }) AS last"
    )


LOCK = {label: _lock(MODEL.fact(label)) for label in LABELS}
"""The fact as it was told last. Takes the write lock of its first version before reading it, as imports do: of two
corrections at once one comes first. `last`: position and hash of the last event on its chain."""

MARK_RENAMED = f"MATCH (x)-[:{NAME.relationship}]->() WHERE x.{RENAMED} IS NULL SET x.{RENAMED} = true"
"""What was written before there was the mark, or past those who set it."""

BESIDE = """
MATCH (:Record {id: $organization})<-[:HEADS_TO]-(f:Heads)
WHERE f.explicit AND f.recordedAt <= $now AND $now < f.supersededAt
RETURN f.validFrom AS since, f.validTo AS until
"""
"""The explicit heads of an organization, beside which its column is silent."""

CLAUSES = """
UNWIND $ids AS id
MATCH (c:Record&Clause {id: id}) WHERE c.recordedAt <= $now
RETURN c.id AS id
"""
"""Which of the bases are clauses; the others are texts."""

_STEP = (
    "(()-[:REPORTS]->(f:Reporting WHERE f.recordedAt <= $now AND $now < f.supersededAt AND f.validFrom < $until "
    "AND $since < f.validTo)-[:REPORTS_TO]->())"
)

REPORTING_AROUND = f"""
CALL () {{
  MATCH (:Record {{id: $to}}) {_STEP}{{1,{LONGEST_CHAIN}}} ()
  UNWIND f AS r
  RETURN DISTINCT r
  UNION
  MATCH () {_STEP}{{1,{LONGEST_CHAIN}}} (:Record {{id: $from}})
  UNWIND f AS r
  RETURN DISTINCT r
}}
MATCH (a)-[:REPORTS]->(r)-[:REPORTS_TO]->(b)
RETURN r.id AS id, a.id AS from, b.id AS to, r.validFrom AS since, r.validTo AS until
"""
"""The reporting lines above one post and below another that hold at some instant of an interval."""
