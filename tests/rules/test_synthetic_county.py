"""The synthetic county: the same from the same seed, whole in itself, and lived by the rules."""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from graph.model.enums import OrganizationKind, SiteType
from services.integration.bundle.columns import FILES, SUBJECT_TARGETS, Type
from services.integration.county import generate
from services.integration.county.campaign import SHIPPED, UnknownBodyError
from services.integration.county.territory import DEMO_GRID, DEMO_WORKER
from services.organization.rules import credit_code_is_valid
from services.oversight.rules import Action, Life, Status, Step, replay

Rows = list[dict[str, str]]
DISCOVERED = "2024-12-16T09:20:00+08:00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("county"), seed=7).folder


@pytest.fixture(scope="module")
def county(folder: Path) -> dict[str, Rows]:
    return {path.stem: read(path) for path in folder.glob("*.csv")}


@pytest.fixture(scope="module")
def speech() -> dict[str, Rows]:
    return {path.stem: read(path) for path in SHIPPED.glob("*.csv")}


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else datetime.fromisoformat(f"{text}T00:00:00+08:00")


def holds(row: dict[str, str], at: str) -> bool:
    begun = instant(row["validFrom"]) <= instant(at)
    return begun and (not row["validTo"] or instant(at) < instant(row["validTo"]))


def holders(county: dict[str, Rows], at: str) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in county["memberships"]:
        if holds(row, at):
            found[row["post"]].append(row["person"])
    return found


def lives(county: dict[str, Rows]) -> dict[str, Life]:
    """The events of each problem through the rules; a refusal fails."""
    organization = {row["id"]: row["organization"] for row in county["posts"]}
    steps: defaultdict[str, list[Step]] = defaultdict(list)
    for row in county["events"]:
        steps[row["problem"]].append(
            Step(
                Action(row["action"]),
                instant(row["at"]),
                row["person"] or None,
                row["post"] or None,
                organization[row["post"]],
                row["toOrganization"] or None,
                instant(row["dueAt"]) if row["dueAt"] else None,
                tuple(row["evidence"].split(";")) if row["evidence"] else (),
                row["note"] or None,
            )
        )
    found: dict[str, Life] = {}
    for row in county["problems"]:
        life = replay(instant(row["discoveredAt"]), steps[row["id"]])
        assert isinstance(life, Life), (row["id"], life)
        found[row["id"]] = life
    return found


def test_the_same_seed_gives_the_same_files_and_another_gives_others(folder: Path, tmp_path: Path) -> None:
    generate(tmp_path / "same", seed=7)
    generate(tmp_path / "other", seed=8)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "same" / path.name).read_bytes(), path.name
    for name in ("memberships.csv", "sites.csv", "problems.csv", "events.csv", "observations.csv"):
        assert (folder / name).read_bytes() != (tmp_path / "other" / name).read_bytes(), name


def test_a_smaller_county_is_the_beginning_of_a_greater_one(folder: Path, tmp_path: Path) -> None:
    generate(tmp_path, seed=7, scale=0.05)
    for path in folder.glob("*.csv"):
        assert path.read_bytes().startswith((tmp_path / path.name).read_bytes()), path.name
    assert len(read(tmp_path / "problems.csv")) == 102


def test_writing_again_leaves_nothing_of_the_county_before(tmp_path: Path) -> None:
    generate(tmp_path, seed=7, scale=0.1)
    generate(tmp_path, seed=7, scale=0)
    assert {row["id"] for row in read(tmp_path / "problems.csv")} == {"demo-problem", "demo-problem-earlier"}


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    made = generate(tmp_path, seed=7, scale=0.6, progress=lambda done, of: told.append((done, of)))
    assert told == [(500, 1200), (1000, 1200), (1200, 1200)]
    assert made.rows["problems"] == 1202


def test_bad_requests_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="negative"):
        generate(tmp_path, seed=7, scale=-1)
    (tmp_path / "organizations.csv").write_text("id,name,kind,parent\norg-x,某局,DEPARTMENT,\n", encoding="utf-8")
    with pytest.raises(UnknownBodyError, match="no org-county-government; it has: speech:org-x"):
        generate(tmp_path / "county", seed=7, campaign_bundle=tmp_path)


def test_the_package_describes_its_files(folder: Path, county: dict[str, Rows]) -> None:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert {resource["path"] for resource in package["resources"]} == {f"{name}.csv" for name in county}
    for resource in package["resources"]:
        columns = [field["name"] for field in resource["schema"]["fields"]]
        assert columns == list(county[resource["name"]][0])


