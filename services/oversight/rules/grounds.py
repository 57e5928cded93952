"""What must stand in the ledger behind each word for which a problem is transferred, and the receipt of a transfer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from graph.model.enums import GroundKind, TransferAction, TransferState


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a problem. `wrong`: a person recorded of it, in a finding that stands, that it was wrongly done."""

    id: str
    kind: str
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class _Behind:
    """`shown_by`: kinds of event that can show it; `at_least_one`: of which there must be one. Empty: any will do."""

    shown_by: frozenset[str] = frozenset()
    at_least_one: frozenset[str] = frozenset()


BEHIND: Mapping[GroundKind, _Behind] = MappingProxyType(
    {
        GroundKind.PASSED_ON: _Behind(
            frozenset({"ASSIGN", "RETURN", "UPHOLD_RETURN", "REFUSE_RETURN"}), frozenset({"RETURN"})
        ),
        GroundKind.WITHOUT_SUBSTANCE: _Behind(frozenset({"SUBMIT", "REOPEN"}), frozenset({"SUBMIT"})),
        GroundKind.NOTHING_DONE: _Behind(
            frozenset({"ASSIGN", "URGE", "ESCALATE", "DEADLINE_PASSED"}), frozenset({"URGE", "DEADLINE_PASSED"})
        ),
        GroundKind.WRONGLY_DONE: _Behind(),
        GroundKind.FALSE_RECTIFICATION: _Behind(
            frozenset({"SUBMIT", "VERIFY", "LOOK_BACK", "REOPEN"}), frozenset({"LOOK_BACK"})
        ),
    }
)


def rests_on(kind: GroundKind, happened: Sequence[Told], named: Sequence[str]) -> tuple[str, ...] | str:
    """The events behind a word: those named, else all that can show it; or what is wrong with it, as text."""
    behind = BEHIND[kind]
    known = {one.id: one for one in happened}
    if unknown := [record for record in named if record not in known]:
        return f"{unknown[0]} is no event of this problem; name some of its events, or none"
    shown = [one for one in happened if (one.kind in behind.shown_by if behind.shown_by else one.wrong)]
    if not named and not shown and not behind.shown_by:
        return (
            f"{kind} ({kind.zh}) rests on what somebody saw: name the events that it is about, or record it first "
            "(recordWronglyDone)"
        )
    found = [known[record] for record in named] or shown
    if wrong := [one for one in found if behind.shown_by and one.kind not in behind.shown_by]:
        kinds = ", ".join(sorted(behind.shown_by))
        return f"{wrong[0].kind} shows nothing of {kind} ({kind.zh}); these do: {kinds}"
    if behind.at_least_one and not any(one.kind in behind.at_least_one for one in found):
        kinds = " or ".join(sorted(behind.at_least_one))
        return f"nothing in the ledger stands behind {kind} ({kind.zh}): there is no {kinds}"
    return tuple(dict.fromkeys(one.id for one in found))


def receipts(state: TransferState) -> tuple[TransferAction, ...]:
    """What the one who receives a transfer may do with it now."""
    match state:
        case TransferState.SENT:
            return (TransferAction.ACKNOWLEDGE,)
        case TransferState.ACKNOWLEDGED:
            return (TransferAction.ACCEPT, TransferAction.RETURN)
        case TransferState.ACCEPTED | TransferState.RETURNED:
            return ()
