"""Every kind of bad input gets a fault with its file, row, column, value and what would be right."""

import zipfile
from pathlib import Path

import pytest

from services.integration.bundle import resolving
from services.integration.bundle.checking import check
from services.integration.bundle.faults import BundleError, Fault, Report
from tests.services.integration.bundles import SMALL, changed, text, write
from tests.services.integration.workbooks import write_workbook


def report_on(path: Path, source: str = "bundle") -> Report:
    with check(path, source) as checked:
        return checked.report


def faults_in(tmp_path: Path, tables: dict[str, str]) -> list[Fault]:
    return report_on(write(tmp_path / "bundle", tables)).errors


def test_a_good_bundle_has_no_faults_and_counted_rows(tmp_path: Path) -> None:
    report = report_on(write(tmp_path / "bundle", SMALL))
    assert report.errors == []
    assert report.ok
    assert report.rows["events"] == 5
    assert report.rows["organizations"] == 3


def test_more_references_than_are_kept_still_lead_somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "_KEPT", 3)
    assert faults_in(tmp_path, SMALL) == []


def test_a_faulty_row_does_not_change_how_the_others_are_read(tmp_path: Path) -> None:
    """Rows without fault are read by column, those beside a faulty one each by itself: both give the same."""
    spoilt = {name: f"{text(table)}{',' * 30}x\n" for name, table in SMALL.items()}
    with (
        check(write(tmp_path / "good", SMALL)) as good,
        check(write(tmp_path / "spoilt", spoilt)) as beside,
    ):
        assert sum("quote cells" in fault.message for fault in beside.report.errors) == len(SMALL)
        for name in SMALL:
            *rows, _ = beside.staging.rows(name)
            assert rows == list(good.staging.rows(name))


Case = tuple[str, tuple[str, str], tuple[str, int | None, str | None, str | None], str]

