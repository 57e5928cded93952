"""Checks what the references of rows lead to, and tells rows apart by value."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import orjson

from graph.model.enums import SiteType
from services.integration.bundle.columns import FILES, LINK_KINDS, SUBJECT_TARGETS, Column, File, Type
from services.integration.bundle.faults import Fault
from services.integration.bundle.resolving import Resolver
from services.integration.bundle.staging import Row
from services.integration.bundle.values import Value

_REFERRING = (Type.REFERENCE, Type.REFERENCES, Type.SUBJECT)
_SITE_KINDS = SiteType.__members__
"""As they are now: the rulebook brings some of them."""
_DIGEST_CHARACTERS = 32


def _columns(*types: Type) -> dict[str, tuple[tuple[int, Type], ...]]:
    """The columns of such types, by file."""
    return {
        file.name: tuple(
            (position, column.type) for position, column in enumerate(file.columns, start=1) if column.type in types
        )
        for file in FILES
    }


_NAMING = {name: tuple(position for position, _ in found) for name, found in _columns(Type.ID, Type.REFERENCE).items()}
"""The places of columns that name one record each."""
_NAMING_PERHAPS = _columns(Type.REFERENCES, Type.SUBJECT, Type.BASIS)
"""Those that name several, or something else."""


def references_in(file: File, rows: Collection[Row]) -> Iterator[str]:
    """Every reference in the rows, and every basis, which may be one; by column, each once."""
    for position, column in enumerate(file.columns, start=1):
        if column.type in (Type.REFERENCE, Type.SUBJECT, Type.BASIS):
            yield from map(str, {row[position] for row in rows} - {None})
        elif column.type is Type.REFERENCES:
            for value in {row[position] for row in rows} - {None}:
                yield from str(value).split(";")


def reference_faults(file: File, rows: Sequence[Row], resolver: Resolver) -> Iterator[Fault]:
    """The references in these rows that lead nowhere, or to a record of another kind."""
    resolver.load(references_in(file, rows))
    for position, column in enumerate(file.columns, start=1):
        if column.type not in _REFERRING or _all_lead(column, {row[position] for row in rows}, resolver):
            continue
        for row in rows:
            value = row[position]
            if value is None:
                continue
            targets = subject_targets(file, column, row) if column.type is Type.SUBJECT else column.targets
            if targets is None:  # the column that would say it is faulty itself
                continue
            if column.type is Type.SUBJECT and not targets:
                if value not in _SITE_KINDS:
                    message = f"the subject of a SITE_KIND row is one of {', '.join(sorted(_SITE_KINDS))}"
                    yield Fault(file.name, _number(row), column.name, str(value), message)
                continue
            items = str(value).split(";") if column.type is Type.REFERENCES else (str(value),)
            for item in items:
                label = resolver.label(item)
                if label not in targets:
                    yield Fault(file.name, _number(row), column.name, item, _message(label, targets))


def _all_lead(column: Column, values: set[Value | None], resolver: Resolver) -> bool:
    """Whether a column is without fault: what its cells say is asked once, and rows are gone through only if not."""
    if column.type is not Type.REFERENCE:
        return False
    return all(value is None or resolver.label(str(value)) in column.targets for value in values)


def subject_targets(file: File, column: Column, row: Row) -> tuple[str, ...] | None:
    """The labels that a SUBJECT cell may lead to; () where it names a kind of site, None where the row does not say."""
    names = list(file.by_name)
    if file.name == "links":
        kind = row[1 + names.index("kind")]
        if kind is None:
            return None
        fact = LINK_KINDS[str(kind)]
        return fact.from_ if column.name == "from" else fact.to
    kind = row[1 + names.index("subjectKind")]
    if kind is None:
        return None
    return () if kind == "SITE_KIND" else (SUBJECT_TARGETS[str(kind)],)


def row_digest(file: File, row: Row, resolver: Resolver) -> str:
    """What the row says, by value: the same in whichever way its references and times are written."""
    return digest_of(said_in(file, row, resolver))


def digest_of(said: list[Any]) -> str:
    """The digest of a row of which this is `said_in` it."""
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:_DIGEST_CHARACTERS]


def said_in(file: File, row: Row, resolver: Resolver) -> list[Any]:
    """The name of the file, and the values of the row with record ids for references."""
    said: list[Any] = [file.name, *row[1 : 1 + len(file.columns)]]
    record = resolver.record
    for position in _NAMING[file.name]:
        if (value := said[position]) is not None:
            said[position] = record(value)
    for position, type_ in _NAMING_PERHAPS[file.name]:
        value = said[position]
        if value is None:
            continue
        if type_ is Type.REFERENCES:
            said[position] = sorted(map(record, value.split(";")))
        elif type_ is Type.SUBJECT:
            said[position] = value if value in _SITE_KINDS else record(value)
        else:
            clause = resolver.clause(value)
            said[position] = value if clause is None else record(clause)
    return said


def _number(row: Row) -> int:
    return int(row[0] or 0)


def _message(label: str | None, targets: tuple[str, ...]) -> str:
    wanted = " or ".join(targets)
    if label is None:
        return f"leads nowhere: give the id of a record ({wanted}) of this bundle or of one imported before"
    return f"is of kind {label}; give the id of a record of kind {wanted}"
