"""Rows into a database that runs: a transaction for each batch, which a run that was taken over can't commit."""

from typing import Any

from graph.model.instants import OPEN
from graph.queries import imports
from graph.queries.shapes import parameter
from graph.session import Database, Transaction
from services.integration.loading.claiming import Claim
from services.integration.loading.completion import ImportRefused
from services.integration.loading.nodes import Rows


class Transactions:
    """Writes batches of one run of an import."""

    at_once = 2
    """While one is committed, the next one's rows are created."""

    def __init__(self, database: Database, claim: Claim) -> None:
        self._database = database
        self._claim = claim

    def rows(self) -> Rows:
        return Rows(parameter)

    async def write(self, rows: Rows) -> None:
        """Write the rows in one transaction. Raises ImportRefused."""
        claim = self._claim

        async def work(transaction: Transaction) -> None:
            if rows.held:
                held = {"rows": rows.held, "import": claim.id}
                await _expect(transaction, imports.HOLD_PROBLEMS.cypher, held, len(rows.held), _MOVED_ON)
            if rows.corrections:
                corrected = {"rows": rows.corrections}
                await _expect(transaction, imports.HOLD_FACTS.cypher, corrected, len(rows.corrections), _CORRECTED)
            # Events last: what they are about may be among these rows, in another shape.
            stamped = claim.held_at is not None
            for shape, new in sorted(rows.by_shape.items(), key=lambda item: item[0].label == "Event"):
                given = {"ends": list(new.ends), "at": claim.held_at or OPEN, "open": OPEN}
                statement = imports.KEEP_PLAN + imports.create(shape, stamped=stamped)
                await _expect(transaction, statement, given, new.made, _LOST, new.rows)
            for write, several in (
                (imports.SUBTASKS, rows.subtasks),
                (imports.CHANGED_SUBTASKS, rows.changed_subtasks),
                (imports.SUPERSEDE, rows.corrections),
            ):
                if several:
                    await _expect(transaction, write.cypher, {"rows": several}, len(several), _LOST)
            # Last, for it takes a lock until the commit: the next batch is created meanwhile.
            await _expect(transaction, imports.ADVANCE.cypher, {"id": claim.id, "run": claim.run}, 1, _TAKEN_OVER)

        await self._database.transact(work)


_TAKEN_OVER = "Another process has taken over this import. Let it finish."
_MOVED_ON = "A problem was acted on while this import was under way. Run the import again."
_CORRECTED = "A fact was corrected while this import was under way. Run the import again."
_LOST = "A record that the bundle refers to is no longer there. Run the import again."


async def _expect(
    transaction: Transaction,
    statement: str,
    parameters: dict[str, Any],
    made: int,
    otherwise: str,
    rows: list[list[Any]] | None = None,
) -> None:
    answer = await transaction.run(statement, parameters, rows)
    if sum(row["made"] for row in answer) != made:
        raise ImportRefused(otherwise)
