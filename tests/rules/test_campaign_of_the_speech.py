"""The shipped campaign says what the speech says, where it says it, and nothing as if it did.

The text itself is not part of the project; what needs it is skipped where it is absent.
"""

import csv
import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from services.campaign.rulebook import shipped
from services.campaign.rules import ASSUMED

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "services" / "campaign" / "bundle"
SPEECH = ROOT.parent / "shared" / "speech-2024-12-14.txt"
SOURCE = "speech:"

needs_speech = pytest.mark.skipif(not SPEECH.exists(), reason="the text of the speech is not at ../shared")

Row = dict[str, str]

# By which words the speech names each body. A group's word stands for each of its members.
_UNITS = ["各单位"]
_DEPARTMENTS = ["各职能部门", *_UNITS]
_SUBDISTRICTS = ["各办事处", "四办一区", *_UNITS]
WORDS = {
    "org-urban-management": ["城管", *_DEPARTMENTS],
    "org-housing": ["住建", *_DEPARTMENTS],
    "org-transport": ["交通", *_DEPARTMENTS],
    "org-highways": ["公路", *_DEPARTMENTS],
    "org-water": ["水利", *_DEPARTMENTS],
    "org-police": ["公安", *_DEPARTMENTS],
    "org-environment": ["环保", *_DEPARTMENTS],
    "org-market-supervision": ["市场监管", *_DEPARTMENTS],
    "org-agriculture": ["农业农村", *_DEPARTMENTS],
    "org-subdistrict-1": _SUBDISTRICTS,
    "org-subdistrict-2": _SUBDISTRICTS,
    "org-subdistrict-3": _SUBDISTRICTS,
    "org-subdistrict-4": _SUBDISTRICTS,
    "org-zone": ["四办一区", *_UNITS],
    "org-expert-group": ["专家组"],
    "org-campaign-office": ["攻坚办"],
    "org-supervision-bureau": ["督查局"],
    "org-discipline-office": ["纪委追责办"],
}
ROLES = {"lead": "牵头", "assisting": "配合"}
COLUMNS = {
    "organizations": "id name kind parent",
    "directives": "id title issuedOn issuer file",
    "clauses": "id directive label start end",
    "campaigns": "id title directive startsOn endsOn",
    "tasks": "id campaign lineOfWork title parent lead assisting responsible clause",
    "links": "id kind from to validFrom validTo basis",
}
# The two sentences of parts 二 and 三 that only explain: on the fight, and on what the experts can do.
ORDER_NOTHING = {("三、", 1), ("三、一是", 2)}
CITED_RUN = 12


class Item(NamedTuple):
    """A numbered item of the speech, or the head of a part before its items: name and span."""

    name: str
    start: int
    end: int


