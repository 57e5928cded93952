"""`zeren rulebook`: everything that is wrong with a file, for people and for machines."""

import json
from pathlib import Path

from typer.testing import CliRunner

from gateway.cli.application import app
from services.campaign.rulebook import form, shipped
from services.campaign.rulebook.reading import SHIPPED


def test_a_rulebook_in_order_names_its_version() -> None:
    told = CliRunner().invoke(app, ["rulebook", "check", str(SHIPPED)])
    assert (told.exit_code, told.stdout) == (0, f"{SHIPPED} is in order: version {shipped().version}.\n")
    shown = CliRunner().invoke(app, ["rulebook", "check", str(SHIPPED), "--json"])
    assert json.loads(shown.stdout) == {"file": str(SHIPPED), "ok": True, "version": shipped().version, "faults": []}


def test_everything_that_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "notice.yaml"
    text = (
        SHIPPED.read_text("utf-8")
        .replace("amount: 30,", "amount: 0,")
        .replace("kind: EXPERT_GROUP, basis: speech", "kind: ORACLE, basis: speech")
    )
    file.write_text(text, "utf-8")
    told = CliRunner().invoke(app, ["rulebook", "check", str(file)])
    lines = told.stdout.splitlines()
    assert told.exit_code == 1
    assert [line.split(" ")[1] for line in lines[:-1]] == ["issuers[0].kind", "instructionClocks[0].amount"]
    assert lines[-1] == "2 to put right."
    shown = json.loads(CliRunner().invoke(app, ["rulebook", "check", str(file), "--json"]).stdout)
    assert (shown["ok"], shown["version"]) == (False, None)
    for fault, line in zip(shown["faults"], lines, strict=False):
        assert line == f"notice.yaml:{fault['line']}: {fault['field']} {fault['message']}"


def test_a_file_that_is_not_there_is_told_without_a_stack_trace(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["rulebook", "check", str(tmp_path / "nowhere.yaml")])
    assert told.exit_code == 1
    assert "can't be read: No such file" in told.stdout


def test_the_form_is_printed() -> None:
    assert json.loads(CliRunner().invoke(app, ["rulebook", "form"]).stdout) == form()
