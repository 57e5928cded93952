"""Keeps the engine of a home running while `zeren up` serves: one that was killed or died is started again."""

import asyncio
import logging
from pathlib import Path
from urllib.parse import urlsplit

from graph import local
from graph.local import EngineError, State

log = logging.getLogger("zeren")

LOOK_SECONDS = 0.5
PAUSE_SECONDS = 1.0


async def keep_engine(home: Path, uri: str) -> None:
    """Until cancelled. It comes back at `uri`, where everybody looks for it, with all that was acknowledged."""
    port = urlsplit(uri).port or 0
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if local.status(home).state is not State.STOPPED:
            continue
        log.error("the engine ended unasked; starting it again", extra={"home": str(home)})
        try:
            await asyncio.to_thread(local.start, home, port=port)
            log.warning("the engine answers again")
        except EngineError as error:
            log.error("the engine can't be started", extra={"reason": str(error)})
            await asyncio.sleep(PAUSE_SECONDS)
