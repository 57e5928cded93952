"""Builds a store from tables with Neo4j's own `neo4j-admin database import`, and puts it in the place of a home's.

home/building/   a home of its own, in which the new store is made; the present one stays as it is
home/built/      the same, once nothing is missing: from here on it is the home's
home/replaced/   what it takes the place of, until it is removed

Whatever is cut off, the next start finds either the store that was or the new one, whole (`take_built`).
"""

import os
import shutil
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from graph.local import fetch, processes, quick_start, server
from graph.local.errors import EngineError
from graph.local.progress import Progress
from graph.local.server import Memory
from graph.local.tables import Table

ENGINE = "neo4j"
BUILDING = "building"
BUILT = "built"
END_PATIENCE = 30.0


class BuildFailed(EngineError):
    """No store could be built from the tables; the present one is as it was."""


def build(home: Path, tables: Sequence[Table], memory: Memory, progress: Progress) -> None:
    """Make a store in `home`, where there was none. Raises BuildFailed, EngineError."""
    folder = home / ENGINE
    for made in (folder / "conf", home / "logs"):
        made.mkdir(mode=0o700, parents=True)
    (folder / "conf" / "neo4j.conf").write_text(server.settings(0, memory, home / "logs"), "utf-8")
    jars = fetch.ensure_jars()
    options = quick_start.ensure_archive(jars, progress)
    log = home / "logs" / "build.log"
    with log.open("wb") as output:
        ended = subprocess.run(  # noqa: S603 — our own arguments, no shell
            server.build_command(jars, folder, memory, tables, options),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=os.environ | {"LC_ALL": "C.UTF-8", "NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder / "conf")},
            check=False,
        )
    if ended.returncode:
        words = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()][-12:]
        raise BuildFailed("Neo4j built no store from the bundle; nothing was imported. It said:\n" + "\n".join(words))


@contextmanager
def table_folder(home: Path) -> Generator[Path]:
    """A folder for the tables of a store to come; it is there until the context ends.

    The caller holds the home. What a build that was killed left is cleared away.
    """
    _clear(home / BUILDING)
    folder = home / BUILDING / "tables"
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        _clear(home / BUILDING)


def take_built(home: Path) -> None:
    """Put a store that was built in the place of the present one, and clear away what is left over.

    The caller holds the home; its engine does not run where there is such a store.
    """
    built, present, replaced = home / BUILT, home / ENGINE, home / "replaced"
    if (built / ENGINE).exists():
        if present.exists():
            _clear(replaced)
            present.rename(replaced)
        (built / ENGINE).rename(present)
    for left in (built, replaced, home / BUILDING):
        _clear(left)


def _clear(home: Path) -> None:
    if not home.exists():
        return
    if engine := processes.find_engine(home / ENGINE):
        processes.end(engine, END_PATIENCE)
    shutil.rmtree(home)
