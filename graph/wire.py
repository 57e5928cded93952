"""Instants as Bolt carries them: seconds and nanoseconds since 1970, and an offset.

The driver makes each instant by way of a type of its own, in some twenty calls; most of what a read costs in Python
went there (docs/decisions/0041). Ours are UTC to the microsecond, and one addition makes them.
"""

from datetime import UTC, datetime, timedelta
from typing import Self

SECONDS_A_DAY = 86_400
_MICRO = timedelta(microseconds=1)


class Instant(datetime):
    """A datetime as the driver hands it out, which knows how to be the plain one."""

    def to_native(self) -> Self:
        return self


_EPOCH = Instant(1970, 1, 1, tzinfo=UTC)


def instant_of(seconds: int, nanoseconds: int) -> Instant:
    """The instant in UTC; what is finer than a microsecond is cut off, as `to_native` of the driver's does."""
    return _EPOCH + timedelta(0, seconds, nanoseconds // 1_000)


def carried(instant: datetime) -> tuple[int, int]:
    """Seconds and nanoseconds since 1970 of an instant with an offset."""
    since = instant - _EPOCH
    return since.days * SECONDS_A_DAY + since.seconds, since.microseconds * 1_000
