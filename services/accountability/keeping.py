"""How a finding is kept, whoever found it: its node, the events of its chain, its rule, and whom it concerns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph import ledger
from graph.model.enums import EventKind
from graph.model.identity import record_id
from graph.model.instants import OPEN
from services.accountability.rules import Hop
from services.campaign.rules import FindingRule, is_reference
from services.hosting.commanding import SOURCE, event_properties

Row = dict[str, Any]


def _rule_source_id(version: str, code: str) -> str:
    return f"finding-rule/{version}/{code}"


def _rule_id(version: str, code: str) -> str:
    return record_id(SOURCE, _rule_source_id(version, code))


def rules_kept(rules: Iterable[FindingRule], version: str, recorded_at: datetime) -> list[Row]:
    """The rules as rows of the statement that keeps them."""
    return [
        {
            "rule": {
                "id": _rule_id(version, rule.code),
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


@dataclass(frozen=True)
class Kept:
    """What every finding has. `name`: its source id; `about`: whose events it rests on, and `subject` shows it."""

    name: str
    key: str
    rule: FindingRule
    version: str
    subject: str
    about: str
    events: tuple[str, ...]
    hops: tuple[Hop, ...]
    summary: str
    detected_at: datetime

    @property
    def id(self) -> str:
        return record_id(SOURCE, self.name)

    def entry(self, kind: EventKind, at: datetime, said: Mapping[str, str]) -> ledger.Entry:
        """The event that begins its chain. `said`: what the event records beside what it does of every finding."""
        row = {
            "rule": self.rule.code,
            "version": self.version,
            "kind": self.rule.kind,
            "severity": self.rule.severity,
            "subject": self.subject,
            "about": self.about,
            "events": " ".join(self.events),
            "accountable": _told(self.hops),
            **said,
        }
        return ledger.Entry(record_id(SOURCE, f"event/{self.name}/1"), self.id, 1, kind, at, row=row)

    def row(
        self, entry: ledger.Entry, recorded_at: datetime, noticed_in: str | None, more: Mapping[str, object]
    ) -> Row:
        """For the statement that writes findings. `noticed_in`: None where the rules are not to withdraw it."""
        sealed = ledger.seal(entry, None)
        own = {"source": SOURCE, "recordedAt": recorded_at, "detectedAt": self.detected_at}
        return {
            "finding": {
                "id": self.id,
                "sourceId": self.name,
                "key": self.key,
                "kind": str(self.rule.kind),
                "severity": str(self.rule.severity),
                "summary": self.summary,
                "subjectId": self.subject,
                "withdrawnAt": OPEN,
                "position": 1,
                "hash": sealed.hash,
                **own,
                **more,
            },
            "event": event_properties(entry, sealed, f"event/{self.name}/1", recorded_at),
            "rule": _rule_id(self.version, self.rule.code),
            "noticedIn": noticed_in,
            "events": list(self.events),
            "accountable": _accountable(self.name, self.hops, self.id, own),
        }


def withdrawn(
    finding: Row, reason: str, at: datetime, recorded_at: datetime, person: str | None = None, post: str | None = None
) -> Row:
    """A finding (its id, sourceId, position and hash) as a row of the statement that withdraws, with the event."""
    position = finding["position"] + 1
    source_id = f"event/{finding['sourceId']}/{position}"
    entry = ledger.Entry(
        id=record_id(SOURCE, source_id),
        subject=finding["id"],
        position=position,
        kind=EventKind.WITHDRAWN,
        at=at,
        actor=person,
        post=post,
        note=reason,
    )
    event = event_properties(entry, ledger.seal(entry, finding["hash"]), source_id, recorded_at)
    return {"id": finding["id"], "reason": reason, "event": event}


def _told(hops: Iterable[Hop]) -> str:
    """Whom it concerns, as the finding's event seals it."""
    return "; ".join(" ".join(part or "-" for part in _said(hop)) for hop in hops)


def _said(hop: Hop) -> tuple[str | None, ...]:
    return str(hop.level), hop.gap and str(hop.gap), hop.holder, hop.post, hop.organization


def _accountable(name: str, hops: Sequence[Hop], finding: str, own: Row) -> list[Row]:
    """Those whom the finding `name` concerns, as rows. `own`: what they have of it."""
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
