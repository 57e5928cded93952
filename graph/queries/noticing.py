"""What the noticing of findings reads of the ledger and of a subject, and what it writes."""

from graph.compile.moment import known
from graph.queries.write import Write

POSITION = """
MATCH (r:FindingsReader {name: 'main'}) MATCH (l:Log {name: 'main'}) MATCH (w:Watermark {name: 'main'})
RETURN r.position AS position, r.turn AS turn, l.size AS size, w.at AS known
"""

STRETCH = """
MATCH (e:Event) WHERE e.logIndex >= $from AND e.logIndex < $to
WITH collect(e) AS found
RETURN size(found) AS seen, COLLECT {
  UNWIND found AS e
  MATCH (e)-[:EVENT_OF]->(s) WHERE s:Problem OR s:Recipient
  WITH DISTINCT s
  CALL (s) {
    RETURN s.id AS subject
    UNION
    MATCH (o:Problem) WHERE o.siteId = s.siteId AND o.discoveredAt < s.discoveredAt AND o.id > '' AND s.siteId > ''
      AND o.taskId = s.taskId
    RETURN o.id AS subject
  }
  RETURN DISTINCT subject
} AS subjects
"""
"""The subjects of a stretch of the log, and the earlier problems that a new one at the same site may tell of."""

LAPSED = """
MATCH (g:Agenda) WHERE g.at < $at AND g.subject > ''
RETURN g.subject AS subject, g.at AS at ORDER BY g.at, g.subject LIMIT $most
"""
"""Subjects that something happened to since they were looked at, or of which something may have become so."""

WAITING = """
RETURN COUNT { MATCH (g:Agenda) WHERE g.at < $at AND g.subject > '' WITH g LIMIT $most RETURN g } AS waiting
"""

NEXT = "MATCH (g:Agenda) WHERE g.at < $open AND g.subject > '' RETURN g.at AS at ORDER BY g.at, g.subject LIMIT 1"

_HOMES = f"""COLLECT {{
    MATCH (s)<-[:EVENT_OF]-(e)-[:DONE_AS]->()-[:POST_IN]->(r) WHERE {known("r")}
      AND r.validFrom <= e.at AND e.at < r.validTo MATCH (r)-[:POST_IN_TO]->(o)
    RETURN [e.id, o.id] ORDER BY r.explicit, o.id DESC
  }}"""

FACTS = f"""
WITH $known AS k
UNWIND $subjects AS id
MATCH (s:Record {{id: id}}) WHERE s.recordedAt <= k AND (s:Problem OR s:Recipient)
OPTIONAL MATCH (s)-[:RECIPIENT_OF]->(i:Instruction)
RETURN id, s:Problem AS problem, coalesce(i, s).id AS subject, s.life AS life, s.discoveredAt AS discoveredAt,
  s.organizationId AS organization, i.issuedAt AS issuedAt, s.acknowledgeBy AS acknowledgeBy, s.actBy AS actBy,
  s.answerBy AS answerBy,
  COLLECT {{ MATCH (s)<-[:EVENT_OF]-(e) WHERE e.recordedAt <= k RETURN e.data ORDER BY e.position }} AS events,
  {_HOMES} AS homes,
  head(COLLECT {{ WITH coalesce(i, s) AS of MATCH (of)-[:FALLS_UNDER]->()-[:IN_LINE]->(l) RETURN l.code }}) AS line,
  COLLECT {{
    MATCH (o:Problem) WHERE o.siteId = s.siteId AND o.discoveredAt > s.discoveredAt AND o.id > '' AND s.siteId > ''
      AND o.taskId = s.taskId AND o.recordedAt <= k AND o.status <> 'REJECTED'
    WITH o ORDER BY o.siteId, o.discoveredAt, o.id LIMIT 100
    MATCH (o)<-[:EVENT_OF]-(e {{position: 1}}) RETURN {{at: o.discoveredAt, event: e.id}}
  }} AS again,
  COLLECT {{
    MATCH (s)<-[:NOTICED_IN]-(f:Finding)
    RETURN {{
      id: f.id, sourceId: f.sourceId, key: f.key, at: f.detectedAt, recordedAt: f.recordedAt, position: f.position,
      hash: f.hash, stands: f.withdrawnAt = $open, version: head([(f)-[:BY_RULE]->(r) | r.version])
    }} ORDER BY f.id
  }} AS findings
"""