def test_every_cell_is_what_its_column_holds(county: dict[str, Rows], speech: dict[str, Rows]) -> None:
    labels: dict[str, str] = {}
    for file in FILES:
        if file.key == ("id",):
            for row in county.get(file.name, []):
                assert row["id"] not in labels, row["id"]
                labels[row["id"]] = file.label
            labels |= {f"speech:{row['id']}": file.label for row in speech.get(file.name, [])}
    for file in FILES:
        for row in county.get(file.name, []):
            for column in file.columns:
                cell = row[column.name]
                where = (file.name, row, column.name)
                assert cell or not column.required, where
                if not cell:
                    continue
                if column.terms:
                    assert cell in column.terms, where
                if column.targets and column.type in {Type.REFERENCE, Type.REFERENCES}:
                    assert all(labels.get(item) in column.targets for item in cell.split(";")), where
                if column.type in {Type.INSTANT, Type.DEADLINE}:
                    instant(cell)
            if row.get("validTo"):
                assert instant(row["validFrom"]) < instant(row["validTo"]), row
            if "subjectKind" in row:
                target = SUBJECT_TARGETS.get(row["subjectKind"])
                assert row["subject"] in set(SiteType) if target is None else labels[row["subject"]] == target, row


def test_where_a_thing_is_and_where_a_post_is_are_never_two_at_once(county: dict[str, Rows]) -> None:
    intervals: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in county["links"]:
        if row["kind"] in {"WITHIN", "POST_IN", "PART_OF"}:
            intervals[row["kind"], row["from"]].append((row["validFrom"], row["validTo"] or "9999"))
    assert {kind for kind, _ in intervals} == {"WITHIN", "POST_IN", "PART_OF"}
    for found in intervals.values():
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(found)))


def test_the_events_of_each_problem_are_lived_by_the_rules(county: dict[str, Rows]) -> None:
    found = lives(county)
    shares = Counter(life.status for life in found.values())
    assert set(shares) == set(Status)
    assert 0.6 < shares[Status.CLOSED] / len(found) < 0.95
    assert {row["action"] for row in county["events"]} == set(Action)
    for count in (
        "extensions",
        "suspensions",
        "reopenings",
        "transfers",
        "returns_upheld",
        "look_backs",
        "escalations",
    ):
        assert any(getattr(life, count) for life in found.values()), count
    assert max(life.returns for life in found.values()) >= 3
    assert max(life.last_at for life in found.values()) < instant("2025-02-01")


def test_whoever_acts_held_the_post_then(county: dict[str, Rows]) -> None:
    held: defaultdict[tuple[str, str], Rows] = defaultdict(list)
    for row in county["memberships"]:
        held[row["person"], row["post"]].append(row)
    for event in county["events"]:
        if event["person"]:
            assert any(holds(row, event["at"]) for row in held[event["person"], event["post"]]), event
    assert 0.8 < sum(bool(event["person"]) for event in county["events"]) / len(county["events"]) < 1


def test_people_change_posts(county: dict[str, Rows]) -> None:
    posts: defaultdict[str, set[str]] = defaultdict(set)
    for row in county["memberships"]:
        posts[row["person"]].add(row["post"])
    assert sum(len(held) > 1 for held in posts.values()) > 30
    begun = [row for row in county["memberships"] if "2024-11" <= row["validFrom"] < "2025-02"]
    assert len(begun) > 50


def test_shares_of_vacancies_overlaps_and_unassigned_grids_are_realistic(county: dict[str, Rows]) -> None:
    at = "2024-12-31"
    held = holders(county, at)
    workers = [post["id"] for post in county["posts"] if post["id"].endswith("-worker")]
    counts = Counter(min(len(set(held[worker])), 2) for worker in workers)
    assert 0.02 < counts[0] / len(workers) < 0.12
    assert 0.01 < counts[2] / len(workers) < 0.10
    answered = {row["subject"] for row in county["responsibilities"] if holds(row, at)}
    grids = [area["id"] for area in county["areas"] if area["kind"] == "GRID"]
    unassigned = sum(grid not in answered for grid in grids) / len(grids)
    assert 0.01 < unassigned < 0.08
    shared = Counter(
        row["post"] for row in county["responsibilities"] if row["role"] == "GRID_WORKER" and holds(row, at)
    )
    assert any(count > 1 for count in shared.values())


def test_the_county_has_what_a_county_has(county: dict[str, Rows], speech: dict[str, Rows]) -> None:
    kinds = Counter(area["kind"] for area in county["areas"])
    assert (kinds["COUNTY"], kinds["SUBDISTRICT"], kinds["ZONE"], kinds["TOWNSHIP"]) == (1, 4, 1, 6)
    assert {site["kind"] for site in county["sites"]} == set(SiteType)
    small = {OrganizationKind.ENTERPRISE, OrganizationKind.VILLAGE_COMMITTEE}
    bodies = [row for row in (*county["organizations"], *speech["organizations"]) if row["kind"] not in small]
    assert 30 <= len(bodies) < 40
    roles = {row["role"] for row in county["responsibilities"]}
    assert roles >= {
        "GRID_WORKER",
        "GRID_LEADER",
        "SUPERVISOR",
        "STATIONED_INSPECTOR",
        "INSPECTOR",
        "LEADER",
        "HEAD",
        "CREW",
    }
    assert {row["subjectKind"] for row in county["responsibilities"]} == {"AREA", "SITE", "TASK", "SITE_KIND"}
    assert {row["capacity"] for row in county["regulations"]} == {"INDUSTRY", "BUSINESS", "PRODUCTION"}
    assert "CAMERA" not in {row["subject"] for row in county["regulations"]}
    assert "ASSUMED" in {row["basis"] for row in county["responsibilities"]}


