"""Commands on a Neo4j of one's own: data in, data out, questions."""

import json
from pathlib import Path

from schema import __file__ as contract
from tests.gateway.conftest import Zeren, fails
from tests.services.integration.bundles import changed, write


def test_data_goes_in_and_out_and_a_trace_is_told(zeren: Zeren, bundle: Path, tmp_path: Path) -> None:
    assert "constraints and indexes" in zeren("migrate").stdout

    checked = zeren("import", bundle, "--source", "small", "--dry-run")
    assert checked.returncode == 0
    assert checked.stdout.startswith("The bundle is in order: organizations 3,")

    imported = zeren("import", bundle, "--source", "small", "--json")
    assert imported.returncode == 0
    report = json.loads(imported.stdout)
    assert report["ok"] is True
    assert report["rows"]["problems"] == 2
    assert report["recordedAt"]

    again = zeren("import", bundle, "--source", "small")
    assert again.returncode == 0
    assert again.stdout.startswith("All of it was known already")

    asked = zeren("trace", "small:p1", "--json")
    assert asked.returncode == 0
    answer = json.loads(asked.stdout)
    assert list(answer) == ["data"]
    trace = answer["data"]["trace"]
    assert trace["asOf"] == "2024-12-15T09:00:00+08:00"
    assert [line["kind"] for line in trace["lines"]][:3] == ["TERRITORIAL", "INDUSTRY", "TASK"]

    told = zeren("trace", "small:p1")
    assert told.returncode == 0
    assert "ZG-1 扬尘" in told.stdout
    for word in ("属地", "行业监管", "任务", "督导", "监管对象", "直接责任", "一网格 ▸ 生态环境局 科员（网格员） 李四"):
        assert word in told.stdout
    assert "2023-01-01 至今  依据 《讲话》第一条 第 0–12 字" in told.stdout
    assert "经手  custody" in told.stdout
    assert "2024-12-15 09:00 至" in told.stdout
    assert "有利情形  exculpatory" in told.stdout

    later = json.loads(zeren("trace", "small:p1", "--as-of", "2024-12-21T00:00:00+08:00", "--json").stdout)
    holders = {
        hop["holder"]["name"] for line in later["data"]["trace"]["lines"] for hop in line["hops"] if hop["holder"]
    }
    assert "李四" not in holders

    compared = zeren("trace", "small:p1", "--compare-as-of", "2024-12-21T00:00:00+08:00")
    assert compared.returncode == 0, compared.stderr
    assert "责任链对比 ZG-1 扬尘" in compared.stdout
    assert "减少 REMOVED  一网格 ▸ 生态环境局 科员 李四 直接责任" in compared.stdout
    assert "因 任职 " in compared.stdout

    exported = zeren("export", tmp_path / "out.zip", "--source", "small", "--json")
    assert exported.returncode == 0, exported.stderr
    assert json.loads(exported.stdout)["rows"]["problems"] == 2
    assert "All of it was known already" in zeren("import", tmp_path / "out.zip", "--source", "small").stdout
    fails(zeren("export", tmp_path / "out.zip"), 1, "out.zip")


def test_faults_of_a_bundle_are_told_with_their_places(zeren: Zeren, tmp_path: Path) -> None:
    faulty = write(tmp_path / "faulty", changed(posts=("clerk,科员,env", "clerk,科员,nowhere")))
    done = zeren("import", faulty)
    assert done.returncode == 1
    assert "nothing was loaded" in done.stdout
    assert "posts.csv, row 4, column organization: 'nowhere'" in done.stdout
    report = json.loads(zeren("import", faulty, "--json").stdout)
    assert report["ok"] is False
    assert report["errors"][0]["row"] == 4


def test_nothing_to_discard(zeren: Zeren) -> None:
    zeren("migrate")
    assert "No import was cut off" in zeren("import", "--discard").stderr


def test_a_trace_of_what_is_not_there(zeren: Zeren) -> None:
    fails(zeren("trace", "small:p1"), 1, "zeren migrate")
    zeren("migrate")
    fails(zeren("trace", "small:nothing"), 1, "There is no trace of small:nothing", "NOT_FOUND")
    done = zeren("trace", "small:nothing", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_the_contract_is_written(alone: Zeren, tmp_path: Path) -> None:
    done = alone("schema", "export", "--to", tmp_path / "sdl")
    assert done.returncode == 0
    committed = Path(contract).parent / "sdl"
    for room in ("organization", "campaign", "oversight", "accountability", "integration"):
        written = tmp_path / "sdl" / f"{room}.graphql"
        assert str(written) in done.stdout
        assert (committed / written.name).is_file()
        assert "@key" in written.read_text("utf-8") or room == "integration"
