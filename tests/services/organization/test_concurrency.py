"""Changes that are refused, that come twice or at once, and that meet an import of the same fact."""

import asyncio
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from services.hosting.identity import Caller, Role
from services.integration.exporting import export_bundle
from services.integration.loading.completion import ImportRefused
from services.integration.loading.loader import import_bundle
from tests.services.integration.bundles import changed, write
from tests.services.organization.conftest import NOW, SINCE, County
from tests.world import World, at, rid

END = "2024-12-18T00:00:00+08:00"


@pytest.mark.parametrize(
    ("mutation", "kind", "given", "code", "path"),
    [
        ("end", "Membership", {"fact": rid("m-none"), "validTo": END}, "NOT_FOUND", "fact"),
        ("end", "Membership", {"fact": rid("a-clerk"), "validTo": END}, "NOT_FOUND", "fact"),
        (
            "end",
            "Membership",
            {"fact": rid("m-clerk"), "validTo": "2023-01-01T00:00:00+08:00"},
            "BAD_INTERVAL",
            "validTo",
        ),
        ("end", "Membership", {"fact": rid("m-clerk"), "validTo": END, "reason": " "}, "BAD_INPUT", "reason"),
        ("correct", "Membership", {"fact": rid("m-clerk"), "post": rid("site")}, "NOT_FOUND", "post"),
        ("correct", "Membership", {"fact": rid("m-clerk")}, "NOTHING_TO_CHANGE", ""),
        ("move", "Membership", {"fact": rid("m-clerk"), "at": SINCE, "post": rid("chief")}, "BAD_INTERVAL", "at"),
        ("record", "Name", {"subject": rid("m-clerk"), "text": "x", "validFrom": END}, "NOT_FOUND", "subject"),
    ],
)
async def test_what_is_wrong_is_refused_and_changes_nothing(
    county: County, mutation: str, kind: str, given: dict[str, Any], code: str, path: str
) -> None:
    refused = await county.change(mutation, kind, **given)
    assert (refused["code"], [error["path"] for error in refused["errors"]]) == (code, [path])
    assert await county.database.read("MATCH (n:Event|Command) RETURN count(n) AS n") == [{"n": 0}]


async def test_who_may(county: County) -> None:
    given: dict[str, Any] = {"fact": rid("m-clerk"), "validTo": END}
    for role in Role:
        done = await county.change("end", "Membership", None, Caller("who", role), **given)
        if role is Role.ADMINISTRATOR:
            assert done["membership"]["id"] == f"{rid('m-clerk')}~2"
        else:
            assert done["code"] == "NOT_ALLOWED"
    own = await county.change(
        "end", "Membership", None, Caller("test", Role.INTEGRATOR), fact=rid("m-chief"), validTo=END
    )
    assert own["membership"]["validTo"] == END


async def test_a_key_sent_again_gives_the_first_answer(county: County) -> None:
    given: dict[str, Any] = {"idempotencyKey": "once", "fact": rid("m-clerk"), "at": END, "post": rid("deputy")}
    first = await county.change("move", "Membership", **given)
    assert "event" in first
    await county.change("end", "Membership", fact=first["ended"]["id"], validTo=SINCE, now=at("2024-12-22T00:00Z"))
    assert await county.change("move", "Membership", now=at("2024-12-23T00:00Z"), **given) == first


async def test_of_two_at_once_one_comes_first(county: County) -> None:
    ends = [f"2024-12-1{day}T00:00:00+08:00" for day in range(5)]
    found = await asyncio.gather(
        *(county.change("end", "Membership", fact=rid("m-clerk"), validTo=validTo) for validTo in ends)
    )
    assert sorted(one.get("code", "done") for one in found) == ["SUPERSEDED"] * 4 + ["done"]
    refused = next(one for one in found if "code" in one)
    assert f"{rid('m-clerk')}~2" in refused["message"]