def test_codes_of_enterprises_are_valid_and_some_begin_with_a_letter(county: dict[str, Rows]) -> None:
    codes = [row["creditCode"] for row in county["organizations"] if row["kind"] == "ENTERPRISE"]
    assert len(codes) == len(set(codes)) > 100
    assert all(map(credit_code_is_valid, codes))
    assert any(code[0].isalpha() for code in codes)


def test_codes_of_areas_nest_as_the_areas_do(county: dict[str, Rows]) -> None:
    areas = {row["id"]: row for row in county["areas"]}
    codes = [row["code"] for row in county["areas"]]
    assert len(codes) == len(set(codes))
    for row in county["areas"]:
        if row["parent"]:
            assert row["code"].startswith(areas[row["parent"]]["code"].rstrip("0")), row
        assert row["code"].startswith("99"), row


def test_reporting_lines_lead_up_without_a_circle(county: dict[str, Rows]) -> None:
    up: defaultdict[str, list[str]] = defaultdict(list)
    for row in county["reporting"]:
        up[row["post"]].append(row["reportsTo"])

    def chains(post: str, below: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        assert post not in below, below
        if not up[post]:
            yield (*below, post)
        for superior in up[post]:
            yield from chains(superior, (*below, post))

    found = [
        chain for grid in county["areas"] if grid["kind"] == "GRID" for chain in chains(f"post-{grid['id']}-worker")
    ]
    assert {chain[-1] for chain in found} == {"post-county-leader"}
    assert max(map(len, found)) == 7
    assert all(len(chain) <= 12 for post in county["posts"] for chain in chains(post["id"]))


def test_stations_measured_every_day(county: dict[str, Rows]) -> None:
    rows = county["observations"]
    days = (instant("2025-02-01") - instant("2023-01-01")) // timedelta(days=1)
    assert Counter((row["station"], row["indicator"]) for row in rows) == {
        (f"station-{number}", indicator): days for number in (1, 2, 3) for indicator in ("PM10", "PM25")
    }

    def mean(of: Iterable[str]) -> float:
        values = [int(value) for value in of]
        return sum(values) / len(values)

    def winter(year: int) -> float:
        return mean(row["value"] for row in rows if row["indicator"] == "PM10" and row["at"].startswith(f"{year}-12"))

    summer = mean(row["value"] for row in rows if row["indicator"] == "PM10" and row["at"].startswith("2024-07"))
    assert winter(2024) > summer


def test_the_demonstration_has_something_on_every_line(county: dict[str, Rows]) -> None:
    life = lives(county)["demo-problem"]
    assert (life.status, life.due_at) == (Status.CLOSED, instant("2024-12-28T18:00:00+08:00"))
    assert (life.returns, life.returns_upheld, life.extensions, life.suspensions) == (1, 1, 1, 1)
    assert (life.reopenings, life.urgings, life.escalations, life.look_backs, life.transfers) == (1, 1, 1, 1, 1)
    held = holders(county, DISCOVERED)
    assert held[DEMO_WORKER] == ["person-demo-worker-2"]
    assert held["post-subdistrict-1-section"] == []
    assert len(held["post-housing-officer-1"]) == 2
    duties = [row for row in county["responsibilities"] if holds(row, DISCOVERED)]
    for_site = {row["role"]: row["post"] for row in duties if row["subject"] == "site-demo"}
    assert set(for_site) == {"SUPERVISOR", "STATIONED_INSPECTOR", "LEADER", "RESPONSIBLE"}
    answered = {row["subject"] for row in duties}
    assert {DEMO_GRID, "area-subdistrict-1-01", "area-subdistrict-1", "area-county"} <= answered
    assert "speech:task-construction" in answered
    operated = [row for row in county["links"] if row["kind"] == "OPERATES" and row["to"] == "site-demo"]
    assert [holds(row, DISCOVERED) for row in operated] == [False]
    assert lives(county)["demo-problem-earlier"].status is Status.RECTIFYING


def test_somebody_takes_every_step_of_the_demonstration(county: dict[str, Rows]) -> None:
    events = [row for row in county["events"] if row["problem"] == "demo-problem"]
    assert len(events) == 19
    assert all(row["person"].startswith("person-demo-") for row in events)
