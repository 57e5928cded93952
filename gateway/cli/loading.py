"""Bundles into the graph, with bars: what a user names, and what `zeren up --demo` brings along."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from gateway.cli.asking import data, document
from gateway.cli.bars import EngineBars, StepBars, timed
from gateway.cli.demonstration import instruct
from gateway.cli.failures import Refused
from gateway.cli.home import held
from graph.migrations import bring_to_form
from graph.session import Database
from services.campaign.rulebook import current, shipped
from services.hosting.context import system_clock
from services.hosting.identity import Role
from services.integration import county
from services.integration.county import campaign
from services.integration.county.demonstration import PROBLEM
from services.integration.exporting import Exported, export_bundle
from services.integration.loading.completion import discard
from services.integration.loading.loader import Imported, import_bundle
from services.integration.loading.offline import import_offline

STEPS = {
    "make": "  生成 made",
    "read": "  读取 read",
    "check": "  校验 checked",
    "write": "  写入 written",
    "stamp": "  生效 shown",
    "export": "  导出 exported",
}
DEMONSTRATION = f"{county.SOURCE}:{PROBLEM}"


async def load(console: Console, database: Database, bundle: Path, source: str, *, dry_run: bool = False) -> Imported:
    """Import the bundle; lines of work are titled as the rulebook, or else the shipped one, has them.

    The database is brought to its form before, if it is not in it: an import may be the first that is done in a home.
    """
    await bring_to_form(database, system_clock())
    with StepBars(console, STEPS) as bars:
        return await import_bundle(
            database, bundle, system_clock, source=source, dry_run=dry_run, titles=_titles(), progress=bars.advance
        )


def load_alone(console: Console, home: Path, bundle: Path, source: str, *, dry_run: bool = False) -> Imported:
    """As `load`, into a home that `stands_still`; nobody else can work on it meanwhile."""
    with held(home), EngineBars(console) as engine, StepBars(console, STEPS) as bars:
        return import_offline(
            home,
            bundle,
            system_clock,
            source=source,
            dry_run=dry_run,
            titles=_titles(),
            progress=bars.advance,
            engine=engine,
        )


def _titles() -> Mapping[str, str]:
    return {line.code: line.zh for rulebook in (shipped(), current()) for line in rulebook.lines_of_work}


async def take_back(console: Console, database: Database) -> str:
    """Discard an import that was cut off; returns what was done."""
    with StepBars(console, {"stamp": "  撤回 taken back"}) as bars:
        found = await discard(database, bars.advance)
    return "No import was cut off." if found is None else f"Took back the import of {found.source}."


async def export(console: Console, database: Database, bundle: Path, source: str) -> Exported:
    """Write what is known now to a new folder or .zip."""
    with StepBars(console, STEPS) as bars:
        return await export_bundle(database, bundle, system_clock, source=source, progress=bars.advance)


async def load_demonstration(console: Console, database: Database) -> None:
    """The shipped campaign and the synthetic county, unless they are there. Goes on where an import was cut off."""
    find = {"source": county.SOURCE, "sourceId": PROBLEM}
    if (await data(database, document("FindProblem"), find, Role.DISCIPLINE))["problems"]["edges"]:
        return
    with timed(console, "攻坚行动已导入 the campaign of the speech is imported"):
        await _loaded(console, database, campaign.SHIPPED, campaign.SOURCE)
    with tempfile.TemporaryDirectory(prefix="zeren-county-") as made, timed(console, "测试县已导入 a synthetic county"):
        with StepBars(console, STEPS) as bars:
            county.generate(Path(made), progress=lambda done, total: bars.reach("make", done, total))
        await _loaded(console, database, Path(made), county.SOURCE)
        await instruct(database)


async def _loaded(console: Console, database: Database, bundle: Path, source: str) -> None:
    imported = await load(console, database, bundle, source)
    if not imported.report.ok:
        faults = "\n".join(str(fault) for fault in imported.report.errors[:5])
        raise Refused(f"The shipped bundle {source} does not fit what is in this database:\n{faults}")


def told(imported: Imported, *, dry_run: bool) -> str:
    """What an import came to, for people."""
    report = imported.report
    rows = ", ".join(f"{name} {count:,}" for name, count in report.rows.items())
    if not report.ok:
        shown = [f"{report.error_count:,} faults in {report.source}; nothing was loaded.", *map(str, report.errors)]
        hidden = report.error_count - len(report.errors)
        return "\n".join(shown + ([f"… and {hidden:,} more"] if hidden else []))
    if dry_run:
        return f"The bundle is in order: {rows}."
    if imported.recorded_at is None:
        return f"All of it was known already; nothing was changed ({rows})."
    return f"Imported {imported.written:,} records, visible since {imported.recorded_at.isoformat()} ({rows})."
