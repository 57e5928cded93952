"""`zeren status`: what there is in a home, in ten lines or as JSON."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from gateway.cli.asking import data
from gateway.cli.home import has_own_engine, serving
from graph.session import Database, DatabaseError
from services.hosting.identity import Role
from services.hosting.settings import Settings

COUNTED = ("organizations", "posts", "persons", "areas", "sites", "tasks", "problems")
COUNTS = "{ %s imports(first: 2) { edges { node { source recordedAt } } } }" % " ".join(  # noqa: UP031 - braces
    f"{name}(first: 1) {{ totalCount }}" for name in COUNTED
)


async def overview(home: Path, settings: Settings, database: Database | None) -> dict[str, Any]:
    """What `zeren status --json` prints. `records` is null where the database does not answer or is not migrated."""
    server = serving(home)
    shown: dict[str, Any] = {
        "home": str(home),
        "running": server is not None,
        "url": server.url if server else None,
        "pids": {"server": server.pid if server else None, "engine": _engine(home)},
        "database": {"uri": settings.database.uri if settings.database else None, "answers": False},
        "records": None,
        "imports": [],
    }
    if database is None:
        return shown
    try:
        await database.verify()
        shown["database"]["answers"] = True
        found = await data(database, COUNTS, {}, Role.VIEWER)
    except DatabaseError as error:
        shown["database"]["reason"] = str(error)
        return shown
    shown["records"] = {name: found[name]["totalCount"] for name in COUNTED}
    shown["imports"] = [edge["node"] for edge in found["imports"]["edges"]]
    return shown


def _engine(home: Path) -> int | None:
    if not has_own_engine():
        return None
    from graph import local

    return local.status(home).engine


def print_overview(console: Console, shown: dict[str, Any]) -> None:
    """Ten lines at most."""
    pids, database = shown["pids"], shown["database"]
    records: dict[str, int] = shown["records"] or {}
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    rows = [
        ("状态 state", _state(shown)),
        ("目录 home", shown["home"]),
        ("地址 url", f"{shown['url']}/graphql" if shown["url"] else "—"),
        ("进程 processes", f"server {pids['server'] or '—'}, engine {pids['engine'] or '—'}"),
        ("数据库 database", f"{database['uri'] or '—'} ({'answers' if database['answers'] else 'does not answer'})"),
        ("机构 organizations", _numbers(records, "organizations", "posts", "persons")),
        ("辖区 areas", _numbers(records, "areas", "sites")),
        ("问题 problems", _numbers(records, "problems", "tasks")),
        ("导入 imports", "; ".join(f"{node['source']} {node['recordedAt']}" for node in shown["imports"]) or "—"),
    ]
    for name, value in rows:
        table.add_row(name, value)
    console.print(table, highlight=False)


def _state(shown: dict[str, Any]) -> str:
    if shown["running"]:
        return "运行中 running" if shown["url"] else "启动中 starting"
    return "已停止 stopped" if shown["pids"]["engine"] is None else "只有数据库在运行 only the engine runs"


def _numbers(records: dict[str, int], *names: str) -> str:
    return ", ".join(f"{name} {records[name]:,}" for name in names if name in records) or "—"
