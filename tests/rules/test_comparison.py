"""Two traces compared: who came and who went, and but for which record."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.enums import ChangeKind, Gap, Role
from graph.model.instants import OPEN
from services.accountability.rules import Change, Facts, Link, Record, Side, Version, compare
from services.campaign.rulebook import shipped
from tests.rules.test_trace_lines import DAY, SINCE, answers, record

THEN = SINCE + 10 * DAY
NOW = SINCE + 20 * DAY


def seen_at(as_of: datetime, known_at: datetime, told: list[Record]) -> Side:
    """The trace of area `a` at that moment: memberships, and else responsibilities. A version's id is `name~n`."""
    family: dict[str, list[Version]] = {}
    for one, after in zip(told, [*told[1:], None], strict=True):
        corrected = after is not None and after.id.partition("~")[0] == one.id.partition("~")[0]
        end = after.recorded_at if corrected and after is not None else OPEN
        version = Version(one.id, one.valid_from, one.valid_to, one.recorded_at, end)
        family.setdefault(one.id.partition("~")[0], []).append(version)
    versions = {v.id: own[n:] for own in family.values() for n, v in enumerate(own)}
    there = [one for one in told if versions[one.id][0].stands(known_at) and one.valid_from <= as_of < one.valid_to]
    facts = Facts(
        SINCE,
        area="a",
        responsibilities=[one for one in there if one.role],
        memberships=[one for one in there if not one.role],
    )
    return Side(facts, "a", as_of, known_at, versions)


def told(changes: tuple[Change, ...]) -> list[tuple[str, str | None, str | None, tuple[str, ...]]]:
    """Kind, and holder or gap, before and after, and the records."""
    return [
        (
            change.kind.value,
            change.before and (change.before.holder or str(change.before.gap)),
            change.after and (change.after.holder or str(change.after.gap)),
            change.records,
        )
        for change in changes
    ]


DUTY = answers("p", "a")


def test_a_new_holder_is_added_by_his_membership_and_the_old_one_gone_by_the_end_of_his() -> None:
    memberships = [record("x", "p", "mx", interval=(SINCE, THEN)), record("y", "p", "my", interval=(THEN, OPEN))]
    before, after = (seen_at(at, NOW, [DUTY, *memberships]) for at in (THEN - DAY, THEN))
    assert told(compare(before, after, shipped())) == [
        ("ADDED", None, "y", ("my",)),
        ("REMOVED", "x", None, ("mx",)),
    ]


def test_a_correction_is_named_and_not_what_it_corrected() -> None:
    one = record("x", "p", "m")
    two = replace(one, id="m~2", from_="y", recorded_at=THEN)
    before, after = (seen_at(NOW, known, [DUTY, one, two]) for known in (THEN - DAY, THEN))
    assert told(compare(before, after, shipped())) == [
        ("ADDED", None, "y", ("m~2",)),
        ("REMOVED", "x", None, ("m~2",)),
    ]


def test_a_record_taken_back_leaves_a_vacancy() -> None:
    one = record("x", "p", "m")
    two = replace(one, id="m~2", valid_to=one.valid_from, recorded_at=THEN)
    before, after = (seen_at(NOW, known, [DUTY, one, two]) for known in (THEN - DAY, THEN))
    assert told(compare(before, after, shipped())) == [
        ("ADDED", None, str(Gap.VACANT), ("m~2",)),
        ("REMOVED", "x", None, ("m~2",)),
    ]


def test_what_is_known_of_a_second_holder_changes_the_first() -> None:
    both = [record("x", "p", "mx"), record("y", "p", "my", recorded=THEN)]
    before, after = (seen_at(NOW, known, [DUTY, *both]) for known in (THEN - DAY, THEN))
    assert told(compare(before, after, shipped())) == [
        ("CHANGED", "x", "x", ("my",)),
        ("ADDED", None, "y", ("my",)),
    ]


def test_two_records_without_either_of_which_nobody_would_be_there() -> None:
    new = [answers("q", "a", Role.LEADER, name="duty", recorded=THEN), record("y", "q", "my", recorded=THEN)]
    before, after = (seen_at(NOW, known, [DUTY, *new]) for known in (THEN - DAY, THEN))
    assert told(compare(before, after, shipped())) == [("ADDED", None, "y", ("duty", "my"))]


def test_where_each_of_two_closes_a_gap_both_are_named() -> None:
    new = [answers("p", "a", name="one", recorded=THEN), answers("q", "a", name="two", recorded=THEN)]
    before, after = (seen_at(NOW, known, new) for known in (THEN - DAY, THEN))
    assert told(compare(before, after, shipped()))[-1] == ("REMOVED", str(Gap.UNASSIGNED), None, ("one", "two"))


def test_where_either_would_have_been_enough_both_are_named() -> None:
    old = [
        answers("q", "a", Role.LEADER, name="duty", interval=(SINCE, THEN)),
        record("y", "q", "my", interval=(SINCE, THEN)),
    ]
    before, after = (seen_at(at, NOW, [DUTY, *old]) for at in (THEN - DAY, THEN))
    assert ("REMOVED", "y", None, ("duty", "my")) in told(compare(before, after, shipped()))


def test_what_is_only_reached_on_one_side_is_no_cause() -> None:
    """The site moves: what there was before in its new area did not come into being by that."""
    moved = Version("w2", THEN, OPEN, SINCE, OPEN)
    versions = {
        "w1": [Version("w1", SINCE, THEN, SINCE, OPEN)],
        "w2": [moved],
        **{f"{p}>{a}": [Version(f"{p}>{a}", SINCE, OPEN, SINCE, OPEN)] for p, a in (("p", "a"), ("q", "b"))},
    }
    one, other = (
        Side(
            Facts(
                SINCE, area=area, site="s", site_kind="kind",
                within=[Link("s", area, id=link)], responsibilities=[answers(post, area)],
            ),
            None, at, NOW, versions,
        )
        for area, post, link, at in (("a", "p", "w1", THEN - DAY), ("b", "q", "w2", THEN))
    )  # fmt: skip
    changes = compare(one, other, shipped())
    assert [(c.kind, c.after.post if c.after else c.before and c.before.post, c.records) for c in changes] == [
        (ChangeKind.ADDED, "q", ("w1", "w2")),
        (ChangeKind.REMOVED, "p", ("w1",)),
    ]


INSTANTS = st.integers(0, 5).map(lambda n: SINCE + timedelta(days=n))


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    made: list[Record] = []
    for n in range(draw(st.integers(1, 6))):
        start, end = draw(INSTANTS), draw(INSTANTS)
        known, again = draw(INSTANTS), draw(INSTANTS)
        post = draw(st.sampled_from("pq"))
        first = draw(
            st.sampled_from([answers(post, "a", name=f"r{n}"), record(draw(st.sampled_from("xy")), post, f"r{n}")])
        )
        made.append(replace(first, valid_from=start, valid_to=max(start, end), recorded_at=known))
        if again > known:
            made.append(replace(made[-1], id=f"r{n}~2", valid_to=OPEN, recorded_at=again))
    return made


@settings(deadline=None)
@given(records(), INSTANTS, INSTANTS, INSTANTS, INSTANTS)
def test_properties(made: list[Record], one: datetime, two: datetime, known: datetime, known_too: datetime) -> None:
    """With itself nothing changed; the other way round what was added is removed."""
    before, after = seen_at(one, known, made), seen_at(two, known_too, made)
    assert compare(before, before, shipped()) == ()
    forth, back = compare(before, after, shipped()), compare(after, before, shipped())
    assert {(c.line, c.before, c.after) for c in forth} == {(c.line, c.after, c.before) for c in back}
