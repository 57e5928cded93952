"""The fields of rectification: what was fed back from above, draws and look-backs."""

from typing import Any

import strawberry

from schema.pagination import Connection
from services.campaign.rulebook import current
from services.hosting.changing import Info, outcome
from services.hosting.reading import listing, lookup
from services.oversight.feedback import record_feedback
from services.oversight.look_backs import choose_look_back, draw_look_backs, record_look_back
from services.oversight.rectification_inputs import (
    ChooseLookBackInput,
    DrawLookBacksInput,
    RecordFeedbackInput,
    RecordLookBackInput,
)
from services.oversight.types import (
    Draw,
    DrawOutcome,
    Feedback,
    FeedbackOutcome,
    LookBack,
    LookBackChange,
)

LOOK_BACK = {"lookBack": "LookBack", "problem": "Problem", "event": "Event"}
"""What the payload holds."""


@strawberry.type
class RectificationQuery:
    feedback: Feedback | None = lookup("Feedback")
    feedbacks: Connection[Feedback] = listing("Feedback")
    draw: Draw | None = lookup("Draw")
    draws: Connection[Draw] = listing("Draw")
    look_back: LookBack | None = lookup("LookBack")
    look_backs: Connection[LookBack] = listing("LookBack")


async def _feed_back(info: Info, input: RecordFeedbackInput) -> Any:  # noqa: A002 - the argument's name in the schema
    """Record what an authority of the province, the city or the county fed back. 登记上级反馈"""
    context = info.context
    done = record_feedback(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "FeedbackPayload", {"feedback": "Feedback"})


async def _draw(info: Info, input: DrawLookBacksInput) -> Any:  # noqa: A002 - as above
    """Draw what is to be looked back at. 随机抽取回头看"""
    context = info.context
    done = draw_look_backs(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "DrawPayload", {"draw": "Draw"})


async def _choose(info: Info, input: ChooseLookBackInput) -> Any:  # noqa: A002 - as above
    """Choose a closed problem that is to be looked back at. 指定回头看"""
    context = info.context
    done = choose_look_back(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "LookBackPayload", LOOK_BACK)


async def _look_back(info: Info, input: RecordLookBackInput) -> Any:  # noqa: A002 - as above
    """Say what a look-back found. 登记回头看结果"""
    context = info.context
    done = record_look_back(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "LookBackPayload", LOOK_BACK)


@strawberry.type
class RectificationMutation:
    record_feedback: FeedbackOutcome = strawberry.field(resolver=_feed_back)
    draw_look_backs: DrawOutcome = strawberry.field(resolver=_draw)
    choose_look_back: LookBackChange = strawberry.field(resolver=_choose)
    record_look_back: LookBackChange = strawberry.field(resolver=_look_back)
