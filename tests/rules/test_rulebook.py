"""Rulebook files: the shipped one is right, and a wrong one is told all that is wrong with it, by line and field."""

import ast
import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from graph.model import MODEL
from graph.model.enums import Level, Role, Severity, Term
from services.campaign.rulebook import Fault, RulebookError, form, read, shipped
from services.campaign.rulebook.reading import SHIPPED, parse
from services.campaign.rules import ASSUMED

TEXT = SHIPPED.read_text(encoding="utf-8")


def faults(text: str) -> list[Fault]:
    with pytest.raises(RulebookError) as raised:
        parse(text, "notice.yaml")
    return list(raised.value.faults)


def line_of(part: str, text: str = TEXT) -> int:
    return text[: text.index(part)].count("\n") + 1


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


def test_every_role_has_the_level_that_the_definition_of_a_trace_gives_it() -> None:
    table = {
        Level.DIRECT: {Role.GRID_WORKER, Role.OPERATOR, Role.RESPONSIBLE, Role.CREW},
        Level.SUPERVISORY: {Role.GRID_LEADER, Role.SUPERVISOR, Role.STATIONED_INSPECTOR, Role.INSPECTOR},
        Level.LEADERSHIP: {Role.LEADER, Role.HEAD},
    }
    assert {role: shipped().level(role) for roles in table.values() for role in roles} == {
        role: level for level, roles in table.items() for role in roles
    }
    with pytest.raises(KeyError):
        shipped().level(Role.SUPERIOR)


def test_a_superior_stands_one_up_and_nobody_above_leadership() -> None:
    assert [shipped().level_above(level) for level in Level] == [Level.SUPERVISORY, Level.LEADERSHIP, Level.LEADERSHIP]


def test_the_graver_a_problem_the_less_time_it_has_and_every_figure_is_assumed() -> None:
    clocks = [shipped().problem_clock(severity) for severity in Severity]
    assert clocks == sorted(clocks, reverse=True)
    assert shipped().problem_clock(Severity.CRITICAL) > timedelta(0)
    assert {clock.basis for clock in shipped().problem_clocks} == {ASSUMED}


PUBLISHED = {
    "winter-2024.2": "b208601d005b67d3",
    "winter-2024.3": "510d6c62c9469d74",
    "winter-2024.4": "65474579317301a4",
    "winter-2024.5": "ccdaa8730546af24",
    "winter-2024.6": "e250c9900827f293",
    "winter-2024.7": "369bf85cb5a54688",
    "winter-2024.8": "651fddec888504fd",
    "winter-2024.9": "7f53c339f83a0444",
    "winter-2024.10": "0c3ac6ba846591cb",
}
"""Each version of the shipped rulebook, with the beginning of the SHA-256 of its rules."""


def test_a_changed_rule_is_a_new_version() -> None:
    digest = sha256(repr(shipped()).encode()).hexdigest()[:16]
    assert PUBLISHED.get(shipped().version) == digest, f"give the file a new version, and add it here with {digest}"


def test_the_code_knows_no_line_of_work_by_name() -> None:
    """Of those whose code means nothing else; the demonstration's county is data, told for the shipped campaign."""
    codes = {line.code for line in shipped().lines_of_work}
    codes -= {name for term in Term.__subclasses__() for name in term.__members__}
    codes -= {fact.relationship for fact in MODEL.facts()}
    folders = [SHIPPED.parents[3] / folder for folder in ("graph", "schema", "services", "gateway")]
    sources = [file for folder in folders for file in folder.rglob("*.py") if "county" not in file.parts]
    named = [
        f"{file.name}:{part.lineno} {part.value}"
        for file in sources
        for part in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(part, ast.Constant) and part.value in codes
    ]
    assert len(codes) > 8
    assert len(sources) > 100
    assert named == []


def test_a_line_of_work_is_found_by_its_code() -> None:
    line = shipped().line_of_work("COAL")
    assert line is not None
    assert line.zh == "散煤"
    assert shipped().line_of_work("SUMMER_OZONE") is None


def test_another_notice_is_another_file(tmp_path: Path) -> None:
    data: dict[str, Any] = yaml.safe_load(TEXT)
    data |= {"version": "summer-2027.1", "campaign": "summer:campaign", "zh": "夏季臭氧", "en": "Summer ozone"}
    data["linesOfWork"] = [{"code": "SOLVENTS", "zh": "溶剂", "en": "Solvents", "basis": "Notice 7 of 2027, item 2"}]
    file = tmp_path / "summer.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8-sig")
    rulebook = read(file)
    assert [line.code for line in rulebook.lines_of_work] == ["SOLVENTS"]
    assert rulebook.version == "summer-2027.1"


