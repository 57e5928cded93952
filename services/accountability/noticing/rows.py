"""Findings as they are written: the nodes, the events that record them, and whom they concern."""

from datetime import datetime
from typing import Any

from graph import ledger
from graph.model.enums import EventKind
from graph.model.identity import record_id
from graph.model.instants import OPEN
from services.accountability.noticing.looking import Look, New
from services.accountability.rules import Hop
from services.campaign.rules import is_reference
from services.hosting.commanding import SOURCE, event_properties

Row = dict[str, Any]

CORRECTED = "所依据的事实已更正"


class Written:
    """What one look came to, as rows of the statements that write it."""

    def __init__(self, version: str, look: Look) -> None:
        self._version = version
        self._look = look

    def rules(self, recorded_at: datetime) -> list[Row]:
        rules = {new.noticed.rule.code: new.noticed.rule for new in self._look.new}
        return [
            {
                "rule": {
                    "id": self._rule_id(rule.code),
                    "source": SOURCE,
                    "sourceId": self._rule_source_id(rule.code),
                    "recordedAt": recorded_at,
                    "code": rule.code,
                    "version": self._version,
                    "title": rule.zh,
                    "basis": rule.basis,
                },
                "clause": record_id(*rule.basis.split(":", 1)) if is_reference(rule.basis) else None,
            }
            for rule in rules.values()
        ]

    def _rule_source_id(self, code: str) -> str:
        return f"finding-rule/{self._version}/{code}"

    def _rule_id(self, code: str) -> str:
        return record_id(SOURCE, self._rule_source_id(code))

    def findings(self, recorded_at: datetime) -> list[Row]:
        return [self._written(new, recorded_at) for new in self._look.new]

    def _written(self, new: New, recorded_at: datetime) -> Row:
        noticed = new.noticed
        finding = record_id(SOURCE, new.source_id)
        event = f"event/{new.source_id}/1"
        entry = ledger.Entry(
            id=record_id(SOURCE, event),
            subject=finding,
            position=1,
            kind=EventKind.NOTICED,
            at=noticed.at,
            row={
                "rule": noticed.rule.code,
                "version": self._version,
                "kind": noticed.rule.kind,
                "severity": noticed.rule.severity,
                "subject": new.subject,
                "about": new.about,
                "events": " ".join(noticed.events),
                "summary": new.summary,
                "accountable": "; ".join(" ".join(part or "-" for part in _said(hop)) for hop in new.hops),
            },
        )
        sealed = ledger.seal(entry, None)
        own = {"source": SOURCE, "recordedAt": recorded_at, "detectedAt": noticed.at}
        return {
            "finding": {
                "id": finding,
                "sourceId": new.source_id,
                "key": new.key,
                "kind": str(noticed.rule.kind),
                "severity": str(noticed.rule.severity),
                "summary": new.summary,
                "subjectId": new.subject,
                "withdrawnAt": OPEN,
                "position": 1,
                "hash": sealed.hash,
                **own,
            },
            "event": event_properties(entry, sealed, event, recorded_at),
            "rule": self._rule_id(noticed.rule.code),
            "noticedIn": new.about,
            "events": list(noticed.events),
            "accountable": _accountable(new, finding, own),
        }

    def withdrawn(self, recorded_at: datetime) -> list[Row]:
        rows: list[Row] = []
        for one in self._look.gone:
            source_id = f"event/{one['sourceId']}/{one['position'] + 1}"
            entry = ledger.Entry(
                id=record_id(SOURCE, source_id),
                subject=one["id"],
                position=one["position"] + 1,
                kind=EventKind.WITHDRAWN,
                at=self._look.at,
                note=CORRECTED,
            )
            event = event_properties(entry, ledger.seal(entry, one["hash"]), source_id, recorded_at)
            rows.append({"id": one["id"], "reason": CORRECTED, "event": event})
        return rows


def _said(hop: Hop) -> tuple[str | None, ...]:
    return str(hop.level), hop.gap and str(hop.gap), hop.holder, hop.post, hop.organization


def _accountable(new: New, finding: str, own: Row) -> list[Row]:
    rows: list[Row] = []
    persons: set[str] = set()
    organizations: set[str] = set()
    for place, hop in enumerate(new.hops, start=1):
        source_id = f"{new.source_id}/accountable/{place}"
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
