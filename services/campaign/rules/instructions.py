"""The life of an instruction with one of its recipients: acknowledged, acted on, answered, each by its own clock.

Chosen where the domain leaves it open:

- *In time.* What is done at the very instant at which a clock runs out is in time, as with problems.
- *Order.* Nothing is acted on or answered that was not acknowledged. An answer may come before the action: it says
  what is being done, and the clock of the action goes on.
- *Breaches* stay: what was missed once is not undone by doing it later, which `done_at` says. When the answer's clock
  runs out, a recipient that has acknowledged by then answers late, and one that has not is silent.
- *Late steps* are recorded like others. Refusing them would hide them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from graph.model.enums import BreachKind, RecipientState
from graph.model.enums import InstructionAction as Action


class RefusalCode(StrEnum):
    """Why a step is refused."""

    ILLEGAL_TRANSITION = "ILLEGAL_TRANSITION"
    OUT_OF_ORDER = "OUT_OF_ORDER"
    NOT_ALLOWED = "NOT_ALLOWED"
    MISSING_PERSON = "MISSING_PERSON"
    MISSING_EVIDENCE = "MISSING_EVIDENCE"
    MISSING_NOTE = "MISSING_NOTE"
    BAD_DUE_AT = "BAD_DUE_AT"


@dataclass(frozen=True, slots=True)
class Reply:
    """What one recipient has done about an instruction, and by when each step was due. Instants are aware."""

    issued_at: datetime
    acknowledge_by: datetime
    act_by: datetime
    answer_by: datetime
    acknowledged_at: datetime | None = None
    acted_at: datetime | None = None
    answered_at: datetime | None = None

    @property
    def state(self) -> RecipientState:
        """The furthest step that was taken."""
        if self.answered_at:
            return RecipientState.ANSWERED
        if self.acted_at:
            return RecipientState.ACTED
        return RecipientState.ACKNOWLEDGED if self.acknowledged_at else RecipientState.ISSUED

    @property
    def due_at(self) -> datetime | None:
        """When the next step is due that was not taken; None where all were."""
        steps = (
            (self.acknowledged_at, self.acknowledge_by),
            (self.acted_at, self.act_by),
            (self.answered_at, self.answer_by),
        )
        return min((by for done, by in steps if done is None), default=None)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `for_recipient`: whether the person holds a post of the recipient organization at that instant."""

    action: Action
    at: datetime
    person: str | None = None
    for_recipient: bool = False
    evidence: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that may not be taken: why, which field (`path`, as in the API) is at fault, and what is possible now."""

    code: RefusalCode
    message: str
    path: str
    possible: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Breach:
    """A clock that ran out before its step was taken. `done_at`: when it was taken after all; None: not by then."""

    kind: BreachKind
    due_at: datetime
    done_at: datetime | None


NEXT: Mapping[Action, tuple[RecipientState, ...]] = MappingProxyType(
    {
        Action.ACKNOWLEDGE: (RecipientState.ISSUED,),
        Action.ACT: (RecipientState.ACKNOWLEDGED, RecipientState.ANSWERED),
        Action.ANSWER: (RecipientState.ACKNOWLEDGED, RecipientState.ACTED),
    }
)
"""From which states a step is possible; each only once."""


def clocks_of(issued_at: datetime, due: Mapping[Action, datetime]) -> Reply | Refused:
    """A recipient that an instruction was just issued to, or why its clocks can't be."""
    reply = Reply(issued_at, due[Action.ACKNOWLEDGE], due[Action.ACT], due[Action.ANSWER])
    before, what = issued_at, "the instruction itself"
    for path, by in (("acknowledgeBy", reply.acknowledge_by), ("actBy", reply.act_by), ("answerBy", reply.answer_by)):
        if by < before:
            message = f"{by.isoformat()} lies before {what} at {before.isoformat()}; give a time not before that"
            return Refused(RefusalCode.BAD_DUE_AT, message, path)
        before, what = by, path
    return reply


def possible(reply: Reply) -> tuple[Action, ...]:
    """The steps that `apply` accepts now, given the fields that each needs."""
    done = {Action.ACKNOWLEDGE: reply.acknowledged_at, Action.ACT: reply.acted_at, Action.ANSWER: reply.answered_at}
    return tuple(action for action in Action if not done[action] and reply.state in NEXT[action])


def apply(reply: Reply, step: Step) -> Reply | Refused:
    """The reply after the step, or why it is refused."""
    refused = _refusal(reply, step)
    if refused is not None:
        return refused
    match step.action:
        case Action.ACKNOWLEDGE:
            return replace(reply, acknowledged_at=step.at)
        case Action.ACT:
            return replace(reply, acted_at=step.at)
        case Action.ANSWER:
            return replace(reply, answered_at=step.at)


def _refusal(reply: Reply, step: Step) -> Refused | None:
    can = possible(reply)

    def refused(code: RefusalCode, message: str, path: str) -> Refused:
        return Refused(code, message, path, can)

    if step.person is None:
        message = f"{step.action} must say who does it: sign in as that person, or name them as an integrator"
        return refused(RefusalCode.MISSING_PERSON, message, "person")
    if not step.for_recipient:
        message = "the person holds no post of this recipient at that time; someone of the recipient must do it"
        return refused(RefusalCode.NOT_ALLOWED, message, "person")
    if step.action not in can:
        left = ", ".join(can) or "nothing more"
        message = f"{step.action} is not possible while the recipient is {reply.state}. Possible now: {left}."
        return refused(RefusalCode.ILLEGAL_TRANSITION, message, "")
    before, what = reply.acknowledged_at or reply.issued_at, "acknowledged" if reply.acknowledged_at else "issued"
    if step.at < before:
        message = (
            f"{step.at.isoformat()} is too early: it was {what} at {before.isoformat()}; give a time not before that"
        )
        return refused(RefusalCode.OUT_OF_ORDER, message, "at")
    if step.action is Action.ACT and not any(item.strip() for item in step.evidence):
        return refused(RefusalCode.MISSING_EVIDENCE, "ACT needs evidence of what was done", "evidence")
    if step.action is Action.ANSWER and not (step.note and step.note.strip()):
        return refused(RefusalCode.MISSING_NOTE, "ANSWER needs the answer: what was done, and how it stands", "answer")
    return None


def breaches(reply: Reply, at: datetime) -> Sequence[Breach]:
    """What the recipient had missed by `at`, in the order of the clocks."""
    answer = (
        BreachKind.ANSWERED_LATE
        if reply.acknowledged_at and reply.acknowledged_at <= reply.answer_by
        else BreachKind.SILENT
    )
    clocks = (
        (BreachKind.NOT_ACKNOWLEDGED, reply.acknowledge_by, reply.acknowledged_at),
        (BreachKind.NOT_ACTED, reply.act_by, reply.acted_at),
        (answer, reply.answer_by, reply.answered_at),
    )
    return [
        Breach(kind, by, done if done and done <= at else None)
        for kind, by, done in clocks
        if at > by and (done is None or done > by)
    ]
