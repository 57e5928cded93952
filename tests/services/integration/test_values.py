"""Cells: one value however it is written, one text for each value."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from graph import ledger
from graph.model.instants import SHANGHAI
from services.integration.bundle.columns import FILES, Column, Type
from services.integration.bundle.values import instant_of, micros, parser, text_of

INSTANTS = st.datetimes(datetime(1000, 1, 3), datetime(9998, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).map(str.strip).filter(bool)
IDS = st.text("abc-1号#.", min_size=1).map(str.strip).filter(bool)
VALUES = {
    Type.ID: IDS,
    Type.REFERENCE: IDS,
    Type.SUBJECT: IDS,
    Type.REFERENCES: st.lists(IDS, min_size=1, unique=True).map(";".join),
    Type.TEXT: TEXTS,
    Type.BASIS: TEXTS,
    Type.INSTANT: INSTANTS.map(micros),
    Type.DEADLINE: INSTANTS.map(micros),
    Type.DATE: st.dates().map(str),
    Type.BOOLEAN: st.sampled_from((0, 1)),
    Type.INTEGER: st.integers(0, 10**9),
    Type.NUMBER: st.floats(-90, 90),
}


@given(st.data(), st.sampled_from([column for file in FILES for column in file.columns]))
def test_the_text_of_a_value_reads_as_this_value(data: st.DataObject, column: Column) -> None:
    values = st.sampled_from(column.terms) if column.type is Type.TERM else VALUES.get(column.type)
    if values is None:  # lists of free text and credit codes are their own text
        return
    value = data.draw(values)
    assert parser(column, "bundle")(text_of(column, value)) == value


def test_a_date_begins_a_day_and_a_deadline_ends_it() -> None:
    begins = parser(Column("at", Type.INSTANT), "bundle")("2024-12-14")
    ends = parser(Column("dueAt", Type.DEADLINE), "bundle")("2024-12-14")
    midnight = datetime(2024, 12, 14, tzinfo=SHANGHAI)
    assert instant_of(int(begins)) == midnight
    assert midnight + timedelta(days=1) - instant_of(int(ends)) == timedelta(microseconds=1)


@given(INSTANTS, st.sampled_from((0, 1, 120_000, None)), st.sampled_from((UTC, SHANGHAI)))
def test_an_instant_has_one_text_in_bodies(instant: datetime, fraction: int | None, zone: timezone) -> None:
    given_ = instant if fraction is None else instant.replace(microsecond=fraction)
    text = ledger.text_of(given_.astimezone(zone))
    assert text == given_.isoformat(timespec="microseconds").replace("+00:00", "Z")


BODIES = st.builds(
    ledger.Entry,
    id=IDS,
    subject=IDS,
    position=st.integers(1, 10**6),
    kind=st.just("ASSIGN"),
    at=INSTANTS,
    due_at=st.none() | INSTANTS,
    note=st.none() | st.text(st.characters(exclude_categories=("Cs",))),
    evidence=st.lists(TEXTS).map(tuple),
    row=st.none()
    | st.dictionaries(st.sampled_from(("id", "name", "validFrom")), st.text(st.characters(exclude_categories=("Cs",)))),
)


@given(BODIES, st.none() | st.just("0" * 64))
def test_bodies_are_canonical_json(entry: ledger.Entry, previous_hash: str | None) -> None:
    sealed = ledger.seal(entry, previous_hash)
    assert sealed.data.encode() == rfc8785.dumps(json.loads(sealed.data))
    assert sealed.hash == hashlib.sha256(sealed.data.encode()).hexdigest()
