"""`zeren findings`, `zeren replay` and `zeren watch`: the noticing by an instant that is given, or as time goes by."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from gateway.cli.asking import data
from gateway.cli.failures import Refused
from graph.model.enums import FindingKind
from graph.model.instants import SHANGHAI, utc
from graph.session import Database
from services.accountability.noticing import Noticer, Noticing, Told, replay
from services.campaign.rulebook import current
from services.hosting.context import system_clock
from services.hosting.identity import Role
from services.ledger.keyring import Keyring
from services.ledger.sequencer import NotLeading, Sequencer
from services.oversight.watch import Watch

Kinds = dict[str, int]


async def look(console: Console, home: Path, database: Database, at: datetime | None) -> Kinds:
    """Notice all that is so by `at` (None: now); how many findings stand, by kind."""
    instant = _come("--at", at) if at else system_clock()
    await _number(home, database)
    looked = await Noticing(database, current()).look_until_done(instant)
    _tell(console, looked.new)
    return await _by_kind(database)


async def live_again(
    console: Console, home: Path, database: Database, since: datetime, until: datetime, speed: float
) -> Kinds:
    """Live through [since, until], `speed` seconds of it in one; how many findings stand afterwards, by kind."""
    end = _come("--to", until)
    await _number(home, database)

    async def wait(gone: timedelta) -> None:
        await asyncio.sleep(gone.total_seconds() / speed)

    async for _, new in replay(database, Noticing(database, current()), utc(since), end, wait):
        _tell(console, new)
    return await _by_kind(database)


async def watch(home: Path, database: Database, *, once: bool) -> str:
    """Notice passed deadlines and findings until cancelled, or `once` what is so by now; how many there were."""
    deadlines, findings = Watch(database, system_clock), Noticer(database, current(), system_clock)
    if once:
        await deadlines.catch_up()
        await _number(home, database)
        await findings.catch_up()
    else:
        await asyncio.gather(deadlines.run(), findings.run())
    return f"{deadlines.noticed} deadlines passed unnoticed until now; {findings.noticed} findings were noticed."


def _come(option: str, instant: datetime) -> datetime:
    """The instant, which has come: what is recorded as of a later one would be so before it is. Raises Refused."""
    if (given := utc(instant)) > system_clock():
        raise Refused(f"{option} {instant.isoformat()} has not come yet. Give an instant that has.")
    return given


def told(kinds: Kinds) -> str:
    lines = [f"{FindingKind(kind).zh} {kind}: {count}" for kind, count in kinds.items()]
    return "\n".join(lines) or "没有发现线索 nothing was noticed."


def _tell(console: Console, new: Sequence[Told]) -> None:
    for one in sorted(new, key=lambda told: told.at):
        when = one.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        console.print(f"{when}  {one.kind.zh}  {one.summary}", highlight=False, markup=False, soft_wrap=True)


async def _number(home: Path, database: Database) -> None:
    """Events that no service has numbered yet: the noticing follows their numbers."""
    try:
        await Sequencer(database, lambda: Keyring.open(home / "keys"), [], system_clock).catch_up()
    except NotLeading:
        return  # a service that runs numbers them


async def _by_kind(database: Database) -> Kinds:
    counts = "\n".join(f"{kind}: findings(filter: {{kind: {kind}}}) {{ totalCount }}" for kind in FindingKind)
    found = await data(database, f"{{ {counts} }}", {}, Role.DISCIPLINE)
    return {kind: page["totalCount"] for kind, page in found.items() if page["totalCount"]}
