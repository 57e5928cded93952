"""Who answers first is the first holder among the hops that a whole trace would show, however levels are given."""

from dataclasses import dataclass
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.enums import Capacity, Level, LineKind, Role
from graph.model.instants import OPEN
from services.accountability.rules import Facts, Link, Record, lines
from services.accountability.rules.held import Held
from services.accountability.rules.lines import responsible

SINCE = datetime.fromisoformat("2024-12-01T00:00+08:00")
POSTS, BODIES, PEOPLE = "pqrst", "ABC", "xyz"
PLACES = ("site", "kind", "grid", "street", "task", "above")


@dataclass(frozen=True)
class AnyLevels:
    """A rulebook may give any role any level, and any level any above it."""

    of: tuple[Level, ...]
    above: tuple[Level, ...]

    def level(self, role: Role) -> Level:
        return self.of[list(Role).index(role)]

    def level_above(self, below: Level) -> Level:
        return self.above[list(Level).index(below)]


levels = st.builds(
    AnyLevels,
    st.tuples(*[st.sampled_from(Level)] * len(Role)),
    st.tuples(*[st.sampled_from(Level)] * len(Level)),
)


def between(ones: str | tuple[str, ...], others: str | tuple[str, ...]) -> st.SearchStrategy[tuple[str, str]]:
    return st.tuples(st.sampled_from(ones), st.sampled_from(others))


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    def records(kind: str, ones: str | tuple[str, ...], others: str | tuple[str, ...]) -> list[Record]:
        found = list[Record]()
        for from_, to in draw(st.lists(between(ones, others), max_size=7, unique=True)):
            role = draw(st.sampled_from(Role)) if kind == "responsibility" else None
            capacity = draw(st.sampled_from((Capacity.INDUSTRY, Capacity.BUSINESS))) if kind == "regulation" else None
            name = f"{kind}{len(found)}"
            found.append(Record(name, name, from_, to, SINCE, OPEN, SINCE, role=role, capacity=capacity))
        return found

    def links(ones: str, others: str | tuple[str, ...], capacity: Capacity | None = None) -> list[Link]:
        return [Link(one, other, capacity=capacity) for one, other in draw(st.sets(between(ones, others), max_size=5))]

    return Facts(
        SINCE,
        area="grid",
        site="site",
        site_kind="kind",
        task="task",
        organization_kinds=draw(
            st.dictionaries(st.sampled_from(BODIES), st.sampled_from(["GOVERNMENT", "SUPERVISION_BODY"]))
        ),
        within=[Link("grid", "street")],
        subtasks=[Link("task", "above")],
        task_links=[*links(BODIES, ("task", "above"), Capacity.LEAD), *links(BODIES, ("task",), Capacity.ASSISTING)],
        operates=links(BODIES, ("site",)),
        post_in=links(POSTS, BODIES),
        part_of=links(BODIES, BODIES),
        responsibilities=records("responsibility", POSTS, PLACES),
        regulations=records("regulation", BODIES, ("site", "kind")),
        heads=records("head", POSTS, BODIES),
        reporting=records("reporting", POSTS, POSTS),
        memberships=records("membership", PEOPLE, POSTS),
    )


@settings(max_examples=150, deadline=None)
@given(facts(), st.sampled_from((*BODIES, None)), levels)
def test_it_is_the_first_holder_of_the_whole_lines(near: Facts, assigned: str | None, table: AnyLevels) -> None:
    held = Held.of(near, table.level_above)
    whole = {line.kind: line.hops for line in lines(near, table)}
    expected = next(
        (
            (hop.post, hop.holder)
            for kind in (LineKind.TASK, LineKind.INDUSTRY, LineKind.TERRITORIAL)
            for hop in whole[kind]
            if hop.post and hop.holder
            and (kind is not LineKind.TASK or (assigned is not None and held.is_of(hop.post, assigned)))
        ),
        None,
    )  # fmt: skip
    assert responsible(near, assigned, table, held) == expected