async def test_a_chain_that_no_trace_would_follow_is_refused_and_a_circle_is_not(county: County) -> None:
    world = World()
    posts = [rid("mayor"), *(world.entity("Post", f"above-{n}", title="上级") for n in range(10))]
    for below, above in pairwise(posts):
        world.fact("Reporting", f"up-{above}", below, above, SINCE)
    top, over = (world.entity("Post", name, title="顶") for name in ("top", "over"))
    await world.write(county.database)
    twelfth = await county.change("record", "Reporting", post=posts[-1], reportsTo=rid("mayor"), validFrom=SINCE)
    assert "event" in twelfth, "a circle"
    await county.change("end", "Reporting", fact=twelfth["reporting"]["id"], validTo=SINCE)
    # clerk → chief → mayor → ten above: twelve
    refused = await county.change("record", "Reporting", post=posts[-1], reportsTo=top, validFrom=SINCE)
    assert (refused["code"], refused["errors"][0]["path"]) == ("CHAIN_TOO_LONG", "reportsTo")
    past = await county.change(
        "record", "Reporting", post=posts[-1], reportsTo=over, validFrom="2020-01-01T00:00:00+08:00", validTo=SINCE
    )
    assert "event" in past, "at no instant with the others"


def clock() -> datetime:
    return datetime.now(UTC)


def of_bundle(source_id: str) -> str:
    from graph.model.identity import record_id

    return record_id("bundle", source_id)


ROW = "m1,li,clerk,2023-01-01,2024-12-20"


async def test_a_correction_stays_until_the_source_says_something_new(county: County, tmp_path: Path) -> None:
    county.now = clock()
    first = write(tmp_path / "first", changed())
    assert (await import_bundle(county.database, first, clock)).report.ok
    fact = of_bundle("m1")
    county.now = clock()
    corrected = await county.change("correct", "Membership", fact=fact, validTo="2024-12-19T00:00:00+08:00")
    assert corrected["membership"]["id"] == f"{fact}~2", corrected

    again = write(tmp_path / "again", changed(persons=("王五,", "王五,13900000000")))
    assert (await import_bundle(county.database, again, clock)).written == 1, "the row of the fact is nothing new"
    await export_bundle(county.database, tmp_path / "out", clock)
    assert "m1,li,clerk,2023-01-01T00:00:00+08:00,2024-12-19T00:00:00+08:00" in (
        tmp_path / "out" / "memberships.csv"
    ).read_text("utf-8")

    new = write(tmp_path / "new", changed(memberships=(ROW, "m1,li,clerk,2023-01-01,2024-12-21")))
    assert (await import_bundle(county.database, new, clock)).recorded_at is not None
    county.now = clock()
    late = await county.change("end", "Membership", fact=f"{fact}~2", validTo="2024-12-18T00:00:00+08:00")
    assert (late["code"], f"{fact}~3" in late["message"]) == ("SUPERSEDED", True)
    after = await county.change("end", "Membership", fact=f"{fact}~3", validTo="2024-12-18T00:00:00+08:00")
    assert after["superseded"]["validTo"] == "2024-12-21T00:00:00+08:00"


async def test_an_import_and_a_correction_do_not_change_one_fact_at_once(
    county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.integration.loading import loader

    assert (await import_bundle(county.database, write(tmp_path / "first", changed()), clock)).report.ok
    fact = of_bundle("m1")
    # Where nobody has acted yet, an import would have commands wait for its end.
    assert "event" in await county.change("end", "Membership", fact=rid("m-clerk"), validTo=END, now=clock())
    new = write(tmp_path / "new", changed(memberships=(ROW, "m1,li,clerk,2023-01-01,2024-12-21")))
    commit = loader.Load._commit  # pyright: ignore[reportPrivateUsage]

    async def corrected_first(self: Any, rows: Any) -> int:
        if rows.corrections:
            county.now = clock()
            done = await county.change("end", "Membership", fact=fact, validTo="2024-12-18T00:00:00+08:00")
            assert "event" in done, done
        return await commit(self, rows)

    with monkeypatch.context() as patched:
        patched.setattr(loader.Load, "_commit", corrected_first)
        with pytest.raises(ImportRefused, match="was corrected"):
            await import_bundle(county.database, new, clock)
    assert (await import_bundle(county.database, new, clock)).recorded_at is not None, "run again, it goes on"

    async def not_yet(*_: Any) -> datetime:
        county.now = clock()
        waiting = await county.change("end", "Membership", fact=f"{fact}~3", validTo="2024-12-17T00:00:00+08:00")
        assert (waiting["code"], "import" in waiting["message"]) == ("NOT_ALLOWED", True)
        raise ImportRefused("cut off")

    newer = write(tmp_path / "newer", changed(memberships=(ROW, "m1,li,clerk,2023-01-01,2024-12-22")))
    monkeypatch.setattr(loader, "complete", not_yet)
    with pytest.raises(ImportRefused, match="cut off"):
        await import_bundle(county.database, newer, clock)
    assert clock() > NOW
