"""What the commands of every room have alike: each is carried out once, by somebody who may, and is seen when answered.

A refusal changes nothing and is not remembered: the same key may be sent again once what was wrong is put right.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from graph import ledger
from graph.model.instants import OPEN, TICK, utc
from graph.queries import commands as queries
from graph.queries.watermark import GateShut, passed
from graph.session import Database, Transaction
from schema.enums import InstructionAction, ProblemAction, TransferAction
from schema.errors import RefusalCode
from services.hosting.identity import Caller, Role

SOURCE = "zeren"
"""The source of what is told to zeren itself."""

LATEST = OPEN - TICK
"""Commands go by all that is recorded, whatever clock it was recorded by; not by what an import has pending."""

NAMES_OTHERS = frozenset({Role.INTEGRATOR, Role.ADMINISTRATOR})
"""Who may say that somebody else did something: they act for other systems."""


class Command(Protocol):
    """What is to be done. Two that are equal have one `repr`, by which a key that is used again is told."""

    @property
    def key(self) -> str: ...


@dataclass(frozen=True)
class Done:
    """What a command came to: ids of records by the fields of its payload, and when they were recorded.

    A field that is a list has a list of ids.
    """

    records: Mapping[str, str | list[str]]
    recorded_at: datetime


@dataclass
class Named:
    """The records that a command names, whose kinds are asked for as its key is claimed."""

    ids: Sequence[str] = ()
    kinds: Mapping[str, str] = field(default_factory=dict[str, str])


class RefusedError(Exception):
    """A command that was not carried out; rolls the transaction back. `errors`: (field of the input, message)."""

    def __init__(
        self,
        code: RefusalCode,
        message: str,
        errors: tuple[tuple[str, str], ...] = (),
        possible: tuple[ProblemAction, ...] = (),
        steps: tuple[InstructionAction, ...] = (),
        receipts: tuple[TransferAction, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.errors = errors
        self.possible = possible
        self.steps = steps
        self.receipts = receipts


def refused_at(path: str, message: str, code: RefusalCode = RefusalCode.BAD_INPUT) -> RefusedError:
    """A refusal for one field of the input."""
    return RefusedError(code, message, ((path, message),))


def taken_at(given: datetime | None, now: datetime) -> datetime:
    """When a step was taken: by the input's `at`, else now. Raises RefusedError for the future."""
    if given is not None and given > now:
        raise refused_at("at", f"{given.isoformat()} lies in the future; give the time at which it was done")
    return given or now


async def carry_out(
    database: Database,
    command: Command,
    caller: Caller,
    now: datetime,
    work: Callable[[Transaction, str], Awaitable[Done]],
    named: Named | None = None,
) -> Done:
    """Do `work` once for the command's key; when this returns, whoever asks next sees it.

    `work` is handed the key in the caller's own space; `named` then tells the kinds. Where the command was carried out
    before, what it came to is returned again. Raises RefusedError.
    """
    named = named or Named()

    async def once(transaction: Transaction) -> Done:
        key = await _claim(transaction, command, caller, now, named)
        if isinstance(key, Done):
            return key
        done = await work(transaction, key)
        outcome = outcome_before(done.records) + utc(done.recorded_at).isoformat() + '"}'
        await transaction.run(queries.SETTLE.cypher, {"key": key, "outcome": outcome})
        return done

    try:
        done = await database.transact(once)
    except GateShut as error:
        raise shut(error) from error
    await passed(database, done.recorded_at)
    return done


def shut(error: GateShut) -> RefusedError:
    """The refusal of what may not be recorded now."""
    return refused_at("", str(error), RefusalCode.NOT_ALLOWED)


def outcome_before(records: Mapping[str, str | list[str]]) -> str:
    """What is remembered of a command, up to its record time: that, a quotation mark and a brace are to follow."""
    return json.dumps({**records, "recordedAt": ""}).removesuffix('"}')