def test_the_exported_form_accepts_the_shipped_file_and_is_the_one_committed() -> None:
    jsonschema.Draft202012Validator.check_schema(form())
    jsonschema.validate(yaml.safe_load(TEXT), form(), jsonschema.Draft202012Validator)
    committed = json.loads(SHIPPED.with_name("rulebook.schema.json").read_text(encoding="utf-8"))
    assert committed == form(), (
        "out of date; run: zeren rulebook form > services/campaign/rulebook/rulebook.schema.json"
    )


CLOCK = "{severity: NORMAL, hours: 72, basis: ASSUMED}"
HEAD = "{role: HEAD, level: LEADERSHIP, basis: ASSUMED}"


SESSION = '{opens: "08:30", closes: "12:00", basis: ASSUMED}'
AFTERNOON = '{opens: "14:30", closes: "18:00", basis: ASSUMED}'
ISSUER = "{kind: EXPERT_GROUP, basis: speech:clause-3-1}"
ACT = "{action: ACT, amount: 1, unit: WORKING_HOURS, basis: ASSUMED}"


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        (CLOCK, "{severity: NORMAL, hours: 0, basis: ASSUMED}", "problemClocks[1].hours", "give 1 or more"),
        (CLOCK, "{severity: NORMAL, hours: yes, basis: ASSUMED}", "problemClocks[1].hours", "whole number"),
        (CLOCK, "{severity: NORMAL, hours: '72', basis: ASSUMED}", "problemClocks[1].hours", "whole number"),
        (CLOCK, "{severity: NORMAL, hours: 7.5, basis: ASSUMED}", "problemClocks[1].hours", "whole number"),
        (CLOCK, "{severity: NORMAL, hours: 72}", "problemClocks[1].basis", "is missing; add it"),
        (CLOCK, "{severity: NORMAL, hours: 72, basis: ' '}", "problemClocks[1].basis", "source:id"),
        (CLOCK, "{severity: NORMAL, hours: 72, base: ASSUMED, basis: ASSUMED}", "problemClocks[1].base", "no field"),
        (CLOCK, "{severity: GRAVE, hours: 72, basis: ASSUMED}", "problemClocks[1].severity", "'SERIOUS'"),
        (CLOCK, "{severity: MINOR, hours: 72, basis: ASSUMED}", "problemClocks[1].severity", "MINOR is given twice"),
        (CLOCK, "{severity: NORMAL, hours: 7, hours: 8, basis: ASSUMED}", "problemClocks[1].hours", "given twice"),
        (HEAD, "{role: SUPERIOR, level: LEADERSHIP, basis: ASSUMED}", "roles[9].role", "see superiors"),
        ("{below: LEADERSHIP, level: LEADERSHIP,", "{below: LEADERSHIP, level: DIRECT,", "superiors[2].level", "below"),
        ("{code: ROAD_DUST,", "{code: road-dust,", "linesOfWork[4].code", "such as ROAD_DUST"),
        ("{code: ROAD_DUST,", "{code: COAL,", "linesOfWork[8].code", "keep one"),
        ("zh: 道路扬尘", "zh: ''", "linesOfWork[4].zh", "may not be empty"),
        ("campaign: speech:campaign-winter-2024", "campaign: winter", "campaign", "write source:id"),
        (SESSION, '{opens: "8:30", closes: "12:00", basis: ASSUMED}', "workingDay[0].opens", 'such as "08:30"'),
        (SESSION, '{opens: 8.3, closes: "12:00", basis: ASSUMED}', "workingDay[0].opens", "put it in quotes"),
        (SESSION, '{opens: "12:00", closes: "12:00", basis: ASSUMED}', "workingDay[0].closes", "closes later"),
        (AFTERNOON, '{opens: "11:59", closes: "18:00", basis: ASSUMED}', "workingDay[1].opens", "follow one another"),
        (ISSUER, "{kind: EXPERTS, basis: speech:clause-3-1}", "issuers[0].kind", "EXPERT_GROUP"),
        ("code: CATERING_FUMES", "code: catering", "checklists[1].code", "such as ROAD_DUST"),
        ("code: CATERING_FUMES", "code: CONSTRUCTION_TEN", "checklists[1].code", "keep one"),
        ("siteKinds: [RESTAURANT]", "siteKinds: [CANTEEN]", "checklists[1].siteKinds[0]", "RESTAURANT"),
        ("siteKinds: [RESTAURANT]", "siteKinds: []", "checklists[1].siteKinds", "at least one kind"),
        ("siteKinds: [RESTAURANT]", "siteKinds: [FIELD, FIELD]", "checklists[1].siteKinds", "given twice"),
        ("{code: PURIFIER_CLEANED,", "{code: FENCED,", "checklists[1].items[2].code", "checklists[0].items[0]"),
        ("{code: PURIFIER_CLEANED,", "{code: clean,", "checklists[1].items[2].code", "such as ROAD_DUST"),
        ("zh: 周边围挡", "zh: ''", "checklists[0].items[0].zh", "may not be empty"),
        ("version: winter-2024.10", "version: 1", "version", "put it in quotes"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_field(old: str, new: str, field: str, says: str) -> None:
    text = changed(old, new)
    found = [fault for fault in faults(text) if fault.field == field]
    assert len(found) == 1
    assert says in found[0].message
    at = line_of("{code: COAL, zh: 散煤", text) if "COAL" in new else line_of(old)
    assert found[0].line == at


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ("count: 3,", "count: 0,", "count", "give 1 or more"),
        ("count: 3,", "", "kind", "needs count"),
        ("count: 3,", "count: 3, minutes: 5,", "minutes", "of no use"),
        ("count: 3,", "count: 3, lineOfWork: OZONE,", "lineOfWork", "none of the lines of work"),
        ("{code: PROBLEM_PASSED_ON,", "{code: PROBLEM_OVERDUE,", "code", "keep one"),
        ("{code: PROBLEM_PASSED_ON,", "{code: passed-on,", "code", "such as PROBLEM_OVERDUE"),
        ("kind: PASSED_ON, about: PROBLEM,", "kind: PASSED_ON, about: INSTRUCTION,", "about", "give PROBLEM"),
    ],
)
def test_a_rule_of_findings_gives_the_figures_that_its_kind_goes_by(old: str, new: str, field: str, says: str) -> None:
    (fault,) = faults(changed(old, new))
    assert fault.field == f"findings[13].{field}"
    assert says in fault.message
    assert fault.line in range(line_of("问题反复退转") - 1, line_of("问题反复退转") + 2)


