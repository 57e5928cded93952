"""Makes a county on which service and oracle differ as small as it gets while they still do."""

from dataclasses import replace

from graph.session import Database
from tests.oracle.comparing import Question, answered, difference, expected
from tests.oracle.loading import load
from tests.oracle.records import County

ROUNDS = 4
RECORDS_ONLY = "MATCH (n) WHERE n:Record OR n:Former DETACH DELETE n"


async def smallest(database: Database, county: County, question: Question) -> tuple[County, str]:
    """The smallest county found, and what differs on it. Empties the database as often as it needs to."""
    still = await _differs(database, county, question) or "no more"
    for _ in range(ROUNDS):
        size = len(county.facts) + len(county.happenings)
        for name in ("facts", "happenings"):
            for n in reversed(range(len(getattr(county, name)))):
                rows = getattr(county, name)
                smaller = replace(county, **{name: rows[:n] + rows[n + 1 :]})
                if found := await _differs(database, smaller, question):
                    county, still = smaller, found
        if len(county.facts) + len(county.happenings) == size:
            break
    return county, still


async def _differs(database: Database, county: County, question: Question) -> str | None:
    await database.write(RECORDS_ONLY)
    await load(database, [county])
    try:
        return difference(expected(county, question), await answered(database, question))
    except (IndexError, ValueError):  # a life cut in its middle is none
        return None
