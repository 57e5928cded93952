"""Following the log: subjects that something happened to, or whose clock ran out, are looked at anew.

Reading the log puts subjects on the agenda, where those with a clock stand already; looking takes them off it, a few at
a time. How far the log was read, the agenda and the findings are each moved on in the transaction that does it, and
each takes a turn: so whatever ends a process between two, and however many follow, each finding is written once.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from graph.model.enums import FindingKind
from graph.model.instants import BEGINNING, OPEN, TICK
from graph.queries import noticing as queries
from graph.queries.watermark import passed, take_gate
from graph.session import Database, DatabaseError, Transaction
from services.accountability.noticing.looking import Look
from services.accountability.noticing.rows import Written
from services.campaign.rules import Rulebook

STRETCH = 500
"""Events of the log that are read at once."""
AT_ONCE = 20
"""Subjects that are looked at at once: their findings keep a gate from commands for hundredths of a second."""
COUNTED = 1_000
"""Of more that wait no count is kept."""


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
    """What one look came to. `done`: events read or subjects looked at; `lag`: events of the log not yet read then."""

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
        self.lag = 0
        """Events of the log that were not read yet, when that was last looked at; whoever reads them."""

    async def look(self, at: datetime) -> Looked:
        """Read on in the log, or look at some that wait by `at`; nothing done: all is done by then. Raises Overtaken.

        `at` is the instant it is, or an earlier one.
        """
        known = await self._known()
        if known.size > known.position:
            return await self._read_on(known)
        lapsed = await self._database.read(queries.LAPSED, {"at": at, "most": AT_ONCE})
        if not lapsed:
            return Looked()
        if at > known.at and any(row["at"] > BEGINNING for row in lapsed):
            # By a clock: what was done before it ran out may not be seen yet, and no finding is to come of that.
            await passed(self._database, at)
            known = await self._known()
        look = await Look.of(self._database, self._rulebook, [row["subject"] for row in lapsed], known.at, at)
        await self._write(look, known, at)
        new = tuple(Told(one.noticed.at, one.noticed.rule.kind, one.summary) for one in look.new)
        return Looked(len(lapsed), new, len(look.gone), self.lag)

    async def look_until_done(self, at: datetime) -> Looked:
        """Look until nothing is left by `at`, whoever else does; what all of it came to."""
        total = Looked()
        while True:
            try:
                one = await self.look(at)
            except Overtaken:
                continue
            total = Looked(total.done + one.done, total.new + one.new, total.withdrawn + one.withdrawn)
            if not one.done:
                return replace(total, lag=one.lag)

    async def waiting(self, at: datetime) -> int:
        """How many subjects are to be looked at by `at`; COUNTED where they are more."""
        (row,) = await self._database.read(queries.WAITING, {"at": at, "most": COUNTED})
        return row["waiting"]

    async def next_look(self) -> datetime | None:
        """After which instant a subject is to be looked at, though nothing happens; None: no clock runs."""
        for row in await self._database.read(queries.NEXT, {"open": OPEN}):
            return row["at"]
        return None

    async def _known(self) -> Known:
        for row in await self._database.read(queries.POSITION):
            self.lag = row["size"] - row["position"]
            return Known(row["position"], row["turn"], row["size"], row["known"])
        raise DatabaseError("The database has no findings: run `zeren migrate`, or let a restore come to its end.")

    async def _read_on(self, known: Known) -> Looked:
        """Put on the agenda what the next events of the log are about."""
        stop = min(known.size, known.position + STRETCH)
        (found,) = await self._database.read(queries.STRETCH, {"from": known.position, "to": stop})
        if found["seen"] < stop - known.position:
            return Looked(lag=self.lag)  # numbers are seen before they are seen whole

        async def work(transaction: Transaction) -> None:
            await _take_turn(transaction, known, stop)
            if found["subjects"]:
                agenda = [{"subject": subject, "at": BEGINNING} for subject in found["subjects"]]
                await transaction.run(queries.AGENDA.cypher, {"agenda": agenda})

        await self._database.transact(work)
        self.lag = known.size - stop
        return Looked(stop - known.position, lag=self.lag)

    async def _write(self, look: Look, known: Known, now: datetime) -> None:
        written = Written(self._rulebook.version, look)

        async def work(transaction: Transaction) -> datetime | None:
            await _take_turn(transaction, known, known.position)
            await transaction.run(queries.AGENDA.cypher, {"agenda": look.agenda})
            if not (look.new or look.gone):
                return None
            recorded_at = await take_gate(transaction, max(now, look.latest + TICK))
            if look.new:
                await transaction.run(queries.RULES.cypher, {"rules": written.rules(recorded_at)})
                await transaction.run(queries.NOTICE.cypher, {"findings": written.findings(recorded_at)})
            if look.gone:
                rows = {"withdrawn": written.withdrawn(recorded_at), "now": recorded_at, "open": OPEN}
                await transaction.run(queries.WITHDRAW.cypher, rows)
            return recorded_at

        recorded_at = await self._database.transact(work)
        if recorded_at is not None:
            await passed(self._database, recorded_at)


async def _take_turn(transaction: Transaction, known: Known, to: int) -> None:
    turn = {"turn": known.turn, "from": known.position, "to": to}
    if not await transaction.run(queries.TURN.cypher, turn):
        raise Overtaken
