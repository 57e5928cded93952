"""What a check asks of the records that are there already."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from services.oversight.rules import Life


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stands. `digest`: of its row. `pending`: written by an import that is not complete."""

    label: str
    digest: str | None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A fact that is known now, as its first version is called; ends are record ids, instants are microseconds."""

    id: str
    from_: str
    to: str
    since: int
    until: int
    explicit: bool
    shown: str


@dataclass(frozen=True, slots=True)
class KnownLife:
    """The state of a known problem. `position`: of the event that it is the state after."""

    life: Life
    position: int


class Known(Protocol):
    """The records before this import. Ids are record ids."""

    def has_records_of(self, sources: Collection[str], /) -> bool:
        """Whether there is any record of these sources; False saves looking up each row."""
        ...

    def standing(self, ids: Collection[str], /) -> Mapping[str, Standing]:
        """Those of the ids that are records."""
        ...

    def links(self, label: str, /) -> Collection[KnownLink]:
        """The facts of that label; for Task, the subtasks, with the task as `from_` and its parent as `to`."""
        ...

    def lives(self, problems: Collection[str], /) -> Mapping[str, KnownLife]:
        """The state of those of the problems that are known."""
        ...


class Nothing:
    """An empty database."""

    def has_records_of(self, sources: Collection[str], /) -> bool:  # noqa: ARG002 - the port's
        return False

    def standing(self, ids: Collection[str], /) -> Mapping[str, Standing]:  # noqa: ARG002 - of Nothing
        return {}

    def links(self, label: str, /) -> Collection[KnownLink]:  # noqa: ARG002 - of Nothing
        return ()

    def lives(self, problems: Collection[str], /) -> Mapping[str, KnownLife]:  # noqa: ARG002 - of Nothing
        return {}
