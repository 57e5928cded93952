"""Commands on findings: a person records that something was wrongly done (乱作为), and may withdraw it with a reason.

What the rules notice they withdraw themselves, where its facts are corrected; nobody else does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from graph import ledger
from graph.compile.roots import Moment
from graph.compile.visibility import Viewer
from graph.model.enums import EventKind, FindingKind, FindingSubject
from graph.model.instants import OPEN, TICK
from graph.queries import facts as bases
from graph.queries import instructions, noticing, problems
from graph.queries import recorded_findings as queries
from graph.queries import trace as walk
from graph.queries.trace import FACTS_ONLY, Asked
from graph.queries.watermark import take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.accountability.keeping import Kept, rules_kept, withdrawn
from services.accountability.reading import facts_of
from services.accountability.rules import Facts, Hop, wrongs
from services.campaign.rules import ASSUMED, FindingRule, Rulebook
from services.hosting.commanding import (
    LATEST,
    Done,
    RefusedError,
    acting,
    carry_out,
    check_kinds,
    refused_at,
    taken_at,
)
from services.hosting.identity import Caller, Role

OVERSEERS = frozenset({Role.DISCIPLINE, Role.SUPERVISOR})
"""Whose role lets them say of somebody else that they did wrong."""
NAMED_AT_MOST = 10
"""So many persons are named to one who named a wrong one."""


@dataclass(frozen=True)
class RecordWronglyDone:
    """`problem`, or `instruction` as `organization` received it. `done_at` None: when the last of `events` was."""

    key: str
    person: str
    statement: str
    events: tuple[str, ...]
    evidence: tuple[str, ...]
    problem: str | None = None
    instruction: str | None = None
    organization: str | None = None
    done_at: datetime | None = None
    basis: str | None = None
    at: datetime | None = None
    post: str | None = None


@dataclass(frozen=True)
class WithdrawFinding:
    key: str
    finding: str
    reason: str
    at: datetime | None = None
    post: str | None = None


@dataclass(frozen=True)
class _Subject:
    """What it is about, whose lock is held. `about`: whose events it rests on; `subject`: what it is shown as about."""

    about: str
    subject: str
    kind: FindingSubject
    line: str | None
    events: Sequence[Mapping[str, Any]]


async def record_wrongly_done(
    database: Database, command: RecordWronglyDone, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Record that a person did something wrong, as a finding. Raises RefusedError."""
    _check_overseer(caller)
    at = taken_at(command.at, now)
    _check(command, at)

    async def work(transaction: Transaction, key: str) -> Done:
        recorder, post = await _recorder(transaction, caller, command.post, at)
        if recorder == command.person:
            message = "nobody records of themself that they did wrong; somebody else who oversees must do it"
            raise refused_at("doneBy", message, RefusalCode.SAME_PERSON)
        named = {
            "doneBy": (command.person, ("Person",)),
            "problem": (command.problem, ("Problem",)),
            "instruction": (command.instruction, ("Instruction",)),
            "organization": (command.organization, ("Organization",)),
        }
        await check_kinds(transaction, named)
        subject = await _subject(transaction, command)
        events = _events(subject, command)
        done_at: datetime = command.done_at or max(one["at"] for one in events)
        rule = _rule(subject, rulebook)
        facts = wrongs.narrowed(await _facts(transaction, subject.subject, done_at, now), command.organization)
        own = await _own(transaction, command, subject, events, facts, rulebook)
        rests_on = tuple(one["id"] for one in events)
        finding = Kept(
            f"finding/recorded/{key}", _key(rule, subject, command.person, rests_on), rule, rulebook.version,
            subject.subject, subject.about, rests_on, wrongs.with_superiors(own, facts, rule, rulebook),
            f"{rule.zh}：{command.statement.strip()}", done_at,
        )  # fmt: skip
        for row in await transaction.run(queries.STANDING, {"key": finding.key, "open": OPEN}):
            message = f"this was recorded before, as finding {row['finding']}; name other events, or withdraw that one"
            raise refused_at("events", message, RefusalCode.NOT_ALLOWED)
        clauses = await transaction.run(bases.CLAUSES, {"ids": [command.basis or ""], "now": LATEST})
        recorded_at = await take_gate(transaction, now)
        await transaction.run(noticing.RULES.cypher, {"rules": rules_kept([rule], rulebook.version, recorded_at)})
        row = _row(finding, command, (recorder, post), at, recorded_at, by_clause=bool(clauses))
        await transaction.run(noticing.NOTICE.cypher, {"findings": [row]})
        links = {"RECORDED_BY": recorder, "WRONGLY_DONE_BY": command.person}
        links |= {"BASED_ON": clauses[0]["id"]} if clauses else {}
        said = {
            "event": row["event"]["id"],
            "links": [{"type": name, "to": record} for name, record in links.items()],
            "person": recorder,
            "post": post,
        }
        await transaction.run(queries.RECORDED.cypher, said)
        return Done({"finding": row["finding"]["id"], "event": row["event"]["id"]}, recorded_at)

    return await carry_out(database, command, caller, now, work)


