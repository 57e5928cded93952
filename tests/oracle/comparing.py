"""Asks the service and the oracle the same, and says where they differ."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, cast

from graph.session import Database
from services.accountability.schema import schema
from tests.asking import context
from tests.oracle.counties import NOW
from tests.oracle.hands import merits
from tests.oracle.reading import Reading
from tests.oracle.records import County

TRACE = """
query Trace($subject: ID!, $asOf: DateTime, $knownAt: DateTime) {
  trace(subject: $subject, asOf: $asOf, knownAt: $knownAt) {
    asOf
    knownAt
    lines {
      kind
      hops {
        level role organization { id name } post { id title } area { id name } holder { id name }
        capacity gap distance validFrom validTo recordedAt backdated
        basis { title clause { label start end } }
        membership { id validFrom validTo recordedAt }
      }
    }
    custody { from until organization { id name } post { id title } holder { id name } reason late }
    exculpatory { holder { id name } reason event { id at kind } membership { id } }
  }
}
"""
OFFSETS = (0, 8, -5)


class UnansweredError(AssertionError):
    """The service answered with an error that nobody expects."""


@dataclass(frozen=True)
class Question:
    """`as_of`, `known_at` None: left to their defaults."""

    subject: str
    as_of: datetime | None = None
    known_at: datetime | None = None

    def variables(self) -> dict[str, Any]:
        """As a client sends it: each instant in some offset, which must not matter."""
        return {
            "subject": self.subject,
            "asOf": self.as_of and _written(self.as_of, OFFSETS[self.as_of.day % 3]),
            "knownAt": self.known_at and _written(self.known_at, OFFSETS[self.known_at.day % 3]),
        }


def _written(instant: datetime, hours: int) -> str:
    return instant.astimezone(timezone(timedelta(hours=hours))).isoformat()


def expected(county: County, question: Question) -> dict[str, Any] | None:
    """What the oracle says; None where there is no such subject at that time."""
    known_at = question.known_at or NOW
    subject = county.things.get(question.subject)
    if subject is None or subject.recorded_at > known_at:
        return None
    as_of = question.as_of or subject.known(known_at).get("discovered") or subject.known(known_at).get("issued") or NOW
    reading = Reading(county, question.subject, as_of, known_at)
    lines = reading.lines()
    custody, exculpatory = merits(reading, lines) if subject.kind == "Problem" else ([], [])
    return {"asOf": as_of, "knownAt": known_at, "lines": lines, "custody": custody, "exculpatory": exculpatory}


async def answered(database: Database, question: Question) -> dict[str, Any] | None:
    """What the service says; None where it is NOT_FOUND."""
    result = await schema.execute(TRACE, variable_values=question.variables(), context_value=context(database, NOW))
    if result.errors:
        codes = [str((error.extensions or {}).get("code")) for error in result.errors]
        if codes == ["NOT_FOUND"]:
            return None
        raise UnansweredError(result.errors)
    assert result.data is not None
    return read(result.data["trace"])


SHOWN_INSTANTS = frozenset({"asOf", "knownAt", "validFrom", "validTo", "recordedAt", "from", "until", "at"})


def read(value: Any, key: str = "") -> Any:
    """The answer with its instants as instants."""
    if isinstance(value, dict):
        return {name: read(part, name) for name, part in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [read(part) for part in cast("list[Any]", value)]
    return datetime.fromisoformat(value) if key in SHOWN_INSTANTS and isinstance(value, str) else value


def difference(one: Any, other: Any, where: str = "") -> str | None:
    """The first place at which two answers differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        parts, others = cast("dict[str, Any]", one), cast("dict[str, Any]", other)
        if parts.keys() == others.keys():
            found = (difference(parts[name], others[name], f"{where}.{name}") for name in parts)
            return next((text for text in found if text), None)
    if isinstance(one, list) and isinstance(other, list):
        items, rivals = cast("list[Any]", one), cast("list[Any]", other)
        if len(items) == len(rivals):
            pairs = enumerate(zip(items, rivals, strict=True))
            found = (difference(a, b, f"{where}[{i}]") for i, (a, b) in pairs)
            return next((text for text in found if text), None)
    return None if one == other else f"{where}: expected {one}\n  answered {other}"