def test_what_is_left_out_is_told_at_the_section() -> None:
    text = changed(f"  - {CLOCK}\n", "").replace(f"  - {HEAD}\n", "")
    assert faults(text) == [
        Fault(line_of("roles:"), "roles", "no rule for HEAD; add one for each"),
        Fault(line_of("problemClocks:", text), "problemClocks", "no rule for NORMAL; add one for each"),
    ]


@pytest.mark.parametrize(
    ("clock", "fields"),
    [
        ("ACT, amount: 0, unit: WORKING_HOURS", ["[1].amount", "[1].amount"]),
        ("ACT, amount: 29, unit: MINUTES", ["[1].amount"]),
        ("ACT, amount: 30, unit: MINUTES", []),
        ("ACT, amount: 3, unit: WORKING_HOURS", ["[2].amount"]),
        ("ACT, amount: 1, unit: WORKING_DAYS", ["[2].amount"]),
        ("ANSWER, amount: 2, unit: WORKING_HOURS", ["", "[2].action"]),
    ],
)
def test_no_step_can_be_due_before_the_one_before_it(clock: str, fields: list[str]) -> None:
    text = changed(ACT, f"{{action: {clock}, basis: ASSUMED}}")
    found = [fault.field.removeprefix("instructionClocks") for fault in faults(text)] if fields else []
    assert found == fields
    assert parse(text, "notice.yaml") if not fields else True


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = changed(CLOCK, "{severity: GRAVE, hours: 72, basis: ASSUMED}").replace("zh: 散煤,", "zh: 7,")
    told = faults(text)
    assert [fault.field for fault in told] == ["linesOfWork[8].zh", "problemClocks[1].severity"]
    text = text.replace("{severity: MINOR, hours: 168", "{severity: MINOR, hours: 0").replace(
        'opens: "14:30"', "opens: 14:30"
    )
    fields = ["linesOfWork[8].zh", "problemClocks[0].hours", "problemClocks[1].severity", "workingDay[1].opens"]
    assert [fault.field for fault in faults(text)] == fields, "what contradicts itself is told beside what has no form"
    lines = str(RulebookError("notice.yaml", tuple(told))).splitlines()
    assert lines[0] == f"notice.yaml:{told[0].line}: linesOfWork[8].zh is no text; put it in quotes"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "begins with fields"),
        ("- a\n- b\n", 1, "begins with fields"),
        ("version: [\n", 2, "can't be read as YAML"),
        ("version: a\nzh: &it x\nen: *it\n", 3, "aliases"),
        ("version: !!python/name:os.system\n", 1, "can't be read as YAML"),
        ("version: a\x00", 1, "can't be read as YAML"),
    ],
)
def test_what_is_no_rulebook_at_all(text: str, line: int, says: str) -> None:
    told = faults(text)
    assert told[0].line == line
    assert says in told[0].message


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="can't be read: No such file"):
        read(tmp_path / "nowhere.yaml")
    (tmp_path / "gbk.yaml").write_bytes("zh: 规则".encode("gbk"))
    with pytest.raises(RulebookError, match="save it as UTF-8"):
        read(tmp_path / "gbk.yaml")
