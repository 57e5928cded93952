"""Findings as they are written: the nodes, the events that record them, and whom they concern."""

from datetime import datetime
from typing import Any

from graph.model.enums import EventKind
from services.accountability.keeping import Kept, rules_kept, withdrawn
from services.accountability.noticing.looking import Look, New

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
        kept = Kept(
            new.source_id, new.key, noticed.rule, self._version, new.subject, new.about, noticed.events, new.hops,
            new.summary, noticed.at,
        )  # fmt: skip
        entry = kept.entry(EventKind.NOTICED, noticed.at, {"summary": new.summary})
        return kept.row(entry, recorded_at, new.about, {})

    def withdrawn(self, recorded_at: datetime) -> list[Row]:
        return [withdrawn(one, CORRECTED, self._look.at, recorded_at) for one in self._look.gone]
