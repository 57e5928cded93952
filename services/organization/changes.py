"""Root fields that change a fact: what clients send → a command → what it answers."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from graph.compile import roots
from graph.compile.cursor import page_size
from graph.compile.errors import ReadError
from graph.compile.roots import Moment
from graph.compile.selection import Selected
from graph.model.instants import OPEN
from schema.errors import as_graphql
from schema.rows import row
from services.hosting.changing import Info, outcome, refusal
from services.hosting.commanding import RefusedError
from services.hosting.reading import selection_of, viewer_of
from services.organization.commands import Command, Correct, End, Kind, Move, Record, carry_out_correction, subject_of
from services.organization.foreseeing import Foreseen, foresee
from services.organization.inputs import CorrectInput, EndInput, MoveInput, RecordInput
from services.organization.rules import KEEP, Changes, Statement


def recording(kind: Kind, taken: type[RecordInput]) -> Any:
    """A mutation that records a fact of this kind."""

    def command(given: RecordInput) -> Command:
        parts = {name: value for name, value in _parts(kind, given).items() if value is not KEEP}
        said = Statement(since=given.valid_from, until=given.valid_to or OPEN, basis=given.basis, **parts)
        return Record(kind, given.idempotency_key, given.reason, said)

    return _mutation(kind, taken, command, "Record a fact that was not told before. 录入")


def ending(kind: Kind) -> Any:
    """A mutation that lets a fact of this kind end."""

    def command(given: EndInput) -> Command:
        return End(kind, given.idempotency_key, given.reason, given.fact, given.valid_to, given.basis)

    return _mutation(kind, EndInput, command, "Let a fact end; what was known before stays. 终止")


def correcting(kind: Kind, taken: type[CorrectInput]) -> Any:
    """A mutation that corrects a fact of this kind."""

    def command(given: CorrectInput) -> Command:
        since = KEEP if given.valid_from in (None, strawberry.UNSET) else given.valid_from
        changes = Changes(since=since, until=_kept(given.valid_to), basis=_kept(given.basis), **_parts(kind, given))
        return Correct(kind, given.idempotency_key, given.reason, given.fact, changes)

    return _mutation(
        kind, taken, command, "Say of a fact what should have been said; what was known before stays. 更正"
    )


def moving(kind: Kind, taken: type[MoveInput]) -> Any:
    """A mutation that lets a fact of this kind end and another begin."""

    def command(given: MoveInput) -> Command:
        changes = Changes(until=_kept(given.valid_to), basis=given.basis, **_parts(kind, given))
        return Move(kind, given.idempotency_key, given.reason, given.fact, given.at, changes)

    return _mutation(kind, taken, command, "Let a fact end and another begin at one instant. 变动")


def _mutation(kind: Kind, taken: type, command: Callable[[Any], Command], description: str) -> Any:
    labels = {kind.field: kind.label, "superseded": kind.label, "ended": kind.label}
    labels |= {"event": "Event", "endingEvent": "Event"}

    async def resolve(info: Info, input: Any) -> Any:  # noqa: A002 - the argument's name in the schema
        context = info.context
        if input.dry_run:
            return await _foreseen(info, foresee(context.database, command(input), context.caller, context.clock()))
        done = carry_out_correction(context.database, command(input), context.caller, context.clock())
        return await outcome(info, done, f"{kind.label}Payload", labels)

    resolve.__annotations__["input"] = taken  # which input it takes is known here only
    return strawberry.field(resolver=resolve, description=description)


async def _foreseen(info: Info, foreseeing: Awaitable[Foreseen]) -> Any:
    """What would change, in the response's shape; or the refusal that the command would meet."""
    try:
        foreseen = await foreseeing
    except RefusedError as refused:
        return refusal(info, refused)
    value: dict[str, Any] = {"changed": len(foreseen.changed), "exact": foreseen.exact}
    shown: dict[str, Any] = {}
    for part in selection_of(info).of("Foreseen"):
        shown[part.key] = (
            await _problems(info, part, foreseen) if part.name == "problems" else value.get(part.name, "Foreseen")
        )
    return {**shown, "__typename": "Foreseen"}


async def _problems(info: Info, asked: Selected, foreseen: Foreseen) -> list[dict[str, Any]]:
    """The first of the problems, each with the lines and levels on which others would answer."""
    try:
        page = list(foreseen.changed.items())[: page_size(asked.arguments["first"])]
    except ReadError as error:
        raise as_graphql(error) from error
    rows: list[dict[str, Any]] = [{} for _ in page]
    for part in asked.only():
        if part.name == "problem":
            records = await _records(info, [problem for problem, _ in page], part)
            values: list[Any] = [records[problem] for problem, _ in page]
        elif part.name == "parts":
            values = [[row(part.only(), {"line": line, "level": level}) for line, level in parts] for _, parts in page]
        else:
            values = ["ChangedTrace"] * len(page)
        for shown, value in zip(rows, values, strict=True):
            shown[part.key] = value
    return rows


async def _records(info: Info, problems: list[str], asked: Selected) -> dict[str, Any]:
    moment, viewer = Moment(info.context.clock()), viewer_of(info.context.caller)
    statement = roots.by_ids("Problem", problems, asked.only(), moment, viewer)
    (found,) = await info.context.database.read(statement.cypher, statement.parameters)
    return {one["id"]: one["record"] for one in found["data"]}


def _parts(kind: Kind, given: Any) -> dict[str, Any]:
    """The ends and the word of a statement, as far as they are given."""
    parts: dict[str, Any] = {}
    for part, name in (("from_", kind.from_), ("to", kind.to), ("word", kind.word)):
        if name is None:
            continue
        value = getattr(given, _PYTHON.get(name, name))
        if value is None or value is strawberry.UNSET:
            parts[part] = KEEP
        else:
            parts[part] = subject_of(value) if name == "subject" else str(value)
    return parts


def _kept(value: Any) -> Any:
    return KEEP if value is strawberry.UNSET else value


_PYTHON = {"reportsTo": "reports_to"}
