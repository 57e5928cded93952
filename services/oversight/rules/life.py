"""The life of a problem: who may do what next, and what it changes.

`TRANSITIONS` is the only place that knows what may follow what. Everything here is a pure function over plain values:
instants are passed in (aware datetimes), organizations, posts and persons are opaque ids.

Chosen where the domain leaves it open:

- *Deadline.* REGISTER, ASSIGN, REFUSE_RETURN and REOPEN may set one. It may have passed already (the city's deadline
  does not wait for the county to assign), but not lie before the discovery. The first ASSIGN gives `Life.clock` from
  its own instant where nobody named a deadline; then it stands until it is moved: passing on or redoing wins no time.
- *Suspension.* Nobody's clock runs. RESUME moves a deadline that had not run out when the problem was suspended by the
  length of the suspension; one that had run out stays where it is. SUSPEND may say until when it is meant (`due_at`).
- *Extension.* A request waits until it is granted or refused; it lapses when the problem is submitted or returned.
- *Unknown people.* Records from outside may lack the person. That two must be different people is required when both
  are known; an approval (GRANT_EXTENSION, SUSPEND) must name a person or a post.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from graph.model.enums import ProblemAction as Action
from graph.model.enums import ProblemStatus as Status


class RefusalCode(StrEnum):
    """Why a step is refused."""

    ILLEGAL_TRANSITION = "ILLEGAL_TRANSITION"
    OUT_OF_ORDER = "OUT_OF_ORDER"
    NOT_ALLOWED = "NOT_ALLOWED"
    MISSING_ORGANIZATION = "MISSING_ORGANIZATION"
    MISSING_EVIDENCE = "MISSING_EVIDENCE"
    MISSING_NOTE = "MISSING_NOTE"
    MISSING_PERSON = "MISSING_PERSON"
    MISSING_DUE_AT = "MISSING_DUE_AT"
    BAD_DUE_AT = "BAD_DUE_AT"
    SAME_PERSON = "SAME_PERSON"


@dataclass(frozen=True)
class Life:
    """The state of one problem, as far as the rules need it; begun by `begin`, changed only by `apply`.

    `held_by` is the organization in whose hands it is: none before REGISTER (custody then counts it to whoever
    registers it), while suspended, and after CLOSE or REJECT; none also where an event did not say.
    """

    discovered_at: datetime
    last_at: datetime
    clock: timedelta | None = None
    status: Status = Status.REPORTED
    due_at: datetime | None = None
    passed: datetime | None = None  # the deadline that was last noticed as passed: see deadlines
    closed_at: datetime | None = None  # said only of one that is closed
    registered_by: str | None = None
    assigned_by: str | None = None  # gets it back on RETURN, and checks what is submitted
    assigned_to: str | None = None
    held_by: str | None = None
    submitted_by: str | None = None  # person
    submitted_as: str | None = None  # post
    submitted_for: str | None = None  # organization of that post
    verified_by: str | None = None  # person
    verified_at: datetime | None = None  # unknown of one that was verified before this was kept
    extension_pending: bool = False
    extension_asked_by: str | None = None  # person
    extension_asked_until: datetime | None = None
    suspended_at: datetime | None = None
    suspended_until: datetime | None = None  # as intended when it was suspended
    suspended_from: Status | None = None
    suspended_hands: str | None = None
    assignments: int = 0
    returns: int = 0
    returns_upheld: int = 0
    extensions: int = 0  # granted
    suspensions: int = 0
    urgings: int = 0
    escalations: int = 0
    submissions: int = 0
    reopenings: int = 0
    look_backs: int = 0
    transfers: int = 0


class Step(NamedTuple):
    """One action: by whom, in which post of which organization, when, with what.

    `organization` is that of the acting post, if known. `evidence` names files or SHA-256 sums.
    """

    action: Action
    at: datetime
    person: str | None = None
    post: str | None = None
    organization: str | None = None
    to_organization: str | None = None
    due_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that may not be taken: why, which field (`path`, as in the API) is at fault, and what is possible now."""

    code: RefusalCode
    message: str
    path: str
    possible: tuple[Action, ...]


class _Need(StrEnum):
    """A field that an action can't do without."""

    ORGANIZATION = "toOrganization"
    EVIDENCE = "evidence"
    NOTE = "note"
    APPROVER = "person"


@dataclass(frozen=True, slots=True)
class Transition:
    """From which statuses an action is possible, where it leads, and what it needs.

    `target` is None where the status stays; RESUME alone leads back to where the suspension began.
    """

    sources: frozenset[Status]
    target: Status | None
    needs: tuple[_Need, ...] = ()


_S = Status
_UNDER_WAY = frozenset({_S.ASSIGNED, _S.RECTIFYING})
_OPEN = frozenset(_S) - {_S.CLOSED, _S.REJECTED}


