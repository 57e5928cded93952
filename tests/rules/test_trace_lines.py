"""The definition of a trace, sentence by sentence: one small case for each."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.enums import Capacity, Gap, Level, LineKind, Role
from graph.model.instants import OPEN
from services.accountability.rules import Facts, Hop, Link, Record, lines
from services.accountability.rules.held import by_from
from services.accountability.rules.superiors import Superiors
from services.campaign.rulebook import shipped

DAY = timedelta(days=1)
SINCE = datetime.fromisoformat("2024-12-01T00:00+08:00")
TERRITORIAL, INDUSTRY, TASK, SUPERVISION, PARTY = LineKind
DIRECT, SUPERVISORY, LEADERSHIP = Level


def record(from_: str, to: str, name: str = "", **more: Any) -> Record:
    """A fact that was known before the subject."""
    name = name or f"{from_}>{to}"
    since, until = more.pop("interval", (SINCE, OPEN))
    return Record(name, name, from_, to, since, until, more.pop("recorded", SINCE), **more)


def answers(post: str, subject: str, role: Role = Role.SUPERVISOR, **more: Any) -> Record:
    return record(post, subject, role=role, **more)


def regulates(organization: str, subject: str, capacity: Capacity = Capacity.INDUSTRY) -> Record:
    return record(organization, subject, f"{organization}-{capacity}-{subject}", capacity=capacity)


def at_site(**more: Any) -> Facts:
    return Facts(SINCE, site="site", site_kind="kind", **more)


def traced(facts: Facts) -> dict[LineKind, tuple[Hop, ...]]:
    return {line.kind: line.hops for line in lines(facts, shipped())}


def seen(hops: tuple[Hop, ...]) -> list[str]:
    """Post or gap, level and distance of each hop."""
    return [f"{hop.post or hop.organization or hop.area or '-'} {hop.level} {hop.distance}" for hop in hops]


# ---- line 1 ----


def test_each_area_up_is_one_more_distant_and_names_the_area() -> None:
    facts = Facts(
        SINCE,
        area="grid",
        within=[Link("grid", "street"), Link("street", "county")],
        responsibilities=[
            answers("worker", "grid", Role.GRID_WORKER),
            answers("chief", "street"),
            answers("leader", "county", Role.LEADER),
        ],
    )
    hops = traced(facts)[TERRITORIAL]
    assert seen(hops) == ["worker DIRECT 0", "chief SUPERVISORY 1", "leader LEADERSHIP 2"]
    assert [hop.area for hop in hops] == ["grid", "street", "county"]


def test_an_area_for_which_nobody_answers_is_a_gap_with_who_governs_it() -> None:
    facts = Facts(SINCE, area="grid", governs=[Link("office", "grid")])
    (gap,) = traced(facts)[TERRITORIAL]
    assert gap == Hop(DIRECT, 0, organization="office", area="grid", gap=Gap.UNASSIGNED)


def test_a_county_for_which_nobody_answers_is_no_gap() -> None:
    assert traced(Facts(SINCE, area="county", area_kinds={"county": "COUNTY"}))[TERRITORIAL] == ()


def test_who_watches_an_area_does_not_answer_for_it() -> None:
    facts = Facts(SINCE, area="grid", responsibilities=[answers("eye", "grid", Role.INSPECTOR)])
    found = traced(facts)
    assert found[TERRITORIAL][0].gap is Gap.UNASSIGNED
    assert seen(found[SUPERVISION]) == ["eye SUPERVISORY 0"]


def test_a_superior_by_role_is_no_responsibility() -> None:
    facts = Facts(SINCE, area="grid", responsibilities=[answers("boss", "grid", Role.SUPERIOR)])
    assert [hop.gap for hop in traced(facts)[TERRITORIAL]] == [Gap.UNASSIGNED]


# ---- line 2 ----


def test_a_capacity_without_a_regulation_of_the_site_takes_those_of_its_kind() -> None:
    facts = at_site(
        regulations=[
            regulates("housing", "site"),
            regulates("urban", "kind"),
            regulates("safety", "kind", Capacity.PRODUCTION),
        ]
    )
    gaps = {(hop.organization, hop.capacity) for hop in traced(facts)[INDUSTRY]}
    assert gaps == {("housing", Capacity.INDUSTRY), ("safety", Capacity.PRODUCTION)}


def test_a_regulator_answers_by_its_posts_for_the_site_else_for_its_kind_and_by_its_head() -> None:
    facts = at_site(
        regulations=[regulates("housing", "site")],
        responsibilities=[answers("clerk", "kind"), answers("guard", "site")],
        post_in=[Link("clerk", "housing"), Link("guard", "housing")],
        heads=[record("head", "housing", explicit=False)],
    )
    assert seen(traced(facts)[INDUSTRY]) == ["guard SUPERVISORY 0", "head LEADERSHIP 1"]


def test_posts_of_organizations_below_are_of_an_organization() -> None:
    facts = at_site(
        regulations=[regulates("housing", "site")],
        responsibilities=[answers("guard", "site")],
        post_in=[Link("guard", "station")],
        part_of=[Link("station", "brigade"), Link("brigade", "housing")],
    )
    assert "guard SUPERVISORY 0" in seen(traced(facts)[INDUSTRY])


def test_of_a_government_are_its_own_posts_only() -> None:
    facts = at_site(
        regulations=[regulates("county", "site")],
        organization_kinds={"county": "GOVERNMENT"},
        responsibilities=[answers("guard", "site")],
        post_in=[Link("guard", "housing")],
        part_of=[Link("housing", "county")],
    )
    found = traced(facts)
    assert seen(found[INDUSTRY]) == ["county DIRECT 0", "county LEADERSHIP 1"]
    assert seen(found[TERRITORIAL]) == ["guard SUPERVISORY 0"]  # left over, not dropped


def test_an_explicit_link_silences_the_column() -> None:
    facts = at_site(
        regulations=[regulates("housing", "site")],
        responsibilities=[answers("guard", "site")],
        post_in=[Link("guard", "housing", explicit=False), Link("guard", "transport")],
        heads=[record("old", "housing", explicit=False), record("new", "housing")],
    )
    assert seen(traced(facts)[INDUSTRY]) == ["housing DIRECT 0", "new LEADERSHIP 1"]


def test_nobody_regulates_is_one_gap_without_organization() -> None:
    assert traced(at_site())[INDUSTRY] == (Hop(DIRECT, 0, gap=Gap.UNASSIGNED),)


def test_no_head_post_is_a_gap_with_that_role_and_its_level() -> None:
    gap = traced(at_site(regulations=[regulates("housing", "site")]))[INDUSTRY][-1]
    assert (gap.role, gap.level, gap.distance, gap.gap) == (Role.HEAD, LEADERSHIP, 1, Gap.UNASSIGNED)


# ---- line 3 ----


def test_a_subtask_without_organizations_takes_those_of_the_nearest_task_above() -> None:
    facts = Facts(
        SINCE,
        task="leaf",
        subtasks=[Link("leaf", "branch"), Link("branch", "root")],
        task_links=[
            Link("housing", "branch", capacity=Capacity.LEAD),
            Link("county", "root", capacity=Capacity.LEAD),
        ],
        responsibilities=[answers("guard", "branch"), answers("far", "root")],
        post_in=[Link("guard", "housing"), Link("far", "housing")],
        heads=[record("head", "housing")],
    )
    assert seen(traced(facts)[TASK]) == ["guard SUPERVISORY 0", "head LEADERSHIP 1"]


def test_no_organization_anywhere_is_one_gap_and_the_tasks_are_the_subject_s_alone() -> None:
    facts = Facts(
        SINCE,
        task="leaf",
        subtasks=[Link("leaf", "root")],
        responsibilities=[answers("far", "root"), answers("n", "leaf")],
    )
    assert seen(traced(facts)[TASK]) == ["- DIRECT 0", "n SUPERVISORY 0"]


def test_what_answers_for_a_task_of_the_line_otherwise_stands_there_without_capacity() -> None:
    facts = Facts(
        SINCE,
        task="task",
        task_links=[Link("housing", "task", capacity=Capacity.LEAD)],
        responsibilities=[answers("guest", "task", Role.RESPONSIBLE)],
        heads=[record("head", "housing")],
    )
    hops = traced(facts)[TASK]
    assert [(hop.post, hop.capacity) for hop in hops] == [
        (None, Capacity.LEAD),
        ("guest", None),
        ("head", Capacity.LEAD),
    ]


# ---- line 4 ----


def test_those_whom_an_instruction_tells_stand_where_a_task_has_its_organizations() -> None:
    facts = Facts(
        SINCE,
        task="part",
        instruction="told",
        subtasks=[Link("part", "whole")],
        task_links=[
            Link("housing", "told", capacity=Capacity.RECIPIENT),
            Link("water", "told", capacity=Capacity.RECIPIENT),
        ],
        post_in=[Link("clerk", "housing"), Link("other", "water"), Link("writer", "roads")],
        responsibilities=[answers("clerk", "part"), answers("other", "whole"), answers("writer", "part")],
        heads=[record("boss", "housing")],
    )
    hops = traced(facts)[TASK]
    assert {(hop.post or hop.organization, hop.role, hop.capacity, hop.gap) for hop in hops if hop.distance == 0} == {
        ("clerk", Role.SUPERVISOR, Capacity.RECIPIENT, Gap.VACANT),
        ("water", None, Capacity.RECIPIENT, Gap.UNASSIGNED),  # it answers for the task above, which is none of these
        ("writer", Role.SUPERVISOR, None, Gap.VACANT),
    }
    assert [(hop.post or hop.organization, hop.role, hop.capacity) for hop in hops if hop.distance == 1] == [
        ("water", Role.HEAD, Capacity.RECIPIENT),
        ("boss", Role.HEAD, Capacity.RECIPIENT),
    ]
    alone = Facts(SINCE, instruction="told", task_links=[Link("housing", "told", capacity=Capacity.RECIPIENT)])
    assert seen(traced(alone)[TASK]) == ["housing DIRECT 0", "housing LEADERSHIP 1"]


def test_a_supervision_body_watches_unless_it_regulates_or_has_the_task() -> None:
    facts = at_site(
        organization_kinds={"bureau": "SUPERVISION_BODY"},
        responsibilities=[answers("eye", "site", Role.RESPONSIBLE)],
        post_in=[Link("eye", "bureau")],
    )
    assert seen(traced(facts)[SUPERVISION]) == ["eye SUPERVISORY 0"]  # no level there is below SUPERVISORY
    assert traced(facts)[TERRITORIAL] == ()
    regulating = at_site(
        organization_kinds={"bureau": "SUPERVISION_BODY"},
        responsibilities=[answers("eye", "site", Role.RESPONSIBLE)],
        post_in=[Link("eye", "bureau")],
        regulations=[regulates("bureau", "site")],
    )
    assert traced(regulating)[SUPERVISION] == ()
    assert "eye DIRECT 0" in seen(traced(regulating)[INDUSTRY])


def test_nobody_watching_is_no_gap() -> None:
    assert traced(at_site())[SUPERVISION] == ()


# ---- line 5, and what is left over ----


def test_who_operates_stands_by_its_head_and_its_posts_and_has_no_superiors() -> None:
    facts = at_site(
        operates=[Link("builder", "site")],
        heads=[record("boss", "builder")],
        responsibilities=[answers("manager", "site", Role.RESPONSIBLE), answers("cadre", "site", Role.LEADER)],
        post_in=[Link("manager", "branch"), Link("cadre", "street")],
        part_of=[Link("branch", "builder")],
        reporting=[record("boss", "owner")],
    )
    found = traced(facts)
    assert seen(found[PARTY]) == ["boss DIRECT 0", "manager DIRECT 0"]
    assert seen(found[TERRITORIAL]) == ["cadre LEADERSHIP 0"]
    assert found[TERRITORIAL][0].area is None


# ---- superiors ----


def test_superiors_go_to_the_top_one_level_and_one_distance_more_for_each() -> None:
    facts = Facts(
        SINCE,
        area="grid",
        responsibilities=[answers("worker", "grid", Role.GRID_WORKER)],
        reporting=[record("worker", "chief"), record("chief", "mayor"), record("mayor", "governor")],
    )
    hops = traced(facts)[TERRITORIAL]
    assert seen(hops) == ["worker DIRECT 0", "chief SUPERVISORY 1", "mayor LEADERSHIP 2", "governor LEADERSHIP 3"]
    assert [hop.role for hop in hops[1:]] == [Role.SUPERIOR] * 3


def test_a_post_that_reports_to_several_is_followed_along_all() -> None:
    facts = Facts(
        SINCE,
        area="grid",
        responsibilities=[answers("worker", "grid", Role.GRID_WORKER)],
        reporting=[record("worker", "a"), record("worker", "b"), record("a", "top"), record("b", "top")],
    )
    hops = traced(facts)[TERRITORIAL]
    assert [hop.post for hop in hops] == ["worker", "a", "b", "top"]
    assert hops[-1].record == record("a", "top")  # of two ways alike the least sourceId


def test_a_walk_that_comes_back_marks_the_post_that_it_meets_again() -> None:
    facts = Facts(
        SINCE,
        area="grid",
        responsibilities=[answers("worker", "grid", Role.GRID_WORKER)],
        reporting=[record("worker", "a"), record("a", "b"), record("b", "a")],
    )
    gaps = {hop.post: hop.gap for hop in traced(facts)[TERRITORIAL]}
    assert gaps == {"worker": Gap.VACANT, "a": Gap.CYCLE, "b": Gap.VACANT}


def walked(start: str, reporting: list[tuple[str, str]]) -> set[str]:
    """What the definition says, way by way."""
    met: set[str] = set()
    ways: list[tuple[str, ...]] = [(start,)]
    while ways:
        way = ways.pop()
        for above in (to for from_, to in reporting if from_ == way[-1]):
            if above in way:
                met.add(above)
            else:
                ways.append((*way, above))
    return met


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=14))
def test_the_posts_met_again_are_those_of_some_way(reporting: list[tuple[str, str]]) -> None:
    superiors = Superiors(by_from([record(*ends) for ends in reporting]), shipped().level_above)
    assert {post: superiors.met_again(post) for post in "abcdef"} == {
        post: walked(post, reporting) for post in "abcdef"
    }


def test_where_everybody_reports_to_everybody_a_trace_is_still_told() -> None:
    posts = [f"p{n}" for n in range(40)]  # more ways than could be walked one by one
    facts = Facts(
        SINCE,
        area="a",
        responsibilities=[answers(post, "a") for post in posts],
        reporting=[record(one, other) for one in posts for other in posts if one != other],
    )
    assert {hop.gap for hop in traced(facts)[TERRITORIAL]} == {Gap.CYCLE}


def test_a_post_stands_once_in_its_own_right_before_as_a_superior() -> None:
    facts = Facts(
        SINCE,
        area="grid",
        within=[Link("grid", "street")],
        responsibilities=[answers("worker", "grid", Role.GRID_WORKER), answers("chief", "street", Role.LEADER)],
        reporting=[record("worker", "chief")],
    )
    assert seen(traced(facts)[TERRITORIAL]) == ["worker DIRECT 0", "chief LEADERSHIP 1"]


# ---- hops ----


def held(*memberships: Record, recorded: datetime = SINCE) -> tuple[Hop, ...]:
    facts = Facts(recorded, area="a", responsibilities=[answers("p", "a")], memberships=memberships)
    return traced(facts)[TERRITORIAL]


def test_who_holds_a_post() -> None:
    assert [(hop.holder, hop.gap) for hop in held()] == [(None, Gap.VACANT)]
    assert [(hop.holder, hop.gap) for hop in held(record("x", "p"))] == [("x", None)]
    both = held(record("y", "p"), record("x", "p"))
    assert [(hop.holder, hop.gap) for hop in both] == [("x", Gap.OVERLAPPING), ("y", Gap.OVERLAPPING)]


def test_several_records_for_one_person_are_one_holder_shown_with_the_one_begun_last() -> None:
    later = record("x", "p", "second", interval=(SINCE + DAY, OPEN))
    (hop,) = held(record("x", "p", "first"), later)
    assert (hop.holder, hop.gap, hop.membership) == ("x", None, later)


def test_backdated_is_what_rests_on_something_recorded_after_the_subject() -> None:
    assert not held(record("x", "p"))[0].backdated  # recorded together
    assert held(record("x", "p", recorded=SINCE + DAY))[0].backdated
    assert held(record("x", "p"), recorded=SINCE - DAY)[0].backdated


def test_the_order_of_hops() -> None:
    facts = at_site(
        regulations=[regulates("b", "site", Capacity.PRODUCTION), regulates("a", "site")],
        responsibilities=[answers("p2", "site"), answers("p1", "site", name="again")],
        post_in=[Link("p1", "b"), Link("p2", "b")],
    )
    hops = [(hop.level, hop.capacity, hop.post) for hop in traced(facts)[INDUSTRY]]
    assert hops == [
        (DIRECT, Capacity.INDUSTRY, None),
        (SUPERVISORY, Capacity.PRODUCTION, "p1"),
        (SUPERVISORY, Capacity.PRODUCTION, "p2"),
        (LEADERSHIP, Capacity.INDUSTRY, None),
        (LEADERSHIP, Capacity.PRODUCTION, None),
    ]


def test_a_moment_before_all_records_gives_gaps() -> None:
    found = traced(at_site(area="grid", task="task"))
    assert [len(found[kind]) for kind in LineKind] == [1, 1, 1, 0, 0]
