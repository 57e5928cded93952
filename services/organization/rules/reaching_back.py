"""In which intervals a correction makes a difference to who answers; what a fact rests on makes none."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from services.organization.rules.corrections import Statement

Interval = tuple[datetime, datetime]


def changed(before: Sequence[Statement], after: Sequence[Statement]) -> list[Interval]:
    """The half-open intervals in which what is said after differs from what was said before, in order."""
    edges = sorted({edge for said in (*before, *after) for edge in (said.since, said.until)})
    return [(since, until) for since, until in pairwise(edges) if _parts(before, since) != _parts(after, since)]


def _parts(said: Sequence[Statement], at: datetime) -> set[tuple[str, str | None, str | None]]:
    return {(one.from_, one.to, one.word) for one in said if one.since <= at < one.until}