async def withdraw_finding(database: Database, command: WithdrawFinding, caller: Caller, now: datetime) -> Done:
    """Withdraw what a person recorded, with the reason; it stays readable. Raises RefusedError."""
    _check_overseer(caller)
    at = taken_at(command.at, now)
    reason = command.reason.strip()
    if not reason:
        raise refused_at("reason", "say why it is withdrawn", RefusalCode.MISSING_NOTE)

    async def work(transaction: Transaction, _key: str) -> Done:
        person, post = await _recorder(transaction, caller, command.post, at)
        await check_kinds(transaction, {"finding": (command.finding, ("Finding",))})
        (found,) = await transaction.run(queries.LOCK, {"finding": command.finding, "open": OPEN})
        if not found["recorded"]:
            message = "the rules noticed it; it is withdrawn when its facts are corrected, and by nobody"
            raise refused_at("finding", message, RefusalCode.NOT_ALLOWED)
        if not found["stands"]:
            raise refused_at("finding", "it is withdrawn already", RefusalCode.ILLEGAL_TRANSITION)
        if at < found["detectedAt"]:
            message = f"{at.isoformat()} lies before what it is about, at {found['detectedAt'].isoformat()}"
            raise refused_at("at", message, RefusalCode.OUT_OF_ORDER)
        recorded_at = await take_gate(transaction, max(now, found["recordedAt"] + TICK))
        gone = withdrawn(found, reason, at, recorded_at, person, post)
        event = gone["event"]["id"]
        await transaction.run(noticing.WITHDRAW.cypher, {"withdrawn": [gone], "now": recorded_at, "open": OPEN})
        await transaction.run(queries.WITHDRAWN.cypher, {"event": event, "person": person, "post": post})
        return Done({"finding": command.finding, "event": event}, recorded_at)

    return await carry_out(database, command, caller, now, work)


def _key(rule: FindingRule, subject: _Subject, person: str, events: Sequence[str]) -> str:
    """Of the same by the same person, about the same, on the same events there is one finding that stands."""
    parts = (rule.code, subject.about, person, *sorted(events))
    return sha256(" ".join(parts).encode()).hexdigest()[:32]


def _row(
    kept: Kept, command: RecordWronglyDone, by: tuple[str, str | None], at: datetime, recorded_at: datetime,
    *, by_clause: bool,
) -> dict[str, Any]:  # fmt: skip
    """As the statement that writes findings has it. `by`: who records it, in which post."""
    recorder, post = by
    statement, basis = command.statement.strip(), command.basis and command.basis.strip()
    said = {
        "doneBy": command.person,
        "doneAt": ledger.text_of(kept.detected_at),
        "basis": basis or kept.rule.basis,
    }
    entry = kept.entry(EventKind.WRONGLY_DONE, at, said)._replace(
        actor=recorder, post=post, evidence=command.evidence, note=statement
    )
    more: dict[str, object] = {"statement": statement, "evidence": list(command.evidence)}
    if basis and not by_clause:
        more["basis"] = basis
    return kept.row(entry, recorded_at, None, more)


def _check_overseer(caller: Caller) -> None:
    if caller.role not in OVERSEERS:
        roles = " or ".join(sorted(OVERSEERS))
        raise refused_at("", f"only those who oversee may do this: sign in as {roles}", RefusalCode.NOT_ALLOWED)


def _check(command: RecordWronglyDone, at: datetime) -> None:
    if (command.problem is None) == (command.instruction is None):
        raise refused_at("problem", "say what it is about: a problem, or an instruction with its recipient")
    if (command.instruction is None) != (command.organization is None):
        message = "an instruction goes with the organization that received it, and a problem with none"
        raise refused_at("organization", message, RefusalCode.MISSING_ORGANIZATION)
    if not command.statement.strip():
        raise refused_at("statement", "say what was wrongly done", RefusalCode.MISSING_NOTE)
    if not command.events:
        message = "name the events that it is about: they are what the finding rests on"
        raise refused_at("events", message, RefusalCode.MISSING_EVIDENCE)
    if not command.evidence or not all(one.strip() for one in command.evidence):
        message = "give what shows it: names or SHA-256 sums of files, none of them empty"
        raise refused_at("evidence", message, RefusalCode.MISSING_EVIDENCE)
    if command.basis is not None and not command.basis.strip():
        message = f"name what it goes against: a clause's id, a document or {ASSUMED}; or leave it out for the rule's"
        raise refused_at("basis", message)
    if command.done_at is not None and command.done_at > at:
        message = (
            f"{command.done_at.isoformat()} lies after it was recorded, at {at.isoformat()}; give when it was done"
        )
        raise refused_at("doneAt", message, RefusalCode.OUT_OF_ORDER)