def _from(*sources: Status, to: Status | None, needs: tuple[_Need, ...] = ()) -> Transition:
    return Transition(frozenset(sources), to, needs)


TRANSITIONS: Mapping[Action, Transition] = MappingProxyType(
    {
        Action.REGISTER: _from(_S.REPORTED, to=_S.REGISTERED),
        Action.ASSIGN: _from(_S.REGISTERED, to=_S.ASSIGNED, needs=(_Need.ORGANIZATION,)),
        Action.ACCEPT: _from(_S.ASSIGNED, to=_S.RECTIFYING),
        Action.RETURN: _from(*_UNDER_WAY, to=_S.RETURNED, needs=(_Need.NOTE,)),
        Action.UPHOLD_RETURN: _from(_S.RETURNED, to=_S.REGISTERED),
        Action.REFUSE_RETURN: _from(_S.RETURNED, to=_S.ASSIGNED),
        Action.REQUEST_EXTENSION: _from(*_UNDER_WAY, to=None),
        Action.GRANT_EXTENSION: _from(*_UNDER_WAY, to=None, needs=(_Need.APPROVER, _Need.NOTE)),
        Action.REFUSE_EXTENSION: _from(*_UNDER_WAY, to=None),
        Action.SUSPEND: _from(
            *_UNDER_WAY, _S.REGISTERED, _S.RETURNED, _S.SUBMITTED, to=_S.SUSPENDED, needs=(_Need.APPROVER, _Need.NOTE)
        ),
        Action.RESUME: _from(_S.SUSPENDED, to=None),
        Action.URGE: _from(*(_OPEN - {_S.SUSPENDED}), to=None),
        Action.ESCALATE: _from(*_OPEN, to=None),
        Action.SUBMIT: _from(_S.RECTIFYING, to=_S.SUBMITTED, needs=(_Need.EVIDENCE,)),
        Action.VERIFY: _from(_S.SUBMITTED, to=_S.VERIFIED),
        Action.REOPEN: _from(_S.SUBMITTED, _S.VERIFIED, _S.CLOSED, to=_S.RECTIFYING),
        Action.CLOSE: _from(_S.VERIFIED, to=_S.CLOSED),
        Action.LOOK_BACK: _from(_S.CLOSED, to=None),
        Action.TRANSFER: _from(*(frozenset(_S) - {_S.REJECTED}), to=None),
        Action.REJECT: _from(_S.REPORTED, _S.REGISTERED, to=_S.REJECTED, needs=(_Need.NOTE,)),
    }
)

SETS_DUE_AT = frozenset(
    {
        Action.REGISTER,
        Action.ASSIGN,
        Action.REFUSE_RETURN,
        Action.GRANT_EXTENSION,
        Action.RESUME,
        Action.REOPEN,
    }
)
"""Actions whose `due_at` becomes the deadline."""

PROPOSES_DUE_AT = frozenset({Action.REQUEST_EXTENSION, Action.SUSPEND})
"""Actions whose `due_at` is kept beside the deadline and does not move it."""

_NAMES_DUE_AT = SETS_DUE_AT | PROPOSES_DUE_AT
_EXTENDS = frozenset({Action.GRANT_EXTENSION, Action.REQUEST_EXTENSION})

_MISSING: Mapping[_Need, tuple[RefusalCode, str]] = MappingProxyType(
    {
        _Need.ORGANIZATION: (RefusalCode.MISSING_ORGANIZATION, "the organization that it goes to"),
        _Need.EVIDENCE: (RefusalCode.MISSING_EVIDENCE, "evidence of what was done"),
        _Need.NOTE: (RefusalCode.MISSING_NOTE, "a note that says why"),
        _Need.APPROVER: (RefusalCode.MISSING_PERSON, "the person or post that approves it"),
    }
)


def begin(discovered_at: datetime, clock: timedelta | None = None) -> Life:
    """A problem just reported. `clock` is the time that an assignment gives when it names no deadline (by severity)."""
    return Life(discovered_at=discovered_at, last_at=discovered_at, clock=clock)


def possible(life: Life) -> tuple[Action, ...]:
    """The actions that `apply` accepts now, given the fields that each needs; in the order of `Action`."""
    return tuple(action for action in Action if _is_possible(life, action))


def apply(life: Life, step: Step) -> Life | Refused:
    """The life after the step, or why it is refused."""
    refused = _refusal(life, step)
    return _after(life, step) if refused is None else refused


def replay(discovered_at: datetime, steps: Iterable[Step], clock: timedelta | None = None) -> Life | Refused:
    """The life after all steps, in the order given, or the refusal of the first that is illegal."""
    life = begin(discovered_at, clock)
    for step in steps:
        after = apply(life, step)
        if isinstance(after, Refused):
            return after
        life = after
    return life


