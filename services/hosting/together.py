"""Work that comes while other work of its kind is being done waits, and is then done at once with all that waits.

Under load each round is larger, and what a round costs by itself is shared by more; alone, nobody waits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Together(Generic[Item, Answer]):
    """Rounds of `work`, one after the other, of `most` items each; it answers each item, in their order."""

    def __init__(self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]], most: int) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._rounds: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        return self._rounds is None

    async def do(self, item: Item) -> Answer:
        """What `work` answers for the item. Raises what a round raised: it is raised to all that were in it."""
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._rounds is None:
            self._rounds = asyncio.create_task(self._go_on())
        return await answer

    async def _go_on(self) -> None:
        # A task of its own: a caller who goes away leaves the others' work alone.
        try:
            while self._waiting:
                now, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._round(now)
        finally:
            self._rounds = None

    async def _round(self, now: Sequence[tuple[Item, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._work([item for item, _ in now])
        except BaseException as error:
            for _, waiting in now:
                if not waiting.done():
                    waiting.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, waiting), answer in zip(now, answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)
