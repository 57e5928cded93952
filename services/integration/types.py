"""Imports, as the integrators of other systems look them up."""

import strawberry

from schema.scalars import Instant


@strawberry.federation.type(shareable=True, description="How many rows a file of a bundle had. 行数")
class ImportCount:
    file: str = strawberry.federation.field(description="The file's name in the bundle, without its ending.")
    rows: int


@strawberry.federation.type(shareable=True, description="A bundle that was taken in, whole and at one instant. 导入")
class Import:
    id: strawberry.ID
    source: str = strawberry.federation.field(description="Under which name its records are known. 来源")
    started_at: Instant = strawberry.federation.field(description="When it began.")
    recorded_at: Instant = strawberry.federation.field(
        description="The record time of all its rows: before it nobody saw any of them."
    )
    counts: list[ImportCount] = strawberry.federation.field(description="Its rows, by file; known ones too.")
