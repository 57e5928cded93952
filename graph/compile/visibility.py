"""Which rows of a kind a caller may see: predicates that stand in every read that names one by its id, or by its event.

Findings are seen by those who oversee; by a department where one of its own is concerned; and by whom they concern.
"""

from dataclasses import dataclass

from graph.compile.moment import holds
from graph.model.facts import LONGEST_CHAIN


@dataclass(frozen=True)
class Viewer:
    """What the caller may see: `oversees` every finding, `for_department` those that concern the person's own."""

    person: str | None = None
    sees_personal_data: bool = False
    oversees: bool = False
    for_department: bool = False


OWN = (
    f"COLLECT {{ MATCH (:Record {{id: $viewer}})-[:MEMBERSHIP]->(m:Membership) WHERE {holds('m')} "
    f"MATCH (m)-[:MEMBERSHIP_TO]->()-[:POST_IN]->(f:PostIn) WHERE {holds('f')} MATCH (f)-[:POST_IN_TO]->(home) "
    f"MATCH (home) (()<-[:PART_OF_TO]-(q:PartOf WHERE {holds('q')})<-[:PART_OF]-()){{0,{LONGEST_CHAIN}}} (o) "
    "WHERE o = home OR home.kind <> 'GOVERNMENT' RETURN DISTINCT o.id }"
)
"""The organizations of the viewer's posts and those below them; of a government itself alone."""


def visible(label: str, variable: str, viewer: Viewer) -> str:
    """What a WHERE goes on with so that only what the caller may see is left."""
    if viewer.oversees or label not in {"Finding", "Event"}:
        return ""
    return f" AND {concerns(variable, viewer) if label == 'Finding' else of_no_hidden(variable, viewer)}"


def concerns(finding: str, viewer: Viewer, own: str = OWN) -> str:
    """That a finding concerns the caller. `own`: how OWN is called where it is bound already."""
    concerned = "a.personId = $viewer"
    if viewer.for_department:
        concerned += f" OR a.organizationId IN {own}"
    return f"EXISTS {{ MATCH ({finding})<-[:ACCOUNTABLE_IN]-(a) WHERE {concerned} }}"


def of_no_hidden(event: str, viewer: Viewer, own: str = OWN) -> str:
    """That an event is of no finding but one that concerns the caller."""
    return f"NOT EXISTS {{ MATCH ({event})-[:EVENT_OF]->(hidden:Finding) WHERE NOT {concerns('hidden', viewer, own)} }}"
