"""Work that is divided among processes comes back in order, or it is said that one of them is gone."""

import gc
import os

import pytest

from gateway.cli.failures import message_of
from services.ledger.inspectors import ALONE, InspectorLost, in_order, inspectors


@pytest.mark.parametrize("events", [ALONE, ALONE + 1])
async def test_what_is_found_comes_in_the_order_of_the_parts(events: int) -> None:
    with inspectors(events) as pool:
        assert (pool is not None) is (events > ALONE)
        assert [found async for found in in_order(pool, abs, range(-20, 0))] == list(range(20, 0, -1))


async def test_a_process_that_is_ended_from_outside_is_told_once_with_what_to_do(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with inspectors(ALONE + 1) as pool, pytest.raises(InspectorLost, match="ZEREN_HEAP") as lost:
        async for _ in in_order(pool, os._exit, range(10)):  # as if the system had ended it
            pass
    gc.collect()  # a failure that nobody asked for is told when it is thrown away
    assert not caplog.records
    assert message_of(lost.value) == str(lost.value)
