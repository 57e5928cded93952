"""What waits is done in one round; what a round raises is raised to those in it, and to nobody else."""

import asyncio
from collections.abc import Sequence

import pytest

from services.hosting.together import Together


class Work:
    """Doubles numbers once it may, and refuses a round with zero in it."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.begun = asyncio.Event()
        self.may = asyncio.Event()

    async def __call__(self, items: Sequence[int]) -> Sequence[int]:
        self.rounds.append(list(items))
        self.begun.set()
        await self.may.wait()
        if 0 in items:
            raise ValueError("zero")
        return [2 * item for item in items]


async def test_what_waits_is_done_at_once_and_answered_each() -> None:
    work = Work()
    together = Together(work, most=3)
    first = asyncio.create_task(together.do(1))
    await work.begun.wait()
    rest = [asyncio.create_task(together.do(item)) for item in (2, 3, 4, 5)]
    await asyncio.gather(*(asyncio.wait([task], timeout=0) for task in rest))
    work.may.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6, 8, 10]
    assert work.rounds == [[1], [2, 3, 4], [5]]


async def test_a_round_that_fails_fails_for_those_in_it() -> None:
    work = Work()
    work.may.set()
    together = Together(work, most=2)
    answers = await asyncio.gather(*(together.do(item) for item in (1, 0, 2)), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["zero", "zero", "4"]
    assert await together.do(7) == 14


async def test_who_goes_away_leaves_the_others() -> None:
    work = Work()
    together = Together(work, most=2)
    gone, stays = (asyncio.create_task(together.do(item)) for item in (1, 2))
    await work.begun.wait()
    gone.cancel()
    work.may.set()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
