"""Findings as they are written: the nodes, the events that record them, and whom they concern."""

from datetime import datetime
from typing import Any

from graph import ledger
from graph.model.enums import EventKind
from graph.model.identity import record_id
from graph.model.instants import OPEN
from services.accountability.keeping import accountable_kept, rule_id, rules_kept, told
from services.accountability.noticing.looking import Look, New
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
        return rules_kept(rules.values(), self._version, recorded_at)

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
                "accountable": told(new.hops),
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
            "rule": rule_id(self._version, noticed.rule.code),
            "noticedIn": new.about,
            "events": list(noticed.events),
            "accountable": accountable_kept(new.source_id, new.hops, finding, own),
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
