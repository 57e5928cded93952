"""The service against the oracle: the same counties, the same questions, the same answers.

ORACLE_COUNTIES=2000 makes a long run of it; ORACLE_SEED another one. A difference is made as small as it gets before it
is shown, and then becomes a test of its own.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any, cast

import pytest

from graph.compile.fields import Compiler
from graph.compile.roots import Moment, Viewer, parameters_of
from graph.compile.tree import Statement
from graph.model import MODEL
from graph.queries.trace import FACTS_ONLY, Asked, traces, walk
from services.accountability.reading import facts_of
from services.accountability.rules import lines
from services.campaign.rulebook import shipped
from tests.oracle.comparing import Question, answered, difference, expected
from tests.oracle.conftest import Bench
from tests.oracle.counties import INSTANTS, NOW, RECORDED, TICK, chosen, made_of
from tests.oracle.loading import load
from tests.oracle.records import FOREVER, County, Fact
from tests.oracle.shrinking import smallest
from tests.world import rid

COUNTIES = int(os.environ.get("ORACLE_COUNTIES", "50"))
SEED = int(os.environ.get("ORACLE_SEED", "20241214"))
AT_ONCE = 50
AS_OF = (None, *INSTANTS, INSTANTS[4] - TICK, INSTANTS[2] + TICK, INSTANTS[0] - timedelta(days=40_000))
KNOWN_AT = (None, *RECORDED, RECORDED[1] - TICK)


def questions(county: County, chance: Random) -> Iterator[Question]:
    """About each kind of subject, most about problems."""
    yield Question(of_kind(county, "Problem")[0])
    for problem in of_kind(county, "Problem"):
        yield Question(problem, chance.choice(AS_OF), chance.choice(KNOWN_AT))
    yield Question(of_kind(county, "Instruction")[0])
    for kind in ("Site", "Area", "Task", "Instruction"):
        for subject in of_kind(county, kind)[-1:]:
            yield Question(subject, chance.choice(AS_OF), chance.choice(KNOWN_AT))


def of_kind(county: County, kind: str) -> list[str]:
    return [thing.id for thing in county.things.values() if thing.kind == kind]


def first_difference(bench: Bench, counties: list[County]) -> tuple[County, Question, str] | None:
    """The first question of the loaded counties that service and oracle answer differently."""
    chance = Random(SEED)  # noqa: S311 - which questions are asked is no secret
    for county in counties:
        for question in questions(county, chance):
            found = difference(expected(county, question), bench.run(answered(bench.database, question)))
            if found:
                return county, question, f"{question}: {found}"
    return None


@pytest.mark.timeout(120 + COUNTIES * 10)
def test_the_service_answers_as_the_oracle_does(bench: Bench) -> None:
    for first in range(0, COUNTIES, AT_ONCE):
        every = chosen(SEED + first, min(AT_ONCE, COUNTIES - first))
        counties = [made_of(made, f"c{first + n}-", rid) for n, made in enumerate(every)]
        bench.run(load(bench.database, counties))
        if differs := first_difference(bench, counties):
            county, question, found = differs
            small, still = bench.run(smallest(bench.database, county, question))
            pytest.fail(f"{found}\n\nat its smallest: {still}\n{small}")


def without_ids(answer: Any) -> Any:
    """What is left when ids are left out, and what stands in their order is put in another."""
    if isinstance(answer, dict):
        parts = cast("dict[str, Any]", answer)
        shown = {name: without_ids(part) for name, part in parts.items() if name != "id"}
        for name in {"hops", "exculpatory"} & shown.keys():
            shown[name] = sorted(shown[name], key=repr)
        return shown
    return [without_ids(part) for part in cast("list[Any]", answer)] if isinstance(answer, list) else answer


def ask(bench: Bench, question: Question) -> dict[str, Any]:
    answer: dict[str, Any] | None = bench.run(answered(bench.database, question))
    assert answer is not None
    return answer


def test_many_traces_of_one_statement_are_those_of_one_each(bench: Bench) -> None:
    counties = [made_of(made, f"s{n}-", rid) for n, made in enumerate(chosen(4, 3))]
    bench.run(load(bench.database, counties))
    chance = Random(SEED)  # noqa: S311 - which questions are asked is no secret
    asked = [Asked(q.subject, q.as_of, q.known_at) for county in counties for q in questions(county, chance)]
    asked += asked[:1]
    moment, viewer = Moment(NOW), Viewer()

    def rows(statement: Statement) -> list[Any]:
        return bench.run(bench.database.read(statement.cypher, statement.parameters))

    (row,) = rows(traces(asked, FACTS_ONLY, moment, viewer))
    alone = [rows(traces([one], FACTS_ONLY, moment, viewer))[0]["data"] for one in asked]
    assert [[found] for found in row["data"]] == alone

    compiler = Compiler(MODEL)
    cypher = f"""
    MATCH (subject:Problem) WHERE subject.id IN $problems
    WITH subject, null AS asOf, datetime() AS k
    CALL (subject, asOf, k) {{ {walk(compiler)} RETURN t, facts }}
    RETURN subject.id AS id, t, facts
    """
    problems = [problem for county in counties for problem in of_kind(county, "Problem")]
    found = rows(Statement(cypher, {**parameters_of(compiler, moment, viewer), "problems": problems}))
    (row,) = rows(traces([Asked(problem) for problem in problems], FACTS_ONLY, moment, viewer))
    assert {one["id"]: lines(facts_of(one["facts"]), shipped()) for one in found} == {
        one["facts"]["subject"]["id"]: lines(facts_of(one["facts"]), shipped()) for one in row["data"]
    }


def test_other_ids_change_nothing_but_ids(bench: Bench) -> None:
    for n, made in enumerate(chosen(1, 10)):
        one, other = made_of(made, f"m{n}-", rid), made_of(made, f"n{n}-", rid)
        bench.run(load(bench.database, [one, other]))
        for a, b in zip(of_kind(one, "Problem"), of_kind(other, "Problem"), strict=True):
            assert without_ids(ask(bench, Question(a))) == without_ids(ask(bench, Question(b)))


def test_what_lies_outside_the_interval_changes_nothing(bench: Bench) -> None:
    at = INSTANTS[4]
    for n, made in enumerate(chosen(2, 6)):
        county = made_of(made, f"o{n}-", rid)
        bench.run(load(bench.database, [county]))
        question = Question(of_kind(county, "Problem")[0], at)
        before = ask(bench, question)
        bench.run(load(bench.database, [County(facts=list(outside(county, at)))]))
        after = ask(bench, question)
        assert after["lines"] == before["lines"]


def outside(county: County, at: datetime) -> Iterator[Fact]:
    """More facts between the same ends: ended on that very instant, or begun just after it."""
    for n, fact in enumerate(county.facts):
        since, until = (INSTANTS[0], at) if n % 2 else (at + TICK, FOREVER)
        attributes = {name: value for name, value in fact.attributes.items() if name != "basis"}
        more = replace(fact, since=since, until=until, explicit=True, attributes=attributes)
        yield replace(more, id=rid(f"{fact.id}+"), source_id=f"{fact.source_id}+")


def test_nothing_changes_between_two_changes(bench: Bench) -> None:
    for n, made in enumerate(chosen(3, 6)):
        county = made_of(made, f"p{n}-", rid)
        bench.run(load(bench.database, [county]))
        problem = of_kind(county, "Problem")[0]
        changes = sorted({edge for fact in county.facts for edge in (fact.since, fact.until)})
        for start, end in list(pairwise(changes))[1:5]:
            answers = [ask(bench, Question(problem, at)) for at in (start, start + (end - start) / 2, end - TICK)]
            assert answers[0]["lines"] == answers[1]["lines"] == answers[2]["lines"]
