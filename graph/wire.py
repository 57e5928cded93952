"""Instants as Bolt carries them: seconds and nanoseconds since 1970, and an offset.

The driver makes each instant by way of a type of its own, in some twenty calls; most of what a read costs in Python
went there (docs/decisions/0041). Ours are UTC to the microsecond, and one addition makes them.
"""

from datetime import UTC, datetime, timedelta

SECONDS_A_DAY = 86_400

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(seconds: int, nanoseconds: int) -> datetime:
    """The instant in UTC; what is finer than a microsecond is cut off, as by the driver's `to_native`."""
    return _EPOCH + timedelta(0, seconds, nanoseconds // 1_000)


def carried(instant: datetime) -> tuple[int, int]:
    """Seconds and nanoseconds since 1970 of an instant with an offset."""
    since = instant - _EPOCH
    return since.days * SECONDS_A_DAY + since.seconds, since.microseconds * 1_000