@cache
def rows(name: str) -> list[Row]:
    with (BUNDLE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def by_id(name: str) -> dict[str, Row]:
    return {row["id"]: row for row in rows(name)}


@cache
def speech() -> str:
    return SPEECH.read_bytes().decode("utf-8")


def span(clause: str) -> str:
    """The text of a clause; empty where it has no span."""
    row = by_id("clauses")[clause]
    return speech()[int(row["start"]) : int(row["end"])] if row["start"] else ""


def named(task: Row) -> list[str]:
    return [org for column in ("lead", "assisting", "responsible") for org in task[column].split(";") if org]


@cache
def items() -> list[Item]:
    """Part 一 is one item; the others are cut at 一是, 二是, … The farewell (同志们，…) belongs to none."""
    found: list[Item] = []
    parts = re.compile(r"^([一二三]、)[^\n]*\n(.*?)(?=\n[一二三]、|\n同志们，)", re.MULTILINE | re.DOTALL)
    for part in parts.finditer(speech()):
        start, end = part.span(2)
        cuts = [
            start,
            *(start + cut.start() for cut in re.finditer(r"(?<![^。])[一二三四五六七八九十]是", part[2])),
            end,
        ]
        for at, until in pairwise(cuts):
            ordinal = speech()[at : at + 2] if speech()[at + 1] == "是" else ""
            if until > at:
                found.append(Item(part[1] + ordinal, at, until))
    return found


def sentences(item: Item) -> list[tuple[int, int]]:
    return [
        (item.start + found.start(), item.start + found.end())
        for found in re.finditer(r"[^。\s][^。]*。", speech()[item.start : item.end])
    ]


def figures(text: str) -> set[str]:
    """Numbers in digits, and in Chinese where they count something."""
    counted = r"[一二两三四五六七八九十百千]+(?=个|项|级|次|天|日|年|月|小时|分钟|类|条|人|管|办|区|成)"
    return set(re.findall(r"\d+(?:\.\d+)?", text)) | set(re.findall(counted, text))


def rules(value: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each rule of a rulebook: whatever has a basis."""
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        if "basis" in fields:
            yield path, fields
        for name, below in fields.items():
            yield from rules(below, f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        for at, below in enumerate(cast("list[object]", value)):
            yield from rules(below, f"{path}[{at}]")


def said(value: object) -> str:
    """What a rule says for itself: the rules within it have a basis of their own."""
    if isinstance(value, dict):
        return " ".join(said(below) for name, below in cast("dict[str, object]", value).items() if name != "basis")
    if isinstance(value, (list, tuple)):
        within = cast("list[Any]", value)
        return " ".join(said(below) for below in within if not hasattr(below, "keys") or "basis" not in below)
    return str(value)


# ---- the bundle in itself -------------------------------------------------------------------------------


def test_files_have_the_columns_that_they_declare() -> None:
    package = json.loads((BUNDLE / "datapackage.json").read_text(encoding="utf-8"))
    assert {resource["name"] for resource in package["resources"]} == set(COLUMNS)
    assert {file.name for file in BUNDLE.iterdir()} == {"datapackage.json", *(f"{name}.csv" for name in COLUMNS)}
    for resource in package["resources"]:
        name = resource["name"]
        columns = COLUMNS[name].split()
        assert resource["path"] == f"{name}.csv"
        assert [field["name"] for field in resource["schema"]["fields"]] == columns
        for row in rows(name):
            assert list(row) == columns
            for field in resource["schema"]["fields"]:
                value, constraints = row[field["name"]], field.get("constraints", {})
                assert value == value.strip()
                assert value or not constraints.get("required"), (name, row["id"], field["name"])
                assert value in constraints.get("enum", [value]), (name, row["id"], field["name"])
        for key in resource["schema"].get("foreignKeys", []):
            known = by_id(key["reference"].get("resource", name))
            for row in rows(name):
                (column,) = key["fields"]
                assert not row[column] or row[column] in known, (name, row["id"], column)


def test_ids_are_unique_over_all_files() -> None:
    ids = [row["id"] for name in COLUMNS for row in rows(name)]
    assert len(ids) == len(set(ids))


def test_tasks_name_known_organizations_and_lines_of_work() -> None:
    codes = {line.code for line in shipped().lines_of_work}
    assert {task["lineOfWork"] for task in rows("tasks")} == codes
    for task in rows("tasks"):
        assert set(named(task)) <= set(by_id("organizations")), task["id"]
        assert len(named(task)) == len(set(named(task))), task["id"]
        above = by_id("tasks").get(task["parent"])
        assert above is None or (above["lineOfWork"], above["campaign"]) == (task["lineOfWork"], task["campaign"])


def test_the_rulebook_is_of_this_campaign_and_its_bases_are_clauses_of_it() -> None:
    assert shipped().campaign.removeprefix(SOURCE) in by_id("campaigns")
    for path, rule in rules(dataclasses.asdict(shipped())):
        assert rule["basis"] == ASSUMED or rule["basis"].removeprefix(SOURCE) in by_id("clauses"), path


def test_a_lead_that_the_speech_does_not_name_is_assumed() -> None:
    for link in rows("links"):
        assert link["basis"] == ASSUMED
        assert not named(by_id("tasks")[link["to"]]), "a link would silence what the speech says"


# ---- the bundle against the text ------------------------------------------------------------------------


@needs_speech
def test_spans_count_in_this_very_text() -> None:
    (directive,) = rows("directives")
    assert directive["file"] == f"{SPEECH.name}#sha256={hashlib.sha256(SPEECH.read_bytes()).hexdigest()}"
    assert {clause["directive"] for clause in rows("clauses")} == {directive["id"]}


@needs_speech
def test_the_text_is_cut_into_its_numbered_items() -> None:
    numbers = "一二三四五六七八"
    assert [item.name for item in items()] == [
        "一、",
        *(f"二、{number}是" for number in numbers),
        "三、",
        *(f"三、{number}是" for number in numbers[:3]),
    ]


@needs_speech
@pytest.mark.parametrize("clause", rows("clauses"), ids=lambda clause: clause["id"])
def test_a_span_lies_in_the_numbered_item_that_its_label_names(clause: Row) -> None:
    if not clause["start"]:
        assert (clause["label"][:2], clause["end"]) == ("开场", "")
        return
    start, end = int(clause["start"]), int(clause["end"])
    (item,) = [item for item in items() if item.start <= start < end <= item.end]
    place = re.fullmatch(rf"{item.name}(?:，?第(\d+)句)?(末段)?", clause["label"])
    assert place, f"{clause['label']} lies in {item.name}"
    first, last = sentences(item)[int(place[1]) - 1] if place[1] else (item.start, item.end)
    assert (start > first, end) == (True, last) if place[2] else (start, end) == (first, last)


@needs_speech
@pytest.mark.parametrize("task", rows("tasks"), ids=lambda task: task["id"])
def test_a_span_contains_every_organization_that_the_task_names(task: Row) -> None:
    text = span(task["clause"])
    for organization in named(task):
        words = WORDS[organization]
        assert any(word in text for word in words), f"{organization} ({'/'.join(words)}) is not in {task['clause']}"
    for column, word in ROLES.items():
        assert not task[column] or word in text, f"{task['clause']} does not say {word}"


@needs_speech
def test_only_bodies_that_the_speech_names_are_there() -> None:
    assert set(by_id("organizations")) == {*WORDS, "org-county-government"}
    for organization, words in WORDS.items():
        assert any(word in speech() for word in words), organization


@needs_speech
def test_every_sentence_that_orders_something_is_covered_by_a_task() -> None:
    spans: list[tuple[int, int]] = []
    for task in rows("tasks"):
        clause = by_id("clauses")[task["clause"]]
        if clause["start"]:
            spans.append((int(clause["start"]), int(clause["end"])))
    whole = {(item.start, item.end) for item in items()}
    for item in items():
        for number, (start, end) in enumerate(sentences(item), 1):
            if item.name == "一、" or (item.name, number) in ORDER_NOTHING:
                continue
            heading = number == 1 and item.name.endswith("是")
            # The task of the whole item covers its heading; any other sentence needs a task of its own.
            covered = [(s, e) for s, e in spans if s <= start and end <= e and (heading or (s, e) not in whole)]
            assert covered, f"no task for {item.name}，第{number}句"


@needs_speech
def test_no_clause_is_the_basis_of_a_figure_that_its_span_does_not_contain() -> None:
    resting: list[tuple[str, str, str]] = [
        (task["id"], task["clause"], f"{task['title']} {task.get('dueAt', '')}") for task in rows("tasks")
    ]
    resting += [
        (link["id"], link["basis"], f"{link['validFrom']} {link['validTo']}")
        for link in rows("links")
        if link["basis"] != ASSUMED
    ]
    for path, rule in rules(dataclasses.asdict(shipped())):
        if rule["basis"] != ASSUMED:
            resting.append((path, rule["basis"].removeprefix(SOURCE), said(rule)))
    for what, clause, text in resting:
        invented = figures(text) - figures(span(clause))
        assert not invented, f"{what} rests on {clause}, which does not say {', '.join(sorted(invented))}"


@needs_speech
def test_no_sentence_of_the_speech_is_shipped() -> None:
    text = "".join(speech().split())
    runs = {text[at : at + CITED_RUN] for at in range(len(text) - CITED_RUN + 1)}
    files = [file for file in ROOT.glob("*.*") if file.suffix in {".md", ".toml"}]
    for folder in ("gateway", "services", "graph", "schema", "docker", "docs", "tests"):
        files += [file for file in (ROOT / folder).rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    for file in files:
        shown = "".join(file.read_bytes().decode("utf-8", errors="ignore").split())
        cited = next(
            (shown[at : at + CITED_RUN] for at in range(len(shown)) if shown[at : at + CITED_RUN] in runs), None
        )
        assert cited is None, f"{file.relative_to(ROOT)} repeats the speech: {cited}"
