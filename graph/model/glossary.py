"""The words of the model as a page, English and Chinese: `python -m graph.model.glossary` prints GLOSSARY.md."""

import sys
from collections.abc import Iterable, Iterator

from graph.model import MODEL, enums
from graph.model.declare import (
    AnyField,
    Back,
    Computed,
    Counted,
    Entity,
    Fact,
    Facts,
    FirstOf,
    OneOf,
    Property,
    Ref,
    Refs,
    Via,
)
from graph.model.entities import RECORD
from graph.model.enums import Term
from graph.model.facts import INTERVAL
from graph.model.instructions import CHAIN

_HEAD = ("| field | Chinese | meaning | what it is |", "| --- | --- | --- | --- |")

OPENING = """\
# Glossary

One English word for each thing, the same in code, schema and documents, with the Chinese that county staff see. This
page is written by `make glossary` from `graph/model`; change it there.

- An **entity** is a thing with an identity: an organization, a post, a site. What was recorded of it before is kept.
- A **fact** is a statement about entities that holds from a day to a day: a person holds a post. It has a basis, the
  time when it was recorded, and the time when a correction took its place. Nothing is overwritten.
- A fact holds at `asOf` where `validFrom <= asOf < validTo`, and is known at `knownAt` where `recordedAt <= knownAt <
  supersededAt`. An end that is null is open: still, or never.
- What a thing's column says (its name, its operator, its area, its head) is a fact that has held from the beginning
  (not `explicit`). While a fact of that kind that was recorded by itself holds of the same thing, the column is silent.
- An **event** is a change that happened. Events are appended, form a chain of hashes for each subject, never edited.
"""


def glossary() -> str:
    """The whole page, in Markdown."""
    return "\n".join((OPENING, *_page())) + "\n"


def _page() -> Iterator[str]:
    yield "## Entities\n"
    yield "Every entity and fact has these:\n"
    yield from _table(RECORD)
    yield "Every entity that steps are taken on has these besides:\n"
    yield from _table(CHAIN)
    yield "Each entity is followed by its own fields:\n"
    yield from _HEAD
    for entity in MODEL.entities():
        yield from _entity(entity)
    yield ""
    yield "## Facts\n"
    yield "Every fact has these besides:\n"
    yield from _table(field for field in INTERVAL if field not in RECORD)
    yield "| fact | Chinese | says | between |"
    yield "| --- | --- | --- | --- |"
    yield from map(_fact, MODEL.facts())
    yield "\n## Closed lists\n"
    for term in _lists():
        about = f": {term.__doc__.strip()}" if term.__doc__ and term.__doc__ != Term.__doc__ else ""
        yield f"- **{term.__name__}**{about} " + ", ".join(f"`{member.value}` {member.zh}" for member in term)


def _entity(entity: Entity) -> Iterator[str]:
    yield f"| {entity.label} | {entity.zh} | **{entity.en[0].upper()}{entity.en[1:]}** | **entity** |"
    own = [field for field in entity.fields if field not in RECORD + CHAIN]
    subjects = [field for field in own if isinstance(field, Ref) and field.relationship == "EVENT_OF"]
    shown = [field for field in own if field not in subjects and not field.name.endswith("Id")]  # ids: for indexes
    yield from _rows(shown)
    if subjects:
        names, zh = ", ".join(field.name for field in subjects), "、".join(field.zh for field in subjects)
        yield f"| {names} | {zh} | what it is about, one of these | {' or '.join(field.target for field in subjects)} |"


def _table(fields: Iterable[AnyField]) -> Iterator[str]:
    yield from _HEAD
    yield from _rows(fields)
    yield ""


def _rows(fields: Iterable[AnyField]) -> Iterator[str]:
    for field in fields:
        yield f"| {field.name} | {field.zh} | {field.en} | {_sort(field)} |"


def _sort(field: AnyField) -> str:
    match field:
        case Property(enum=type() as listed):
            return listed.__name__
        case Property(personal=True):
            return f"{field.scalar.value}, personal"
        case Property() | Computed():
            return field.scalar.value
        case Ref() | FirstOf():
            return field.target
        case OneOf():
            return " or ".join(field.targets)
        case Back() | Refs():
            return f"list of {field.target}"
        case Via():
            return f"{'list of ' if field.many else ''}{field.target}, by {field.fact}"
        case Facts():
            return f"list of {field.fact}"
        case Counted():
            return "counts"
        case _:
            return "clause or document"


def _fact(fact: Fact) -> str:
    own = [field for field in fact.fields if isinstance(field, Property) and field not in INTERVAL]
    more = "".join(f"; `{field.name}` {field.zh}: {_sort(field)}" for field in own)
    ends = " → ".join(" / ".join(labels) for labels in (fact.from_, fact.to) if labels)
    return f"| {fact.label} | {fact.zh} | {fact.en}{more} | {ends} |"


def _lists() -> list[type[Term]]:
    declared = [value for value in vars(enums).values() if isinstance(value, type) and issubclass(value, Term)]
    return [term for term in declared if term is not Term]


if __name__ == "__main__":
    sys.stdout.write(glossary())
