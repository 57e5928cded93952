"""Whose hands a problem was in, and what speaks for a person: one small case for each sentence of the definition."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given

from graph.model.enums import CustodyReason as Because
from graph.model.enums import EventKind, Level, LineKind
from graph.model.enums import ExculpatoryReason as For
from graph.model.instants import OPEN
from services.accountability.rules import Custody, Earlier, Event, History, Hop, Line, Record, custody, exculpatory
from tests.oracle.counties import choices, made_of

FOUND = datetime.fromisoformat("2024-12-16T09:00+08:00")
HOUR = timedelta(hours=1)
HOMES = {"clerk": "office", "officer": "bureau", "guard": "housing"}


def event(hour: int, kind: str, post: str | None = None, to: str | None = None, due: int | None = None) -> Event:
    """Done at so many hours after the discovery, by the person of that post."""
    at, due_at = FOUND + hour * HOUR, None if due is None else FOUND + due * HOUR
    person = None if post is None else f"{post}-person"
    return Event(f"{kind}@{hour}", EventKind(kind), at, person, post, HOMES.get(post or ""), to, due_at)


def tenure(person: str, post: str, since: int = -1000, until: int | None = None) -> Record:
    end = OPEN if until is None else FOUND + until * HOUR
    return Record(
        f"{person}-{post}-{since}", f"{person}-{post}-{since}", person, post, FOUND + since * HOUR, end, FOUND
    )


def told(*events: Event, tenures: Sequence[Record] = (), earlier: Sequence[Earlier] = (), known: int = 100) -> History:
    return History(FOUND, FOUND + known * HOUR, None, events, tenures, earlier)


def hands(history: History) -> list[tuple[int, int, str | None, str | None, str]]:
    """From hour, until hour, organization, post, reason."""
    return [(hour(c.from_), hour(c.until), c.organization, c.post, c.reason.value) for c in custody(history)]


def hour(at: datetime) -> int:
    return int((at - FOUND) / HOUR)


BEGUN = (event(1, "REGISTER", "clerk"), event(2, "ASSIGN", "clerk", "bureau", 10), event(4, "ACCEPT", "officer"))


def test_first_the_registering_organization_then_the_assigned_one() -> None:
    assert hands(told(*BEGUN)) == [
        (0, 1, "office", None, "DISCOVERED"),
        (1, 2, "office", "clerk", "REGISTER"),
        (2, 4, "bureau", None, "ASSIGN"),
        (4, 100, "bureau", "officer", "ACCEPT"),
    ]


def test_nobody_has_registered_it() -> None:
    assert hands(told()) == [(0, 100, None, None, "DISCOVERED")]


def test_a_return_gives_it_back_and_a_refusal_gives_it_to_the_assigned_one_again() -> None:
    assert hands(told(*BEGUN, event(5, "RETURN", "officer"), event(7, "REFUSE_RETURN", "clerk")))[3:] == [
        (4, 5, "bureau", "officer", "ACCEPT"),
        (5, 7, "office", None, "RETURN"),
        (7, 100, "bureau", None, "REFUSE_RETURN"),
    ]


def test_a_submission_gives_it_to_who_must_check_and_a_reopening_back() -> None:
    history = told(*BEGUN, event(5, "SUBMIT", "officer"), event(7, "REOPEN", "clerk"))
    assert hands(history)[4:] == [(5, 7, "office", None, "SUBMIT"), (7, 100, "bureau", "officer", "REOPEN")]


CHECKED = (*BEGUN, event(5, "SUBMIT", "officer"), event(7, "VERIFY", "clerk"), event(8, "CLOSE", "clerk"))


def test_the_last_close_ends_it_and_before_a_reopening_nobody_has_it() -> None:
    assert hands(told(*CHECKED, event(9, "LOOK_BACK", "clerk")))[-1] == (5, 8, "office", None, "SUBMIT")
    assert hands(told(*CHECKED, event(11, "REOPEN", "clerk")))[5:] == [
        (8, 11, None, None, "CLOSE"),
        (11, 100, "bureau", "officer", "REOPEN"),
    ]


def test_transfer_and_extension_change_no_hands() -> None:
    more = (
        event(5, "REQUEST_EXTENSION", "officer", due=20),
        event(6, "GRANT_EXTENSION", "clerk"),
        event(7, "TRANSFER", "clerk"),
    )
    assert len(hands(told(*BEGUN, *more))) == 4


def test_a_suspended_stretch_is_of_its_own_and_nobody_s_clock_runs() -> None:
    found = custody(
        told(*BEGUN, event(6, "SUSPEND", "clerk"), event(50, "RESUME", "clerk"), event(60, "SUBMIT", "officer"))
    )
    assert [(c.reason, c.post, c.late) for c in found[4:]] == [
        (Because.SUSPEND, "officer", False),
        (Because.RESUME, "officer", True),  # ten hours were allowed, of which four were left
        (Because.SUBMIT, None, True),
    ]


def test_a_new_holder_is_a_change_of_hands_too() -> None:
    tenures = [tenure("officer-person", "officer", until=20), tenure("next", "officer", 30)]
    found = custody(told(*BEGUN, tenures=tenures))
    assert [(hour(c.from_), c.reason, c.holder) for c in found[3:]] == [
        (4, Because.ACCEPT, "officer-person"),
        (20, Because.HANDOVER, None),
        (30, Because.HANDOVER, "next"),
    ]


def test_late_is_what_ends_after_the_clock_has_run_out_and_on_the_instant_is_in_time() -> None:
    assert [c.late for c in custody(told(*BEGUN, event(10, "SUBMIT", "officer")))][3] is False
    assert [c.late for c in custody(told(*BEGUN, event(11, "SUBMIT", "officer")))][3] is True


@given(choices())
def test_the_intervals_touch_and_sum_to_the_whole(made: tuple[int, ...]) -> None:
    county = made_of(made, "", str)
    for problem in (thing for thing in county.things.values() if thing.kind == "Problem"):
        own = problem.states[-1][1]
        events = tuple(
            Event(h.id, EventKind(h.kind), h.at, h.person, h.post, h.post and f"of {h.post}", h.to, h.due)
            for h in county.happenings
            if h.problem == problem.id
        )
        tenures = tuple(
            Record(f.id, f.source_id, f.from_, f.to, f.since, f.until, f.recorded_at)
            for f in county.facts
            if f.kind == "MEMBERSHIP"
        )
        known_at = max(event.at for event in events) + HOUR
        found = custody(History(own["discovered"], known_at, own["clock"], events, tenures))
        assert all(one.until == next_.from_ for one, next_ in pairwise(found))
        assert all(one.from_ < one.until for one in found)
        if found:
            assert found[0].from_ == own["discovered"]
            assert found[0].reason is Because.DISCOVERED
            ends = [event.at for event in events if event.kind in ("CLOSE", "REJECT")]
            assert found[-1].until in (known_at, *ends[-1:])


# ---- what speaks for a person ----


def merits(history: History, *holders: Record, as_of: int = 0) -> list[tuple[str, str, str | None]]:
    hops = tuple(Hop(Level.DIRECT, 0, post=m.to, holder=m.from_, membership=m) for m in holders)
    lines = [Line(LineKind.TERRITORIAL, hops)]
    found = exculpatory(history, lines, custody(history), FOUND + as_of * HOUR)
    return [(item.holder, item.reason.value, item.event or item.membership) for item in found]


OFFICER = tenure("officer-person", "officer")


def test_reported_or_escalated_before_the_clock_ran_out() -> None:
    reported = event(0, "REPORTED", "officer")
    history = told(reported, *BEGUN, event(9, "ESCALATE", "officer"), event(11, "ESCALATE", "officer"))
    found = merits(history, OFFICER)
    assert ("officer-person", For.REPORTED.value, "REPORTED@0") in found
    assert [event for _, reason, event in found if reason == For.ESCALATED] == ["ESCALATE@9"]


def test_reported_an_earlier_one_that_was_not_verified_by_then() -> None:
    left = Earlier("officer-person", (event(-90, "REPORTED", "officer"), event(-5, "VERIFY"), event(-2, "REOPEN")))
    done = Earlier("officer-person", (event(-80, "REPORTED", "officer"), event(0, "VERIFY")))
    found = merits(told(earlier=[left, done]), OFFICER)
    assert found == [("officer-person", For.REPORTED_EARLIER.value, "REPORTED@-90")]


def test_several_earlier_reports_stand_in_the_order_of_time() -> None:
    """Found by the oracle, seed 7001600: they stood in the order of their opaque ids."""
    first, second = event(-90, "REPORTED", "officer"), event(-80, "REPORTED", "officer")
    both = [Earlier("officer-person", (second,)), Earlier("officer-person", (first,))]
    assert [found for _, _, found in merits(told(earlier=both), OFFICER)] == [first.id, second.id]


def test_asked_for_an_extension_that_was_granted() -> None:
    asked = (*BEGUN, event(5, "REQUEST_EXTENSION", "officer", due=20))
    assert For.EXTENSION_GRANTED in [
        r for _, r, _ in merits(told(*asked, event(6, "GRANT_EXTENSION", "clerk")), OFFICER)
    ]
    assert For.EXTENSION_GRANTED not in [r for _, r, _ in merits(told(*asked, event(6, "REFUSE_EXTENSION")), OFFICER)]


def test_returned_it_and_the_return_was_upheld() -> None:
    returned = (*BEGUN, event(5, "RETURN", "officer"))
    found = merits(told(*returned, event(6, "UPHOLD_RETURN", "clerk")), OFFICER)
    assert ("officer-person", For.RETURN_UPHELD.value, "RETURN@5") in found
    assert For.RETURN_UPHELD not in [r for _, r, _ in merits(told(*returned, event(6, "REFUSE_RETURN")), OFFICER)]


def test_held_the_post_for_less_than_the_clock_and_a_renewal_is_no_new_post() -> None:
    new = tenure("officer-person", "officer", -7)
    assert For.HELD_BRIEFLY in [r for _, r, _ in merits(told(*BEGUN), new)]  # seven hours of eight
    before = tenure("officer-person", "officer", -30, -7)
    assert For.HELD_BRIEFLY not in [r for _, r, _ in merits(told(*BEGUN, tenures=[before, new]), new)]
    assert For.HELD_BRIEFLY not in [r for _, r, _ in merits(told(), new)]  # no clock applied


def test_acted_within_every_clock() -> None:
    in_time = told(*BEGUN, event(9, "SUBMIT", "officer"), tenures=[OFFICER], known=10)
    assert merits(in_time, OFFICER)[-1] == ("officer-person", For.ACTED_IN_TIME.value, "SUBMIT@9")
    assert merits(told(*BEGUN, event(11, "SUBMIT", "officer"), tenures=[OFFICER]), OFFICER) == []


def test_only_those_on_the_trace_are_spoken_for() -> None:
    assert merits(told(event(0, "REPORTED", "guard")), OFFICER) == []
    assert custody(told())[0] == Custody(FOUND, FOUND + 100 * HOUR, Because.DISCOVERED)