TOLD = """
MATCH (f:Finding) WHERE f.detectedAt > $after AND f.detectedAt <= $to AND f.id > ''
WITH f WHERE f.withdrawnAt = $open
RETURN f.detectedAt AS at, f.kind AS kind, f.summary AS summary ORDER BY f.detectedAt, f.id
"""

NEXT_TOLD = f"{TOLD}LIMIT 1"

NAMES = """
UNWIND $ids AS id MATCH (o:Record {id: id}) WHERE o:Organization
OPTIONAL MATCH (o)-[:NAMED]->(n:Name) WHERE n.supersededAt = $open AND n.validFrom <= $at AND $at < n.validTo
RETURN id, coalesce(n.text, o.name) AS name ORDER BY n.validFrom
"""

TURN = Write(
    "take the turn of the findings",
    "accountability",
    """
    MATCH (r:FindingsReader {name: 'main'})
    SET r.taken = true
    REMOVE r.taken
    WITH r WHERE r.turn = $turn AND r.position = $from
    SET r.position = $to, r.turn = $turn + 1
    RETURN r.turn AS turn
    """,
)
"""The fence: every transaction that writes findings begins with it, and holds its lock to the end."""

RULES = Write(
    "keep the rules that findings were noticed by",
    "accountability",
    """
    UNWIND $rules AS row
    MERGE (r:Record {id: row.rule.id})
    ON CREATE SET r:FindingRule, r += row.rule
    WITH r, row
    MATCH (c:Record {id: row.clause}) WHERE c:Clause
    MERGE (r)-[:BASED_ON]->(c)
    """,
)

NOTICE = Write(
    "notice findings",
    "accountability",
    """
    UNWIND $findings AS row
    CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->(f:Record:Finding)
    SET f = row.finding, e = row.event
    WITH f, row
    CALL (f, row) { MATCH (x:Record {id: row.rule}) CREATE (f)-[:BY_RULE]->(x) }
    CALL (f, row) { MATCH (x:Record {id: row.finding.subjectId}) CREATE (f)-[:ABOUT]->(x) }
    CALL (f, row) { MATCH (x:Record {id: row.noticedIn}) CREATE (f)-[:NOTICED_IN]->(x) }
    CALL (f, row) { UNWIND row.events AS id MATCH (x:Record {id: id}) CREATE (f)-[:RESTS_ON]->(x) }
    UNWIND row.accountable AS one
    CREATE (a:Record:Accountable)-[:ACCOUNTABLE_IN]->(f)
    SET a = one.accountable
    WITH a, one
    CALL (a, one) { MATCH (x:Record {id: one.person}) CREATE (a)-[:CONCERNS_PERSON]->(x) }
    CALL (a, one) { MATCH (x:Record {id: one.post}) CREATE (a)-[:CONCERNS_POST]->(x) }
    CALL (a, one) { MATCH (x:Record {id: one.organization}) CREATE (a)-[:CONCERNS_ORGANIZATION]->(x) }
    """,
)

WITHDRAW = Write(
    "withdraw findings",
    "accountability",
    """
    UNWIND $withdrawn AS row
    MATCH (f:Record&Finding {id: row.id}) WHERE f.withdrawnAt = $open
    SET f.withdrawnAt = $now, f.withdrawal = row.reason, f.position = row.event.position, f.hash = row.event.hash
    CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->(f)
    SET e = row.event
    """,
)

AGENDA = Write(
    "keep when subjects are looked at next",
    "accountability",
    """
    UNWIND $agenda AS row
    MERGE (g:Agenda {subject: row.subject})
    SET g.at = row.at
    """,
)
