"""The fields of covert films and sweeps."""

from typing import Any

import strawberry

from schema.pagination import Connection
from services.campaign.rulebook import current
from services.hosting.changing import Info, outcome
from services.hosting.reading import listing, lookup
from services.oversight.films import record_covert_film
from services.oversight.sweep_inputs import CloseSweepInput, RecordCovertFilmInput, StartSweepInput
from services.oversight.sweep_types import CovertFilm, CovertFilmOutcome, Sweep, SweepOutcome
from services.oversight.sweeps import close_sweep, start_sweep

FILMED = {"covertFilm": "CovertFilm", "problems": "Problem", "event": "Event"}
SWEPT = {"sweep": "Sweep", "event": "Event"}
"""What the payloads hold."""


@strawberry.type
class SweepQuery:
    covert_film: CovertFilm | None = lookup("CovertFilm")
    covert_films: Connection[CovertFilm] = listing("CovertFilm")
    sweep: Sweep | None = lookup("Sweep")
    sweeps: Connection[Sweep] = listing("Sweep")


async def _film(info: Info, input: RecordCovertFilmInput) -> Any:  # noqa: A002 - the argument's name in the schema
    """Record a covert film; the problems that it shows are to be put right at once. 登记暗访片"""
    context = info.context
    done = record_covert_film(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "CovertFilmPayload", FILMED)


async def _start(info: Info, input: StartSweepInput) -> Any:  # noqa: A002 - as above
    """Start a sweep of all sites that are like the one of a problem. 举一反三排查"""
    context = info.context
    done = start_sweep(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "SweepPayload", SWEPT)


async def _close(info: Info, input: CloseSweepInput) -> Any:  # noqa: A002 - as above
    """Close a sweep: when no site remains, or for a reason. 结束排查"""
    context = info.context
    done = close_sweep(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "SweepPayload", SWEPT)


@strawberry.type
class SweepMutation:
    record_covert_film: CovertFilmOutcome = strawberry.field(resolver=_film)
    start_sweep: SweepOutcome = strawberry.field(resolver=_start)
    close_sweep: SweepOutcome = strawberry.field(resolver=_close)
