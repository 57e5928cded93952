"""The evidence of a record, as its document asks for it."""

from importlib.resources import files

from services.accountability.schema import schema
from tests.asking import ask, context, refused
from tests.services.ledger.writing import Place

DOCUMENT = files("schema").joinpath("operations", "Evidence.graphql").read_text("utf-8")


async def test_a_problem_is_proved_by_its_events(place: Place) -> None:
    problem = await place.problem()
    asker = context(place.database)
    (found,) = (await ask(schema, DOCUMENT, {"subject": problem}, as_=asker)).values()
    assert (found["checkpoint"], found["verified"]) == (None, True)
    await place.sequencer().catch_up()
    (found,) = (await ask(schema, DOCUMENT, {"subject": problem}, as_=asker)).values()
    events = [edge["node"] for edge in found["events"]["edges"]]
    assert [event["kind"] for event in events] == ["REPORTED", "REGISTER", "ASSIGN"]
    assert [event["logIndex"] for event in events] == [0, 1, 2]
    assert [event["previousHash"] for event in events[1:]] == [event["hash"] for event in events[:-1]]
    assert events[2]["actor"] == {"name": "张三"}
    assert events[2]["post"] == {"title": "网格员"}
    assert found["events"]["pageInfo"]["hasNextPage"] is False
    assert found["checkpoint"]["size"] == 3
    assert found["checkpoint"]["note"].startswith(place.keys().origin)
    assert found["verified"] is True


async def test_what_was_changed_is_not_verified(place: Place) -> None:
    problem = await place.problem()
    await place.sequencer().catch_up()
    for edit in (
        "MATCH (e:Event {logIndex: 1}) SET e.note = '没办'",
        "MATCH (e:Event {logIndex: 1}) SET e.note = '已办', e.recordedAt = e.recordedAt - duration({microseconds: 1})",
    ):
        await place.database.write(edit)
        (found,) = (await ask(schema, DOCUMENT, {"subject": problem}, as_=context(place.database))).values()
        assert found["verified"] is False


async def test_of_what_is_not_there_nothing_is_proved(place: Place) -> None:
    assert await refused(schema, DOCUMENT, {"subject": "none"}, as_=context(place.database)) == "NOT_FOUND"