def has_run_out(due_at: datetime | None, at: datetime) -> bool:
    """Whether the deadline had passed at that instant; done on the very instant is in time."""
    return due_at is not None and at > due_at


def _is_possible(life: Life, action: Action) -> bool:
    if life.status not in TRANSITIONS[action].sources:
        return False
    pending = _EXTENSION_PENDING.get(action)
    return pending is None or pending == life.extension_pending


_EXTENSION_PENDING: Mapping[Action, bool] = MappingProxyType(
    {Action.REQUEST_EXTENSION: False, Action.GRANT_EXTENSION: True, Action.REFUSE_EXTENSION: True}
)
"""Whether an extension must wait for an answer, or none may."""


def _refusal(life: Life, step: Step) -> Refused | None:
    found = _objection(life, step)
    return None if found is None else Refused(*found, possible(life))


def _objection(life: Life, step: Step) -> tuple[RefusalCode, str, str] | None:
    """Code, message and path of a refusal."""
    action = step.action
    if not _is_possible(life, action):
        return RefusalCode.ILLEGAL_TRANSITION, _illegal(life, action), "action"
    if step.at < life.last_at:
        what = "the discovery" if life.last_at == life.discovered_at else "the last event"
        message = f"{action} at {step.at.isoformat()} lies before {what} at {life.last_at.isoformat()}."
        return RefusalCode.OUT_OF_ORDER, f"{message} Give a time not before that.", "at"
    for need in TRANSITIONS[action].needs:
        if not _is_given(step, need):
            code, what = _MISSING[need]
            return code, f"{action} needs {what}.", need.value
    if action is Action.VERIFY and _same(step.person, life.submitted_by):
        message = "Who submitted the rectification may not verify it. Another person must."
        return RefusalCode.SAME_PERSON, message, "person"
    if action is Action.GRANT_EXTENSION and _same(step.person, life.extension_asked_by):
        message = "Who asked for the extension may not grant it. Another person must."
        return RefusalCode.SAME_PERSON, message, "person"
    bad_due_at = _bad_due_at(life, step)
    return None if bad_due_at is None else (*bad_due_at, "dueAt")


def _illegal(life: Life, action: Action) -> str:
    can = ", ".join(possible(life)) or "nothing more"
    why = f"{action} is not possible while the problem is {life.status}"
    if life.status in TRANSITIONS[action].sources:
        why = f"{action} is not possible: " + (
            "an extension already waits for an answer" if life.extension_pending else "no extension was asked for"
        )
    return f"{why}. Possible now: {can}."


def _is_given(step: Step, need: _Need) -> bool:
    match need:
        case _Need.ORGANIZATION:
            return bool(step.to_organization)
        case _Need.EVIDENCE:
            return any(item.strip() for item in step.evidence)
        case _Need.NOTE:
            return bool(step.note and step.note.strip())
        case _Need.APPROVER:
            return bool(step.person or step.post)


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def _bad_due_at(life: Life, step: Step) -> tuple[RefusalCode, str] | None:
    due_at = _asked_due_at(life, step)
    if due_at is None:
        if step.action is Action.GRANT_EXTENSION:
            return RefusalCode.MISSING_DUE_AT, "GRANT_EXTENSION needs the new deadline; the request named none either."
        return None
    if step.action not in _NAMES_DUE_AT:
        who = ", ".join(action for action in Action if action in SETS_DUE_AT)
        return RefusalCode.BAD_DUE_AT, f"{step.action} sets no deadline; these do: {who}."
    if due_at < life.discovered_at:
        message = f"The deadline {due_at.isoformat()} lies before the discovery at {life.discovered_at.isoformat()}."
        return RefusalCode.BAD_DUE_AT, message
    if step.action in _EXTENDS and life.due_at is not None and due_at <= life.due_at:
        message = f"An extension must end after the present deadline {life.due_at.isoformat()}."
        return RefusalCode.BAD_DUE_AT, message
    return None


def _asked_due_at(life: Life, step: Step) -> datetime | None:
    """The deadline that the step names; a grant that names none grants what was asked."""
    if step.due_at is None and step.action is Action.GRANT_EXTENSION:
        return life.extension_asked_until
    return step.due_at


def _after(before: Life, step: Step) -> Life:
    """The effect of a step that is allowed."""
    action = step.action
    due_at = (_asked_due_at(before, step) if action in SETS_DUE_AT else None) or before.due_at
    status = TRANSITIONS[action].target or before.status
    changes = {"last_at": step.at, "status": status, "due_at": due_at, **_changes(before, step, due_at)}
    after = object.__new__(Life)  # `dataclasses.replace` takes twenty times as long, and a county's events are many
    object.__setattr__(after, "__dict__", vars(before) | changes)
    return after


