"""The list of findings, as the discipline office reads it."""

from typing import Any

import strawberry

from graph.queries import findings as queries
from schema.enums import FindingKind, Severity
from schema.scalars import Instant
from services.hosting.context import Context
from services.hosting.reading import answer, source_key


@strawberry.input(name="FindingFilter", description="Which findings; all conditions hold together. 线索筛选")
class FindingFilterInput:
    source: str | None = None
    source_id: str | None = None
    kind: FindingKind | None = None
    severity: Severity | None = None
    person: strawberry.ID | None = strawberry.field(default=None, description="A person whom they concern.")
    organization: strawberry.ID | None = strawberry.field(
        default=None, description="An organization that they concern."
    )
    subject: strawberry.ID | None = strawberry.field(default=None, description="The problem or instruction.")
    from_: Instant | None = strawberry.field(
        default=None, name="from", description="Those that are so since then or later."
    )
    to: Instant | None = strawberry.field(default=None, description="Those that are so since before then.")
    withdrawn: bool | None = strawberry.field(
        default=False, description="False: those that stand. True: those withdrawn. Null: both."
    )

    def plain(self) -> queries.FindingFilter:
        return queries.FindingFilter(
            key=source_key(self.source, self.source_id),
            kind=self.kind and str(self.kind),
            severity=self.severity and str(self.severity),
            person=self.person,
            organization=self.organization,
            subject=self.subject,
            since=self.from_,
            until=self.to,
            withdrawn=self.withdrawn,
        )


async def findings(
    info: strawberry.Info[Context, None],
    filter: FindingFilterInput | None = None,  # noqa: A002 - the argument's name in the schema
    first: int | None = 20,
    after: str | None = None,
    as_of: Instant | None = None,
    known_at: Instant | None = None,
) -> Any:
    """What the rules noticed, newest first: to those who oversee all, to others their own. 责任认定线索"""
    del first, after  # read from the selection, as those of nested lists are
    where = filter.plain() if filter else queries.FindingFilter()
    row = await answer(info, lambda s, m, v: queries.findings(where, s, m, v), as_of, known_at)
    return row["data"]
