"""Writes of instructions: each appends its events in the same transaction, marked for the sequencer.

A recipient has a chain of its own, so that those who reply at once do not wait for one another.
"""

from graph.compile.moment import holds, holds_unless_silenced
from graph.model import MODEL
from graph.model.facts import LONGEST_CHAIN
from graph.queries.write import Write

STANDING = f"""
WITH $at AS t, $now AS k
MATCH (:Record {{id: $person}})-[:MEMBERSHIP]->(m:Membership)-[:MEMBERSHIP_TO]->(p) WHERE {holds("m")}
MATCH (p)-[:POST_IN]->(f:PostIn)-[:POST_IN_TO]->(home)
WHERE {holds_unless_silenced(MODEL.fact("PostIn"), "f", "p", "g")}
MATCH (home) ((o)-[:PART_OF]->(q:PartOf)-[:PART_OF_TO]->()
  WHERE {holds_unless_silenced(MODEL.fact("PartOf"), "q", "o", "g")}){{0,{LONGEST_CHAIN}}} (above)
WHERE above = home OR above.kind <> 'GOVERNMENT'
RETURN DISTINCT p.id AS post, above.id AS organization, above.kind AS kind
"""
"""The organizations that a person's posts are of at `at`: their own and those above, but of a government its own."""

KIND = "MATCH (o:Record&Organization {id: $organization}) RETURN o.kind AS kind"

RECIPIENTS = """
MATCH (i:Record&Instruction {id: $instruction})<-[:RECIPIENT_OF]-(r:Recipient)
RETURN r.id AS recipient, r.organizationId AS organization
"""

LOCK = """
MATCH (r:Record&Recipient {id: $recipient})-[:RECIPIENT_OF]->(i:Instruction)
SET r.touched = true
REMOVE r.touched
RETURN i.issuedAt AS issuedAt, r.acknowledgeBy AS acknowledgeBy, r.actBy AS actBy, r.answerBy AS answerBy,
  r.acknowledgedAt AS acknowledgedAt, r.actedAt AS actedAt, r.answeredAt AS answeredAt,
  r.position AS position, r.hash AS hash, r.changedAt AS changedAt
"""
"""Takes the write lock of the recipient before reading it, so that two commands on it come one after the other."""

ISSUE = Write(
    "issue an instruction",
    "campaign",
    """
    CREATE (i:Record:Instruction)
    SET i = $instruction
    CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->(i)
    SET e = $event
    WITH i, e
    CALL (i) { MATCH (x:Record {id: $issuer}) CREATE (i)-[:ISSUED_FROM]->(x) }
    CALL (i) { MATCH (x:Record {id: $person}) CREATE (i)-[:ISSUED_BY]->(x) }
    CALL (i) { MATCH (x:Record {id: $task}) CREATE (i)-[:FALLS_UNDER]->(x) }
    CALL (i, e) {
      UNWIND $recipients AS row
      MATCH (o:Record {id: row.organization})
      CREATE (o)<-[:ADDRESSED_TO]-(r:Record:Recipient)-[:RECIPIENT_OF]->(i)
      SET r = row.recipient
      CREATE (o)<-[:PASSED_TO]-(f:Record:Event:Outbox)-[:EVENT_OF]->(r)
      SET f = row.event
      RETURN collect(f) AS told
    }
    UNWIND [e] + told AS event
    CALL (event) { MATCH (x:Record {id: $person}) CREATE (event)-[:DONE_BY]->(x) }
    CALL (event) { MATCH (x:Record {id: $post}) CREATE (event)-[:DONE_AS]->(x) }
    """,
)

STEP = Write(
    "take a step of an instruction",
    "campaign",
    """
    MATCH (r:Record&Recipient {id: $recipient})
    CREATE (r)-[:WAS]->(f:Former)
    SET f = properties(r), f.supersededAt = $now
    WITH r, f
    CALL (r, f) {
      MATCH (r)-[l:RECIPIENT_OF|ADDRESSED_TO|ACKNOWLEDGED_BY|ACTED_BY|ANSWERED_BY]->(x)
      CREATE (f)-[:$(type(l))]->(x)
    }
    SET r += $state
    CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->(r)
    SET e = $event
    WITH r, e
    CALL (r, e) { MATCH (x:Record {id: $person}) CREATE (r)-[:$($by)]->(x) CREATE (e)-[:DONE_BY]->(x) }
    CALL (e) { MATCH (x:Record {id: $post}) CREATE (e)-[:DONE_AS]->(x) }
    """,
)
