"""Following the log: subjects that something happened to, or whose clock ran out, are looked at anew.

How far the log was read is moved on in the transaction that writes the findings, and each writing takes a turn: so
whatever ends a process between the two, and however many follow, each finding is written once.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from graph.model.enums import FindingKind
from graph.model.instants import OPEN, TICK
from graph.queries import noticing as queries
from graph.queries.watermark import passed, take_gate
from graph.session import Database, Transaction
from services.accountability.noticing.looking import Look
from services.accountability.noticing.rows import Written
from services.campaign.rules import Rulebook

STRETCH = 500
"""Events of the log that are read at once."""
AT_ONCE = 50
"""Subjects that are looked at at once."""


@dataclass(frozen=True, slots=True)
class Known:
    """How far the log is read (`position`) and written (`size`), whose turn it is to write, and the watermark."""

    position: int
    turn: int
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A finding that was written: since when it is so, and what it says."""

    at: datetime
    kind: FindingKind
    summary: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look came to. `done`: events read and subjects looked at; `lag`: events of the log not yet read then."""

    done: int = 0
    new: tuple[Told, ...] = ()
    withdrawn: int = 0
    lag: int = 0

    @property
    def noticed(self) -> int:
        return len(self.new)


class Overtaken(Exception):
    """Another process has read on in the meantime; nothing was written."""


class Noticing:
    """Looks at subjects by the rules of one rulebook. `look` is called again and again, with the instant it is then."""

    def __init__(self, database: Database, rulebook: Rulebook) -> None:
        self._database = database
        self._rulebook = rulebook

    async def look(self, at: datetime) -> Looked:
        """Read on in the log, or look at those whose clock ran out by `at`; nothing looked at: all is done by then."""
        known = await self._known()
        stop = min(known.size, known.position + STRETCH)
        if stop > known.position:
            (found,) = await self._database.read(queries.STRETCH, {"from": known.position, "to": stop})
            if found["seen"] < stop - known.position:
                return Looked(lag=known.size - known.position)  # numbers are seen before they are seen whole
            subjects: list[str] = found["subjects"]
        else:
            lapsed = await self._database.read(queries.LAPSED, {"at": at, "most": AT_ONCE})
            subjects = [row["subject"] for row in lapsed]
            if not subjects:
                return Looked()
        begun = known.position
        new: list[Told] = []
        withdrawn = 0
        for start in range(0, max(len(subjects), 1), AT_ONCE):
            part = subjects[start : start + AT_ONCE]
            last = start + AT_ONCE >= len(subjects)
            look = await Look.of(self._database, self._rulebook, part, known.at, at)
            known = await self._write(look, known, stop if last else known.position, at)
            new += (Told(one.noticed.at, one.noticed.rule.kind, one.summary) for one in look.new)
            withdrawn += len(look.gone)
        return Looked(len(subjects) + stop - begun, tuple(new), withdrawn, known.size - known.position)

    async def look_until_done(self, at: datetime) -> Looked:
        """Look until nothing is left by `at`; what all of it came to."""
        total = Looked()
        while (one := await self.look(at)).done:
            total = Looked(total.done + one.done, total.new + one.new, total.withdrawn + one.withdrawn)
        return replace(total, lag=one.lag)

    async def next_look(self) -> datetime | None:
        """After which instant a subject is to be looked at, though nothing happens; None: no clock runs."""
        for row in await self._database.read(queries.NEXT, {"open": OPEN}):
            return row["at"]
        return None

    async def _known(self) -> Known:
        (row,) = await self._database.read(queries.POSITION)
        return Known(row["position"], row["turn"], row["size"], row["known"])

    async def _write(self, look: Look, known: Known, to: int, now: datetime) -> Known:
        written = Written(self._rulebook.version, look)

        async def work(transaction: Transaction) -> datetime | None:
            turn = {"turn": known.turn, "from": known.position, "to": to}
            if not await transaction.run(queries.TURN.cypher, turn):
                raise Overtaken
            recorded_at: datetime | None = None
            if look.new or look.gone:
                recorded_at = await take_gate(transaction, max(now, look.latest + TICK))
                await transaction.run(queries.RULES.cypher, {"rules": written.rules(recorded_at)})
                await transaction.run(queries.NOTICE.cypher, {"findings": written.findings(recorded_at)})
                rows = {"withdrawn": written.withdrawn(recorded_at), "now": recorded_at, "open": OPEN}
                await transaction.run(queries.WITHDRAW.cypher, rows)
            await transaction.run(queries.AGENDA.cypher, {"agenda": look.agenda})
            return recorded_at

        recorded_at = await self._database.transact(work)
        if recorded_at is not None:
            await passed(self._database, recorded_at)
        return replace(known, position=to, turn=known.turn + 1)
