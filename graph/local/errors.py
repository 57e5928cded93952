"""What can go wrong with the local engine. Each message says what was wrong, where, and what to do."""

import errno
from pathlib import Path


class EngineError(Exception):
    """The local engine can't do what was asked; the message is meant for the user, without a stack trace."""


class FetchFailed(EngineError):
    """A jar of the engine could not be fetched."""


class ChecksumMismatch(FetchFailed):
    """What the repository sent is not what `neo4j.lock` pins."""


class DiskFull(EngineError):
    """There is too little room for the jars or for the data."""

    def __init__(self, where: Path, needed: int | None = None, free: int | None = None) -> None:
        figures = "" if needed is None or free is None else f": {needed >> 20} MB are needed, {free >> 20} MB are free"
        super().__init__(
            f"The disk of {where} is full{figures}. Make room there, or choose another place "
            "with --home or ZEREN_HOME (data) or ZEREN_CACHE (the engine's jars)."
        )


class TooLittleMemory(EngineError):
    """The machine has less memory than the engine is set to take."""


class HomeHeld(EngineError):
    """Another live process works on this home."""

    def __init__(self, home: Path, owner: int | None) -> None:
        self.owner = owner
        who = f"process {owner}" if owner else "another process"
        super().__init__(
            f"The home {home} is held by {who}, which is alive. Stop it (`zeren down --home {home}`) "
            "or choose another folder with --home."
        )


class PortInUse(EngineError):
    """The port asked for is taken."""


class StartFailed(EngineError):
    """Neo4j ended, or did not answer, while starting."""


def is_disk_full(error: OSError) -> bool:
    """Tell whether the operating system refused for want of room."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