def _changes(life: Life, step: Step, due_at: datetime | None) -> dict[str, object]:
    """What the action changes by itself. `due_at`: the deadline now, which the step may have set."""
    match step.action:  # what a problem goes through in any case comes first, and is found soonest
        case Action.REGISTER:
            return {"registered_by": step.organization, "held_by": step.organization}
        case Action.ASSIGN:
            return {
                "due_at": due_at or (None if life.clock is None else step.at + life.clock),
                "assigned_by": step.organization or life.held_by or life.registered_by,
                "assigned_to": step.to_organization,
                "held_by": step.to_organization,
                "assignments": life.assignments + 1,
            }
        case Action.ACCEPT:
            return {}
        case Action.SUBMIT:
            return {
                **_LAPSED,
                "held_by": life.assigned_by,
                "submitted_by": step.person,
                "submitted_as": step.post,
                "submitted_for": step.organization,
                "submissions": life.submissions + 1,
            }
        case Action.VERIFY:
            return {"verified_by": step.person, "verified_at": step.at}
        case Action.CLOSE:
            return {"held_by": None, "closed_at": step.at}
        case Action.RETURN:
            return {**_LAPSED, "held_by": life.assigned_by, "returns": life.returns + 1}
        case Action.UPHOLD_RETURN:
            return {"assigned_to": None, "returns_upheld": life.returns_upheld + 1}
        case Action.REFUSE_RETURN:
            return {"held_by": life.assigned_to}
        case Action.REQUEST_EXTENSION:
            return {
                "extension_pending": True,
                "extension_asked_by": step.person,
                "extension_asked_until": step.due_at,
            }
        case Action.GRANT_EXTENSION:
            return {**_LAPSED, "extensions": life.extensions + 1}
        case Action.REFUSE_EXTENSION:
            return _LAPSED
        case Action.REOPEN:
            return {
                "held_by": life.assigned_to,
                "submitted_by": None,
                "submitted_as": None,
                "submitted_for": None,
                "verified_by": None,
                "verified_at": None,
                "closed_at": None,
                "reopenings": life.reopenings + 1,
            }
        case Action.REJECT:
            return {"held_by": None}
        case Action.SUSPEND:
            return {
                "held_by": None,
                "suspended_at": step.at,
                "suspended_until": step.due_at,
                "suspended_from": life.status,
                "suspended_hands": life.held_by,
                "suspensions": life.suspensions + 1,
            }
        case Action.RESUME:
            return _resumed(life, step, due_at)
        case Action.URGE:
            return {"urgings": life.urgings + 1}
        case Action.ESCALATE:
            return {"escalations": life.escalations + 1}
        case Action.LOOK_BACK:
            return {"look_backs": life.look_backs + 1}
        case Action.TRANSFER:
            return {"transfers": life.transfers + 1}


_LAPSED: dict[str, object] = {"extension_pending": False, "extension_asked_by": None, "extension_asked_until": None}
"""Of an extension that was asked for."""


def _resumed(life: Life, step: Step, due_at: datetime | None) -> dict[str, object]:
    """Back to the status and hands before the suspension, with the time then left unless a deadline is named."""
    since = life.suspended_at
    if step.due_at is None and due_at is not None and since is not None and not has_run_out(due_at, since):
        due_at += step.at - since
    return {
        "status": life.suspended_from or life.status,
        "held_by": life.suspended_hands,
        "due_at": due_at,
        "suspended_at": None,
        "suspended_until": None,
        "suspended_from": None,
        "suspended_hands": None,
    }


def dump(life: Life) -> str:
    """The life as JSON text, without what is as it was at the beginning."""
    return json.dumps({name: _dumped(value) for name, value in vars(life).items() if value not in _UNSAID})


def load(text: str) -> Life:
    """The life that `dump` wrote."""
    said: dict[str, Any] = json.loads(text)
    return Life(**{name: _LOADERS[name](value) if name in _LOADERS else value for name, value in said.items()})


_UNSAID = (None, 0, False)
_LOADERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "discovered_at": datetime.fromisoformat,
        "last_at": datetime.fromisoformat,
        "due_at": datetime.fromisoformat,
        "passed": datetime.fromisoformat,
        "closed_at": datetime.fromisoformat,
        "verified_at": datetime.fromisoformat,
        "extension_asked_until": datetime.fromisoformat,
        "suspended_at": datetime.fromisoformat,
        "suspended_until": datetime.fromisoformat,
        "clock": lambda seconds: timedelta(seconds=seconds),
        "status": Status,
        "suspended_from": Status,
    }
)


def _dumped(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value
