"""`zeren verify`, `backup` and `restore`: the ledger's own modules with a progress bar, told in a few lines."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.cli.failures import Refused
from graph.session import Database
from services.hosting.context import system_clock
from services.ledger import backup as backups
from services.ledger.anchors import Anchor, anchors_of
from services.ledger.archive import Archive, Foot
from services.ledger.inspectors import collect_seldom
from services.ledger.keyring import trusted_key
from services.ledger.notes import NoteRefused, VerifierKey
from services.ledger.reading import Progress as Done
from services.ledger.reading import Verified, verify_database


async def verify(console: Console, home: Path, database: Database, key: str | None) -> Verified:
    """Raises Fault with the first thing that is wrong."""
    with _bar(console, "核验 verifying") as done:
        return await verify_database(database, _key(home, key), _anchors(home), done)


async def verify_file(console: Console, home: Path, file: Path, key: str | None) -> Verified:
    """As `verify`, over a backup."""
    archive = Archive.open(file)
    with _bar(console, "核验 verifying") as done:
        return await backups.verify_backup(archive, _key(home, key), _anchors(home), done)


async def back_up(console: Console, home: Path, database: Database, file: Path) -> Foot:
    key = _key(home, None)
    with _bar(console, "备份 backing up") as done:
        return await backups.back_up(database, file, system_clock(), None if key is None else str(key), done)


async def restore(console: Console, home: Path, database: Database, file: Path) -> Verified:
    """Restores, then verifies what is there; with the home's key, else with the one that the backup names."""
    archive = Archive.open(file)
    with _bar(console, "恢复 restoring") as done:
        await backups.restore(database, archive, done)
    known = trusted_key(home / "keys") is not None
    return await verify(console, home, database, None if known else archive.key)


def told(found: Verified) -> str:
    lines = [f"账本完好 The ledger is whole: {found.events} events, {found.checkpoints} checkpoints."]
    if found.unnumbered:
        lines.append(f"{found.unnumbered} events have no number yet: only their chains speak for them.")
    if not found.trusted:
        lines.append("No key was given (--key): no signature was checked, so whoever writes the database can forge it.")
    after = found.events - found.anchored
    if after:
        lines.append(f"{after} events are not below an anchored checkpoint: their removal could not be seen from here.")
    return "\n".join(lines)


def as_json(found: Verified) -> dict[str, Any]:
    return asdict(found)


def _key(home: Path, given: str | None) -> VerifierKey | None:
    if given is None:
        return trusted_key(home / "keys")
    try:
        return VerifierKey.parse(given)
    except NoteRefused as error:
        raise Refused(f"--key: {error}") from error


def _anchors(home: Path) -> tuple[Anchor, ...]:
    return anchors_of(home, os.environ)


@contextmanager
def _bar(console: Console, what: str) -> Generator[Done]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    collect_seldom()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)

        def done(some: int, whole: int) -> None:
            progress.update(task, completed=some, total=whole)

        yield done