CASES: dict[str, Case] = {
    "unknown column": ("persons", ("phone", "phon"), ("persons.csv", 1, "phon", None), "did you mean phone?"),
    "missing column": ("posts", ("id,title,", "id,"), ("posts.csv", 1, "title", None), "missing, and is required"),
    "column twice": ("persons", ("phone", "name"), ("persons.csv", 1, "name", None), "more than once"),
    "missing value": ("persons", ("wang,王五", "wang,"), ("persons.csv", 3, "name", None), "is required"),
    "bad term": (
        "organizations",
        ("GOVERNMENT,,", "GOVERMENT,,"),
        ("organizations.csv", 2, "kind", "GOVERMENT"),
        "GOVERNMENT",
    ),
    "recorded superior": (
        "responsibilities",
        ("GRID_WORKER", "SUPERIOR"),
        ("responsibilities.csv", 2, "role", "SUPERIOR"),
        "one of",
    ),
    "bad time": (
        "memberships",
        ("2023-01-01", "2023-13-01"),
        ("memberships.csv", 2, "validFrom", "2023-13-01"),
        "write an instant",
    ),
    "no offset": (
        "events",
        ("T10:00:00+08:00,REGISTER,wang,chief", "T10:00:00,REGISTER,wang,chief"),
        ("events.csv", 3, "at", "2024-12-15T10:00:00"),
        "+08:00",
    ),
    "bad date": (
        "directives",
        ("2024-12-14", "14.12.2024"),
        ("directives.csv", 2, "issuedOn", "14.12.2024"),
        "2024-12-14",
    ),
    "reversed interval": (
        "memberships",
        ("2024-12-20,任免", "2022-12-20,任免"),
        ("memberships.csv", 2, "validTo", "2022-12-20T00:00:00+08:00"),
        "lies before validFrom",
    ),
    "reversed span": ("clauses", ("0,12", "12,3"), ("clauses.csv", 2, "end", "3"), "lies before start"),
    "id twice": ("persons", ("wang,王五", "mill,王五"), ("persons.csv", 3, "id", "mill"), "organizations row 4"),
    "observation twice": ("observations", ("T09", "T08"), ("observations.csv", 3, "station", None), "as row 2"),
    "unknown reference": ("sites", ("grid,mill", "grit,mill"), ("sites.csv", 2, "area", "grit"), "leads nowhere"),
    "reference to another kind": (
        "posts",
        ("clerk,科员,env", "clerk,科员,li"),
        ("posts.csv", 4, "organization", "li"),
        "is of kind Person",
    ),
    "unknown in a list": ("tasks", ("env;gov", "env;gof"), ("tasks.csv", 2, "responsible", "gof"), "leads nowhere"),
    "wrong kind of site": (
        "regulations",
        ("SITE_KIND,ENTERPRISE", "SITE_KIND,MILL"),
        ("regulations.csv", 2, "subject", "MILL"),
        "one of",
    ),
    "wrong end of a link": (
        "links",
        ("mill-site,street", "mill-site,env"),
        ("links.csv", 3, "to", "env"),
        "is of kind Organization",
    ),
    "bad credit code": (
        "organizations",
        ("600037341L", "600037341M"),
        ("organizations.csv", 4, "creditCode", "91110000600037341M"),
        "GB 32100",
    ),
    "cycle of areas": ("areas", ("410000,,", "410000,grid,"), ("areas.csv", 4, "parent", None), "cycle"),
    "cycle of organizations": (
        "organizations",
        ("GOVERNMENT,,", "GOVERNMENT,env,"),
        ("organizations.csv", 3, "parent", None),
        "cycle",
    ),
    "cycle of tasks": ("tasks", ("工业企业,,", "工业企业,t2,"), ("tasks.csv", 3, "parent", None), "cycle"),
    "illegal event": ("events", ("ACCEPT,li", "CLOSE,li"), ("events.csv", 4, "action", "CLOSE"), "Possible now"),
    "event too early": (
        "events",
        ("2024-12-15T10", "2024-12-14T10"),
        ("events.csv", 3, "at", None),
        "before the discovery",
    ),
    "neither site nor area": (
        "problems",
        ("mill-site,,t2", ",,t2"),
        ("problems.csv", 2, "site", None),
        "neither site nor area",
    ),
    "not a number": ("observations", ("153.5", "153,5"), ("observations.csv", 2, None, None), "cells"),
    "degrees": ("sites", ("113.65", "213.65"), ("sites.csv", 2, "longitude", "213.65"), "degrees"),
    "not true or false": ("sites", ("true", "yes"), ("sites.csv", 2, "keyProject", "yes"), "true or false"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_fault_has_its_place_and_says_what_would_be_right(tmp_path: Path, name: str) -> None:
    table, change, place, message = CASES[name]
    found = faults_in(tmp_path, changed(**{table: change}))
    hits = [f for f in found if (f.file, f.row, f.column, f.value) == place]
    assert hits, "\n".join(map(str, found))
    assert message in hits[0].message


def test_all_faults_are_reported_not_the_first(tmp_path: Path) -> None:
    found = faults_in(tmp_path, changed(persons=("wang,王五", "wang,"), sites=("true", "yes"), links=("ASSUMED", "x")))
    assert {(f.file, f.row) for f in found} == {("persons.csv", 3), ("sites.csv", 2)}


def test_overlapping_links_of_one_thing_are_refused_and_memberships_are_not(tmp_path: Path) -> None:
    overlapping = changed(
        links=("2020-01-01,\n", "2020-01-01,\n        l3,WITHIN,mill-site,grid,2019-06-01,,\n"),
        memberships=("2024-12-20,,", "2024-01-01,,"),
    )
    (fault,) = faults_in(tmp_path, overlapping)
    assert (fault.file, fault.row, fault.column) == ("links.csv", 4, "validFrom")
    assert "overlaps with row 3" in fault.message


def test_a_retracted_row_neither_overlaps_nor_makes_a_cycle(tmp_path: Path) -> None:
    tables = changed(links=("2020-01-01,\n", "2020-01-01,\n        l3,WITHIN,street,grid,2019-06-01,2019-06-01,\n"))
    assert faults_in(tmp_path, tables) == []


def test_links_that_do_not_hold_together_make_no_cycle(tmp_path: Path) -> None:
    row = "l3,WITHIN,county,street,2010-01-01,2011-01-01,\n        l4,WITHIN,street,county,2011-01-01,,\n"
    assert faults_in(tmp_path, changed(links=("2020-01-01,\n", f"2020-01-01,\n        {row}"))) != []
    row += "        l5,WITHIN,street,county,2001-01-01,2010-01-01,\n"
    row += "        l6,WITHIN,street,other,2010-01-01,2011-01-01,\n"
    tables = changed(
        links=("2020-01-01,\n", f"2020-01-01,\n        {row}"),
        areas=("grid,一网格", "other,二街道,SUBDISTRICT,,,\n        grid,一网格"),
    )
    assert faults_in(tmp_path / "apart", tables) == []


def test_long_chains_of_reporting_are_refused_and_cycles_are_not(tmp_path: Path) -> None:
    def chain(length: int, last: str) -> dict[str, str]:
        posts = "id,title,organization\n" + "\n".join(f"q{i},岗,gov" for i in range(length + 1))
        rows = [f"w{i},q{i},q{i + 1},2020-01-01" for i in range(length)] + [last] * bool(last)
        organizations = "id,name,kind\ngov,县,GOVERNMENT"
        return {
            "organizations": organizations,
            "posts": posts,
            "reporting": "\n".join(["id,post,reportsTo,validFrom", *rows]),
        }

    assert faults_in(tmp_path / "a", chain(12, "")) == []
    assert faults_in(tmp_path / "b", chain(5, "w9,q5,q0,2020-01-01")) == []
    (fault,) = faults_in(tmp_path / "c", chain(13, ""))
    assert (fault.file, fault.row, fault.column) == ("reporting.csv", 2, "reportsTo")


def test_references_name_other_sources_and_the_own_one(tmp_path: Path) -> None:
    tables = changed(posts=("clerk,科员,env", "clerk,科员,bundle:env"), sites=("grid,mill", "speech:grid,mill"))
    (fault,) = faults_in(tmp_path, tables)
    assert fault.value == "speech:grid"


def test_unknown_files_and_no_files(tmp_path: Path) -> None:
    (fault,) = faults_in(tmp_path, {**SMALL, "event": "id\n1\n"})
    assert (fault.file, "did you mean events?" in fault.message) == ("event.csv", True)
    (tmp_path / "nothing").mkdir()
    assert "holds no table" in report_on(tmp_path / "nothing").errors[0].message
    with pytest.raises(BundleError, match="no such file"):
        report_on(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        ("id,name\nli,李四\n".encode("gb18030"), "looks like GB18030"),
        ("id,name\nli,李四\n".encode("utf-16"), "looks like UTF-16"),
        (b'id,name\nli,"' + b"x" * 200_000, "a cell longer than"),
        (b'id,name\nli,"x', "never closed"),
        (b"id;name\nli;x\n", "separated by commas"),
        (b"id,name\n" + b"x" * (1 << 21), "longer than a million"),
        (b"id,name\nli,a\x00b\n", "NUL"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "persons.csv").write_bytes(content)
    found = report_on(tmp_path).errors
    assert any(message in f.message and f.file == "persons.csv" for f in found), "\n".join(map(str, found))


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "persons.csv").write_bytes("\ufeffname,id\n\n李四,li\n,wang\n".encode())
    (fault,) = report_on(tmp_path).errors
    assert (fault.row, fault.column) == (4, "name")


def test_archives(tmp_path: Path) -> None:
    whole = tmp_path / "b.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        for name, table in SMALL.items():
            archive.writestr(f"bundle/{name}.csv", text(table))
    assert report_on(whole).ok
    outside = tmp_path / "c.zip"
    with zipfile.ZipFile(outside, "w") as archive:
        archive.writestr("../persons.csv", "id,name\n")
    with pytest.raises(BundleError, match="leads out of the archive"):
        report_on(outside)
    broken = tmp_path / "d.zip"
    broken.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(BundleError, match="not a whole"):
        report_on(broken)
    content = bytearray(whole.read_bytes())
    content[60:70] = b"0123456789"
    broken.write_bytes(bytes(content))
    assert any("damaged" in fault.message for fault in report_on(broken).errors)


def test_workbooks(tmp_path: Path) -> None:
    good: dict[str, list[list[str | float | bool]]] = {
        "areas": [["id", "name", "kind"], ["county", "某县", "COUNTY"]],
        "sites": [
            ["id", "name", "kind", "area", "keyProject", "longitude", ""],
            [7, "厂", "ENTERPRISE", "county", True, 113.5],
        ],
    }
    with check(write_workbook(tmp_path / "b.xlsx", good)) as checked:
        assert checked.report.errors == []
        (site,) = checked.staging.rows("sites")
        assert site == (2, "7", "厂", "ENTERPRISE", "county", None, 1, 113.5, None)
    sheets = {**good, "sits": good["sites"], "areas": [*good["areas"], ["x", "y", "COUNTRY"]]}
    found = report_on(write_workbook(tmp_path / "c.xlsx", sheets)).errors
    assert [(f.file, f.row, f.column) for f in found] == [("sits", None, None), ("areas", 3, "kind")]
    broken = tmp_path / "d.xlsx"
    broken.write_bytes(b"not a workbook")
    with pytest.raises(BundleError, match="not a whole"):
        report_on(broken)


def test_the_digest_is_of_the_contents(tmp_path: Path) -> None:
    with check(write(tmp_path / "a", SMALL)) as one, check(write(tmp_path / "b", SMALL)) as other:
        assert one.digest == other.digest
    with check(write(tmp_path / "c", changed(persons=("王五", "王六")))) as third:
        assert third.digest != one.digest


def test_a_report_can_be_read_by_machines(tmp_path: Path) -> None:
    found = report_on(write(tmp_path / "bundle", changed(persons=("wang,王五", "wang,")))).as_json()
    assert found["ok"] is False
    assert found["errorCount"] == 1
    assert found["errorsByFile"] == {"persons.csv": 1}
    assert found["errors"][0]["row"] == 3


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    from services.integration.bundle.staging import Staging

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Staging, "add", full)
    with pytest.raises(BundleError, match="Free some space"):
        report_on(write(tmp_path / "bundle", SMALL))