def claim_of(command: Command, caller: Caller) -> tuple[str, str]:
    """The key in the caller's own space, and a sum of the command. Raises RefusedError where neither may be."""
    if not command.key.strip() or len(command.key) > 200:
        raise refused_at("idempotencyKey", "give a key of 1 to 200 characters, a new one for each new command")
    if caller.role is Role.VIEWER:
        raise RefusedError(RefusalCode.NOT_ALLOWED, "a viewer changes nothing; sign in with a role that may act")
    return f"{caller.subject}/{command.key}", sha256(repr(command).encode()).hexdigest()


async def _claim(transaction: Transaction, command: Command, caller: Caller, now: datetime, named: Named) -> str | Done:
    scoped, request = claim_of(command, caller)
    asked = {"key": scoped, "request": request, "now": now, "ids": list(named.ids), "latest": LATEST}
    (claimed,) = await transaction.run(queries.CLAIM.cypher, asked)
    named.kinds = dict(claimed["kinds"])
    if claimed["request"] != request:
        message = "this key was used for another command; a new command needs a new key"
        raise refused_at("idempotencyKey", message, RefusalCode.IDEMPOTENCY_CONFLICT)
    if claimed["outcome"]:
        records: dict[str, Any] = json.loads(claimed["outcome"])
        return Done(records, datetime.fromisoformat(records.pop("recordedAt")))
    return scoped


async def acting(
    transaction: Transaction,
    caller: Caller,
    person: str | None,
    post: str | None,
    at: datetime,
    path: str,
) -> tuple[str | None, str | None]:
    """Who acts, in which post. A person may only act as themself, and only in a post that they hold then."""
    person = who(caller, person, path)
    if person is None:
        return None, post
    asked = {"person": person, "at": at, "latest": LATEST}
    return person, post_of([row["post"] for row in await transaction.run(queries.POSTS_HELD, asked)], post)


def who(caller: Caller, person: str | None, path: str) -> str | None:
    """Who acts. Raises RefusedError where the caller may not act for them."""
    if person is not None and person != caller.person and caller.role not in NAMES_OTHERS:
        message = "you may act only as yourself; leave this out, or sign in as an integrator"
        raise refused_at(path, message, RefusalCode.NOT_ALLOWED)
    return person or caller.person


def post_of(held: Sequence[str], post: str | None) -> str | None:
    """The post named, or else the only one that they hold. Raises RefusedError for one that they do not hold."""
    if post is None:
        return held[0] if len(held) == 1 else None
    if post not in held:
        message = "the person does not hold this post at that time; name one that they hold, or none"
        raise refused_at("post", message, RefusalCode.NOT_ALLOWED)
    return post


Naming = Mapping[str, tuple[str | None, Sequence[str]]]
"""The records that a command names: field of the input → (id, kinds that it may be of)."""


async def check_kinds(
    transaction: Transaction, named: Naming, known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The kinds of the records named. Raises RefusedError.

    `known`: kinds that the transaction has been told already.
    """
    kinds = dict(known or {})
    ids = sorted({record for record, _ in named.values() if record is not None and record not in kinds})
    if ids:
        rows = await transaction.run(queries.KINDS_OF, {"ids": ids, "latest": LATEST})
        kinds |= {row["id"]: row["kind"] for row in rows}
    refuse_others(named, kinds)
    return kinds


def refuse_others(named: Naming, kinds: Mapping[str, str]) -> None:
    """Raises RefusedError for what is not of a kind that it may be of."""
    errors = tuple(
        (path, f"there is no {' or '.join(allowed)} {record}")
        for path, (record, allowed) in named.items()
        if record is not None and kinds.get(record) not in allowed
    )
    if errors:
        raise RefusedError(RefusalCode.NOT_FOUND, "; ".join(message for _, message in errors), errors)


def event_properties(
    entry: ledger.Entry, sealed: ledger.Sealed, source_id: str, recorded_at: datetime
) -> dict[str, Any]:
    """The properties of the event's node."""
    return {
        "id": entry.id,
        "source": SOURCE,
        "sourceId": source_id,
        "kind": str(entry.kind),
        "at": entry.at,
        "position": entry.position,
        "data": sealed.data,
        "hash": sealed.hash,
        "previousHash": sealed.previous_hash,
        "evidence": list(entry.evidence),
        "note": entry.note,
        "dueAt": entry.due_at or OPEN,
        "recordedAt": recorded_at,
    }
