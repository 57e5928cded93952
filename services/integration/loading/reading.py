"""A bundle is read while the engine starts on the other processor; then it is checked against what is known."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from services.integration.bundle.checking import Checked, Progress, check_but_events
from services.integration.bundle.known import Known


class Reading:
    """Reads the bundle in a thread from its beginning, and gives up at its end."""

    def __init__(self, path: Path, source: str, progress: Progress) -> None:
        self._known: Future[Known] = Future()
        self._progress = progress
        self._context = check_but_events(path, source, self._known.result, self._go_on)
        self._thread = ThreadPoolExecutor(1)
        self._given_up = False

    def __enter__(self) -> Self:
        self._read = self._thread.submit(self._context.__enter__)
        return self

    def __exit__(self, *_: object) -> None:
        self._given_up = True
        self._known.cancel()
        self._thread.shutdown()
        self._context.__exit__(None, None, None)

    @asynccontextmanager
    async def checked(self, known: Known) -> AsyncGenerator[Checked]:
        """The bundle, checked but for its events. Raises what `check_but_events` raises."""
        self._known.set_result(known)
        checked = await asyncio.wrap_future(self._read)
        try:
            yield checked
        finally:
            await asyncio.to_thread(self._context.__exit__, None, None, None)

    def _go_on(self, what: str, more: int) -> None:
        if self._given_up:
            raise CancelledError
        self._progress(what, more)