async def _recorder(transaction: Transaction, caller: Caller, post: str | None, at: datetime) -> tuple[str, str | None]:
    person, post = await acting(transaction, caller, None, post, at, "post")
    if person is None:
        message = "it is said by a person, not by a machine: sign in as one"
        raise refused_at("", message, RefusalCode.MISSING_PERSON)
    return person, post


async def _subject(transaction: Transaction, command: RecordWronglyDone) -> _Subject:
    """What it is about, with its lock. Raises RefusedError."""
    if command.problem is not None:
        (found,) = await transaction.run(problems.LOCK, {"problem": command.problem, "now": LATEST})
        if found["importing"] is not None:
            message = "an import is changing this problem; send the same command again when it is complete"
            raise refused_at("problem", message, RefusalCode.NOT_ALLOWED)
        about = of = command.problem
        kind = FindingSubject.PROBLEM
    else:
        of, kind = command.instruction or "", FindingSubject.INSTRUCTION
        rows = await transaction.run(instructions.RECIPIENTS, {"instruction": of})
        recipients: dict[str, str] = {row["organization"]: row["recipient"] for row in rows}
        if command.organization not in recipients:
            message = f"the instruction was not issued to {command.organization}; name one of {', '.join(recipients)}"
            raise refused_at("organization", message, RefusalCode.NOT_FOUND)
        about = recipients[command.organization]
        await transaction.run(instructions.LOCK, {"recipient": about})
    (happened,) = await transaction.run(queries.HAPPENED, {"subject": of, "chains": sorted({about, of})})
    return _Subject(about, of, kind, happened["line"], happened["events"])


def _events(subject: _Subject, command: RecordWronglyDone) -> list[Mapping[str, Any]]:
    """Those named, in the order in which they happened. Raises RefusedError for one of something else."""
    named = set(command.events)
    if unknown := named - {one["id"] for one in subject.events}:
        what = "problem" if command.problem is not None else "instruction and this recipient"
        message = f"{min(unknown)} is no event of this {what}; name some of its events"
        raise refused_at("events", message, RefusalCode.NOT_FOUND)
    return [one for one in subject.events if one["id"] in named]


def _rule(subject: _Subject, rulebook: Rulebook) -> FindingRule:
    rule = wrongs.rule_of(rulebook, subject.kind, subject.line)
    if rule is None:
        message = (
            f"the rulebook {rulebook.version} has no finding of kind {FindingKind.WRONGLY_DONE} about "
            f"{subject.kind}; add one to it"
        )
        raise RefusedError(RefusalCode.NOT_ALLOWED, message)
    return rule


async def _facts(transaction: Transaction, subject: str, at: datetime, now: datetime) -> Facts:
    statement = walk.traces([Asked(subject, at)], FACTS_ONLY, Moment(now), Viewer())
    (row,) = await transaction.run(statement.cypher, statement.parameters)
    return facts_of(row["data"][0]["facts"])


async def _own(
    transaction: Transaction,
    command: RecordWronglyDone,
    subject: _Subject,
    events: Sequence[Mapping[str, Any]],
    facts: Facts,
    rulebook: Rulebook,
) -> Hop:
    """Where the one who did it stood: on the trace then, else in the post in which they acted. Raises RefusedError."""
    standing = wrongs.standing(facts, rulebook)
    if command.person in standing:
        return standing[command.person]
    acted = [one for one in (*subject.events, *events) if one["person"] == command.person]
    if not acted:
        others = {one["person"] for one in subject.events if one["person"] is not None}
        may = ", ".join(sorted({*standing, *others})[:NAMED_AT_MOST]) or "nobody"
        message = f"this person stood on no line of its trace then, and did nothing about it; those who did: {may}"
        raise refused_at("doneBy", message, RefusalCode.NOT_ALLOWED)
    last = acted[-1]
    home: str | None = None
    if last["post"] is not None:
        asked = {"post": last["post"], "at": last["at"], "now": LATEST}
        home = next((row["organization"] for row in await transaction.run(problems.HOME_OF_POST, asked)), None)
    return wrongs.acting(command.person, last["post"], home)
