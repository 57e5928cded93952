"""The local engine: a real Neo4j Community server as a child process, fetched on first use.

connection = start(Path(".zeren"))
...
stop(Path(".zeren"))
"""

from graph.local.building import BuildFailed, table_folder
from graph.local.connection import Connection
from graph.local.errors import (
    ChecksumMismatch,
    DiskFull,
    EngineError,
    FetchFailed,
    HomeHeld,
    PortInUse,
    StartFailed,
    TooLittleMemory,
)
from graph.local.instance import State, Status, rebuilt, running, start, status, stop
from graph.local.progress import Progress, Silent
from graph.local.server import Memory

__all__ = [
    "BuildFailed",
    "ChecksumMismatch",
    "Connection",
    "DiskFull",
    "EngineError",
    "FetchFailed",
    "HomeHeld",
    "Memory",
    "PortInUse",
    "Progress",
    "Silent",
    "StartFailed",
    "State",
    "Status",
    "TooLittleMemory",
    "rebuilt",
    "running",
    "start",
    "status",
    "stop",
    "table_folder",
]
