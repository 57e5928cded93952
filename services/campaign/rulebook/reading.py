"""Reads a rulebook file (YAML), and says everything that is wrong with it by line and field."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from graph.model.enums import SiteType
from services.campaign.rules import Rulebook, contradictions

SHIPPED = Path(__file__).with_name("winter-2024.yaml")

_SAID_BETTER = {
    "missing": "is missing; add it",
    "unexpected_keyword_argument": "is no field of a rulebook here; remove it or correct its spelling",
    "int_type": "is no whole number; write digits without quotes",
    "string_type": "is no text; put it in quotes",
    "tuple_type": "is no list; begin each of its entries with a dash",
    "dataclass_type": "must be fields, each `name: value`",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: `line` counts from 1; `field` is a path such as `roles[2].level`, or empty."""

    line: int
    field: str
    message: str


class RulebookError(Exception):
    """A file that is no valid rulebook. Its text names the file and every fault, each on a line of its own."""

    def __init__(self, file: str, faults: tuple[Fault, ...]) -> None:
        self.file = file
        self.faults = faults
        self.lines = tuple(
            f"{file}:{fault.line}: {fault.field}{' ' if fault.field else ''}{fault.message}" for fault in faults
        )
        super().__init__("\n".join(self.lines))


class _Sheet(BaseModel):
    """Lends its configuration to the plain dataclasses of the rules, so that these are declared once."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)

    rulebook: Rulebook


@cache
def shipped() -> Rulebook:
    """The rulebook of the campaign that ships with the product."""
    return read(SHIPPED)


@cache
def current() -> Rulebook:
    """The rulebook that this process works by: the file that ZEREN_RULEBOOK names, else the shipped one.

    The kinds of site that it brings are known from then on. Raises RulebookError.
    """
    named = os.environ.get("ZEREN_RULEBOOK")
    rulebook = read(Path(named)) if named else shipped()
    for kind in rulebook.site_kinds:
        SiteType.bring(kind.code, kind.zh)
    return rulebook


def form() -> dict[str, object]:
    """The JSON Schema (2020-12) of a rulebook file."""
    definitions: dict[str, dict[str, Any]] = _Sheet.model_json_schema()["$defs"]
    for definition in definitions.values():
        for field in definition.get("properties", {}).values():
            field.pop("title", None)  # made up from the field's name
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **definitions.pop("Rulebook"),
        "$defs": definitions,
    }


def read(file: Path) -> Rulebook:
    """The rulebook in `file`, in UTF-8.

    Raises RulebookError with all faults where the file can't be read, is no YAML, or is no valid rulebook.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RulebookError(str(file), (Fault(1, "", f"can't be read: {error.strerror}"),)) from None
    except UnicodeDecodeError as error:
        raise RulebookError(
            str(file), (Fault(1, "", f"is not UTF-8 (byte {error.start}); save it as UTF-8"),)
        ) from None
    return parse(text, file.name)


def parse(text: str, name: str) -> Rulebook:
    """The rulebook in `text`; `name` is what errors call it. Raises RulebookError with all faults."""
    try:
        root, data = _load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RulebookError(name, (Fault(line, "", f"can't be read as YAML: {error.problem}"),)) from None
    except (yaml.YAMLError, ValueError) as error:
        raise RulebookError(name, (Fault(1, "", f"can't be read as YAML: {error}"),)) from None
    if not isinstance(root, yaml.MappingNode):
        raise RulebookError(name, (Fault(1, "", "a rulebook begins with fields, such as `version: …`"),))
    faults = list(_doubles(root))
    try:
        # By way of JSON, where strict means: no number for a text, no `yes` for a number, but a name for an enum.
        rulebook = _Sheet.model_validate_json(json.dumps({"rulebook": data}, default=str)).rulebook
    except ValidationError as error:
        for one in error.errors(include_url=False):
            message = _SAID_BETTER.get(one["type"], f"is {one['input']!r}: {one['msg']}")
            faults.append(_fault(root, one["loc"][1:], message))
        faults += _besides(root, data, {one["loc"][1:3] for one in error.errors()})
    else:
        faults += [_fault(root, _as_written(wrong.path), wrong.message) for wrong in contradictions(rulebook)]
        if not faults:
            return rulebook
    raise RulebookError(name, tuple(sorted(faults, key=lambda fault: (fault.line, fault.field))))


def _besides(root: yaml.Node, data: object, wrong: set[tuple[str | int, ...]]) -> Iterator[Fault]:
    """What the rest contradicts where some entries (`wrong`: section and position) have not the right form."""
    given = cast("dict[str, object]", data)
    kept: dict[str, list[int]] = {}
    left: dict[str, object] = {}
    for field in fields(Rulebook):
        name = to_camel(field.name)
        value = given.get(name)
        if isinstance(value, list):
            entries = cast("list[object]", value)
            kept[name] = [at for at in range(len(entries)) if (name, at) not in wrong]
            left[name] = [entries[at] for at in kept[name]]
        elif (name,) in wrong or name not in given:
            left[name] = "" if field.type is str else []
        else:
            left[name] = value
    broken = {path[0] for path in wrong}
    if "workingDay" in broken:  # without all of it nothing that is measured by it can be judged
        left["workingDay"] = []
    for one in contradictions(_Sheet.model_validate_json(json.dumps({"rulebook": left}, default=str)).rulebook):
        section, *rest = _as_written(one.path)
        if rest:
            at, *within = rest
            yield _fault(root, (section, kept[str(section)][int(at)], *within), one.message)
        elif section not in broken:
            yield _fault(root, (section,), one.message)


def _load(text: str) -> tuple[yaml.Node | None, object]:
    """The same document twice: as nodes, which know their lines, and as values."""
    for token in yaml.scan(text):
        if isinstance(token, yaml.AliasToken):  # nested ones would grow without bound
            raise yaml.MarkedYAMLError(
                problem="aliases (*name) are not read; write it out", problem_mark=token.start_mark
            )
    return yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)


def _doubles(node: yaml.Node, path: tuple[str | int, ...] = ()) -> list[Fault]:
    """A field given twice: YAML would silently keep the last."""
    faults: list[Fault] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            below = (*path, str(key.value))
            if below[-1] in seen:
                faults.append(Fault(key.start_mark.line + 1, _field(below), "is given twice; keep one"))
            seen.add(str(key.value))
            faults += _doubles(value, below)
    elif isinstance(node, yaml.SequenceNode):
        for at, value in enumerate(node.value):
            faults += _doubles(value, (*path, at))
    return faults


def _fault(root: yaml.Node, path: tuple[str | int, ...], message: str) -> Fault:
    return Fault(_line(root, path), _field(path), message)


def _line(node: yaml.Node, path: tuple[str | int, ...]) -> int:
    """The line of the field at `path`, or of the nearest above it that the file has."""
    line = node.start_mark.line + 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = (node.value[step], node.value[step])
        else:
            found = None
        if found is None:
            break
        key, node = found
        line = key.start_mark.line + 1
    return line


def _field(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _as_written(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return tuple(to_camel(step) if isinstance(step, str) else step for step in path)
