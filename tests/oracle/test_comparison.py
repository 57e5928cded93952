"""A comparison through GraphQL is the difference of the two traces, and names records that lie between the moments."""

from datetime import datetime
from random import Random
from typing import Any

from services.accountability.schema import schema
from tests.asking import ask, context
from tests.oracle.comparing import Question, answered, read
from tests.oracle.conftest import Bench
from tests.oracle.counties import NOW, chosen, made_of
from tests.oracle.loading import load
from tests.oracle.test_oracle import AS_OF, KNOWN_AT, of_kind
from tests.world import rid

COMPARISON = """
query ($subject: ID!, $before: TraceMomentInput!, $after: TraceMomentInput!) {
  traceComparison(subject: $subject, before: $before, after: $after) {
    before { asOf knownAt }
    after { asOf knownAt }
    changes {
      kind line before { ...hop } after { ...hop }
      records { id kind recordedAt validFrom validTo superseded basis { title } }
    }
  }
}
fragment hop on Hop {
  level role organization { id } post { id } area { id } holder { id }
  capacity gap distance validFrom validTo recordedAt backdated
  basis { title clause { label start end } }
  membership { id validFrom validTo recordedAt }
}
"""


def moment(question: Question) -> dict[str, Any]:
    variables = question.variables()
    del variables["subject"]
    return variables


def compared(bench: Bench, one: Question, other: Question) -> dict[str, Any]:
    variables = {"subject": one.subject, "before": moment(one), "after": moment(other)}
    answer = bench.run(ask(schema, COMPARISON, variables, as_=context(bench.database, NOW)))
    return read(answer["traceComparison"])


def hops(trace: dict[str, Any]) -> set[tuple[str, str]]:
    return {(line["kind"], plain(hop)) for line in trace["lines"] for hop in line["hops"]}


def plain(hop: dict[str, Any]) -> str:
    """A hop without what things were called at its moment: a new name is no change."""
    ends = {name: hop[name] and hop[name]["id"] for name in ("organization", "post", "area", "holder")}
    return repr({**hop, **ends})


def shown(comparison: dict[str, Any], side: str) -> set[tuple[str, str]]:
    return {(change["line"], plain(change[side])) for change in comparison["changes"] if change[side]}


def lies_between(record: dict[str, Any], one: dict[str, datetime], other: dict[str, datetime]) -> bool:
    """Recorded, begun, ended or corrected between the two moments."""

    def is_between(instant: datetime | None, name: str) -> bool:
        early, late = sorted((one[name], other[name]))
        return instant is not None and early < instant <= late

    return is_between(record["recordedAt"], "knownAt") or any(
        is_between(record[edge], "asOf") for edge in ("validFrom", "validTo")
    )


def test_a_comparison_is_the_difference_of_two_traces(bench: Bench) -> None:
    counties = [made_of(made, f"d{n}-", rid) for n, made in enumerate(chosen(5, 12))]
    bench.run(load(bench.database, counties))
    chance = Random(5)  # noqa: S311 - which moments are compared is no secret
    differences = 0
    for subject in (
        record for county in counties for kind in ("Problem", "Site") for record in of_kind(county, kind)[:1]
    ):
        one, other = (Question(subject, chance.choice(AS_OF[:7]), chance.choice(KNOWN_AT)) for _ in "12")
        traces = [bench.run(answered(bench.database, question)) for question in (one, other)]
        if None in traces:
            continue
        found = compared(bench, one, other)
        before, after = (hops(trace) for trace in traces)
        assert shown(found, "before") == before - after
        assert shown(found, "after") == after - before
        records = [record for change in found["changes"] for record in change["records"]]
        assert all(lies_between(record, found["before"], found["after"]) for record in records)
        differences += len(records)
        assert compared(bench, one, one)["changes"] == []
    assert differences > 50
