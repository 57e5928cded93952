"""What is kept with a finding, whoever found it: the version of its rule, and whom it concerns."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from graph.model.identity import record_id
from services.accountability.rules import Hop
from services.campaign.rules import FindingRule, is_reference
from services.hosting.commanding import SOURCE

Row = dict[str, Any]


def _rule_source_id(version: str, code: str) -> str:
    return f"finding-rule/{version}/{code}"


def rule_id(version: str, code: str) -> str:
    return record_id(SOURCE, _rule_source_id(version, code))


def rules_kept(rules: Iterable[FindingRule], version: str, recorded_at: datetime) -> list[Row]:
    """The rules as rows of the statement that keeps them."""
    return [
        {
            "rule": {
                "id": rule_id(version, rule.code),
                "source": SOURCE,
                "sourceId": _rule_source_id(version, rule.code),
                "recordedAt": recorded_at,
                "code": rule.code,
                "version": version,
                "title": rule.zh,
                "basis": rule.basis,
            },
            "clause": record_id(*rule.basis.split(":", 1)) if is_reference(rule.basis) else None,
        }
        for rule in rules
    ]


def told(hops: Iterable[Hop]) -> str:
    """Whom it concerns, as the finding's event seals it."""
    return "; ".join(" ".join(part or "-" for part in _said(hop)) for hop in hops)


def _said(hop: Hop) -> tuple[str | None, ...]:
    return str(hop.level), hop.gap and str(hop.gap), hop.holder, hop.post, hop.organization


def accountable_kept(name: str, hops: Sequence[Hop], finding: str, own: Row) -> list[Row]:
    """Those whom the finding `name` (a source id) concerns, as rows. `own`: what they have of it."""
    rows: list[Row] = []
    persons: set[str] = set()
    organizations: set[str] = set()
    for place, hop in enumerate(hops, start=1):
        source_id = f"{name}/accountable/{place}"
        first_person = hop.holder if hop.holder not in persons else None
        first_organization = hop.organization if hop.organization not in organizations else None
        persons |= {hop.holder or ""}
        organizations |= {hop.organization or ""}
        accountable = {
            "id": record_id(SOURCE, source_id),
            "sourceId": source_id,
            "place": place,
            "level": str(hop.level),
            "gap": hop.gap and str(hop.gap),
            "findingId": finding,
            "personId": first_person or "",
            "organizationId": first_organization or "",
            **own,
        }
        rows.append(
            {"accountable": accountable, "person": hop.holder, "post": hop.post, "organization": hop.organization}
        )
    return rows
