"""The sequencer: numbers committed events without gaps or doubles, appends them to the tree, signs its head.

Any number of processes run one; one of them leads. A leader shows that it lives by a beat in the database; who sees
none for PATIENCE seconds of its own takes over, with a higher epoch that shuts the old leader out of its next
transaction. No clock of another machine is trusted.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.ledger import leaf_of
from graph.merkle import Growth, Tile, leaf_hash
from graph.merkle.tiles import edge_of
from graph.model.instants import BEGINNING
from graph.queries import log as queries
from graph.queries.watermark import raise_watermark
from graph.session import Database, DatabaseError, Transaction
from services.ledger.anchors import Anchor, AnchorFailed
from services.ledger.checkpoints import Checkpoint
from services.ledger.keyring import Keyring, KeyringRefused

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

BATCH = 5_000
"""Events numbered in one transaction."""
PATIENCE = 3.0
"""Seconds without a beat after which another takes over."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Seconds: between looks for new events, looks at another leader, beats of one that has nothing to do, checkpoints,
    and anchorings.
    """

    look: float = 0.1
    watch: float = 0.5
    beat: float = 1.0
    checkpoint: float = 10.0
    anchor: float = 3_600.0


@dataclass(frozen=True, slots=True)
class Lag:
    """`waiting`: events without a number. `seconds`: how long before the watermark the oldest was recorded."""

    waiting: int
    seconds: float


class NotLeading(Exception):
    """Another process leads the log by now."""


class NotMigrated(DatabaseError):
    """The database is not in the form that the ledger needs."""


class WrongKey(Exception):
    """The log was begun under a key that this instance does not have; the message says what to do."""


@dataclass
class _Lead:
    epoch: int
    growth: Growth
    signed: int
    """Size of the last checkpoint."""


class Sequencer:
    """`keyring` is asked for the keys each time, since they may be changed while this runs."""

    def __init__(
        self,
        database: Database,
        keyring: Callable[[], Keyring],
        anchors: Sequence[Anchor],
        clock: Clock,
        schedule: Schedule | None = None,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._anchors = anchors
        self._clock = clock
        self._schedule = schedule or Schedule()
        self._lead: _Lead | None = None
        self._anchored = -1
        self._stopping = asyncio.Event()
        self.lagging = Lag(0, 0.0)
        """As measured at the last beat; none of another leader's."""

    @property
    def size(self) -> int:
        """Of the log; 0 where another leads."""
        return self._lead.growth.size if self._lead else 0

    @property
    def leading(self) -> bool:
        return self._lead is not None

    async def run(self) -> None:
        """Lead, or wait to lead, until `stop`. What goes wrong is logged, and tried again."""
        told = ""
        while not self._stopping.is_set():
            try:
                await self._wait_to_lead()
                told = ""
                await self._go_on_leading()
            except NotLeading:
                log.warning("another process leads the ledger's log")
            except (DatabaseError, KeyringRefused, WrongKey) as error:
                if str(error) != told:
                    told = str(error)
                    log.warning("the ledger's log can't be written now", extra={"reason": told})
            except Exception:
                log.exception("the ledger's log could not be written")
            if not self._stopping.is_set():
                self._lead = None
                await self._pause(self._schedule.beat)

    def stop(self) -> None:
        """Have `run` return as soon as what it is doing is done; at once where another leads."""
        self._stopping.set()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _go_on_leading(self) -> None:
        time = asyncio.get_running_loop().time
        beat = checkpoint = anchor = time()
        while not self._stopping.is_set():
            numbered = await self.number()
            if numbered == BATCH:
                continue
            if time() - beat >= self._schedule.beat:
                await self._database.transact(self._hold)
                self.lagging = await self.lag()
                beat = time()
            if time() - checkpoint >= self._schedule.checkpoint:
                await self.sign()
                checkpoint = time()
            if time() - anchor >= self._schedule.anchor or self._anchored < 0:
                await self.anchor()
                anchor = time()
            await self._pause(self._schedule.look)

    async def catch_up(self) -> int:
        """Lead at once, number all that waits, sign and anchor. Returns the size of the log. Raises NotLeading."""
        if self._lead is None:
            state = await self._state()
            if not await self._begin(state["epoch"], state["beat"]):
                raise NotLeading
        while await self.number():
            pass
        await self.sign()
        await self.anchor()
        return self._led.growth.size

    async def lag(self) -> Lag:
        (row,) = await self._database.read(queries.LAG, {"beginning": BEGINNING})
        oldest = row["oldest"]
        seconds = 0.0 if oldest is None else (row["watermark"] - oldest).total_seconds()
        return Lag(row["waiting"], max(0.0, seconds))

    # ---- leading ----

    @property
    def _led(self) -> _Lead:
        if self._lead is None:
            raise NotLeading
        return self._lead

    async def _state(self) -> dict[str, Any]:
        for row in await self._database.read(queries.STATE):
            return row
        raise NotMigrated("The database has no log: run `zeren migrate`.")

    async def _wait_to_lead(self) -> None:
        time = asyncio.get_running_loop().time
        seen: tuple[int, int] | None = None
        since = time()
        while not self._stopping.is_set():
            state = await self._state()
            beat = state["epoch"], state["beat"]
            if beat != seen:
                seen, since = beat, time()
            if (time() - since >= PATIENCE or not state["epoch"]) and await self._begin(*beat):
                return
            await self._pause(self._schedule.watch)

    async def _begin(self, epoch: int, beat: int) -> bool:
        key = str(self._keyring().root)
        rows = await self._database.write(queries.LEAD.cypher, {"epoch": epoch, "beat": beat, "key": key})
        if not rows:
            theirs = (await self._state())["key"]
            if theirs not in (None, key):
                raise WrongKey(
                    f"The ledger of this database was begun under the key {theirs}, and this instance has {key}. Give "
                    "it the keys of the instance that began it (the folder keys/ of its home)."
                )
            return False
        size = rows[0]["size"]
        edge = [tile for tile, width in edge_of(size) if width]
        tiles = await self._tiles(edge)
        last = await self._database.read(queries.LAST_CHECKPOINT)
        self._lead = _Lead(
            rows[0]["epoch"], Growth.resume(size, lambda tile: tiles.get(tile, b"")), last[0]["size"] if last else -1
        )
        return True

    async def _tiles(self, wanted: Sequence[Tile]) -> dict[Tile, bytes]:
        asked = [{"level": tile.level, "number": tile.number} for tile in wanted]
        rows = await self._database.read(queries.TILES, {"tiles": asked})
        return {Tile(row["level"], row["number"]): bytes(row["hashes"]) for row in rows}

    async def _hold(self, transaction: Transaction) -> None:
        rows = await transaction.run(queries.HOLD.cypher, {"epoch": self._led.epoch})
        if not rows or rows[0]["size"] != self._led.growth.size:
            raise NotLeading

    # ---- what a leader does ----

    async def number(self) -> int:
        """Number the next events, at most BATCH; returns how many there were. Raises NotLeading."""
        led = self._led
        if not await self._database.read(queries.WAITS):
            return 0
        after: Growth = led.growth

        async def work(transaction: Transaction) -> int:
            nonlocal after
            await self._hold(transaction)
            events = await transaction.run(queries.NEXT, {"limit": BATCH})
            after = Growth(led.growth.size, [bytearray(content) for content in led.growth.edge])
            if not events:
                return 0
            leaves = [leaf_hash(leaf_of(event["hash"], event["recordedAt"], event["digest"])) for event in events]
            rows = [{"id": event["id"], "index": after.size + place} for place, event in enumerate(events)]
            tiles = [
                {"level": tile.level, "number": tile.number, "hashes": content}
                for tile, content in after.add(leaves).items()
            ]
            await transaction.run(queries.NUMBER.cypher, {"rows": rows})
            await transaction.run(queries.GROW.cypher, {"size": after.size, "tiles": tiles})
            return len(events)

        try:
            numbered = await self._database.transact(work)
        except BaseException:
            self._lead = None  # whether it was committed is not known: what is kept here may be behind
            raise
        led.growth = after
        if not numbered:
            # A process ended between recording an event and moving the watermark past it.
            for newest in await self._database.read(queries.NEWEST):
                await raise_watermark(self._database, newest["at"])
        return numbered

    async def sign(self) -> None:
        """Keep a checkpoint, if the log has grown since the last one or the key changes. Raises NotLeading."""
        led, keyring = self._led, self._keyring()
        if led.growth.size == led.signed and keyring.successor is None:
            return
        root = led.growth.root()
        checkpoint = Checkpoint(keyring.origin, led.growth.size, root, self._clock())
        if keyring.successor is not None:
            checkpoint = checkpoint.handing_over(keyring.successor.verifier)
        kept = {
            "size": checkpoint.size,
            "rootHash": root.hex(),
            "signedAt": checkpoint.signed_at,
            "note": checkpoint.sign([keyring.signer]),
        }

        async def work(transaction: Transaction) -> None:
            await self._hold(transaction)
            await transaction.run(queries.SIGN.cypher, kept)

        await self._database.transact(work)
        led.signed = checkpoint.size
        keyring.handed_over()

    async def anchor(self) -> None:
        """Give the last checkpoint to every place outside. One that fails is logged, and tried again the next time."""
        last = await self._database.read(queries.LAST_CHECKPOINT)
        if not last or last[0]["size"] == self._anchored:
            self._anchored = max(self._anchored, 0)
            return
        failed = False
        for place in self._anchors:
            try:
                await place.keep(last[0]["size"], last[0]["note"])
            except AnchorFailed as error:
                failed = True
                log.error("a checkpoint was not anchored", extra={"reason": str(error)})
        self._anchored = 0 if failed else last[0]["size"]


@asynccontextmanager
async def sequencing(sequencer: Sequencer) -> AsyncGenerator[None]:
    """Run the sequencer beside what is done inside; at the end the log is signed and anchored as far as it is."""
    running = asyncio.create_task(sequencer.run())
    try:
        yield
    finally:
        sequencer.stop()
        await running
        if sequencer.leading:
            try:
                await sequencer.number()
                await sequencer.sign()
                await sequencer.anchor()
            except (DatabaseError, KeyringRefused, NotLeading) as error:
                log.warning("the ledger's log was left as it is", extra={"reason": str(error)})
