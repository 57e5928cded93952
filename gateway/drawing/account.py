"""Below the chain: whose hands the problem was in, and what speaks for whom, a row each."""

from dataclasses import dataclass

from gateway.drawing.lettering import broken, legible
from gateway.wording import Row, custody_of, shown_by
from graph.model.enums import ExculpatoryReason

SIZE = 12
ROW = 18
"""From one line of writing to the next."""
HEADING = 44
"""What a section's heading takes up, with the space above it."""
PLACES = (0, 300, 520)
"""Where the three parts of a row begin: when, what, who."""
LIMITS = (290, 210, 560)


@dataclass(frozen=True, slots=True)
class Entry:
    """`parts`: when, what and who, each in lines. `late`: its clock had run out."""

    parts: tuple[tuple[str, ...], ...]
    late: bool = False

    @property
    def height(self) -> int:
        return ROW * max(map(len, self.parts))


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    english: str
    entries: tuple[Entry, ...]

    @property
    def height(self) -> int:
        return HEADING + sum(entry.height for entry in self.entries)


def account_of(trace: Row) -> list[Section]:
    """The sections that the answer has something for."""
    sections = [
        Section("经手", "custody: whose hands it was in", tuple(map(_held, trace["custody"] or ()))),
        Section("有利情形", "exculpatory: what speaks for whom", tuple(map(_speaks_for, trace["exculpatory"] or ()))),
    ]
    return [section for section in sections if section.entries]


def _held(interval: Row) -> Entry:
    return _entry(*custody_of(interval), interval["late"])


def _speaks_for(ground: Row) -> Entry:
    return _entry(shown_by(ground), ExculpatoryReason(ground["reason"]).zh, ground["holder"]["name"], late=False)


def _entry(when: str, what: str, who: str, late: bool) -> Entry:
    parts = zip((when, what, who), LIMITS, strict=True)
    return Entry(tuple(broken(legible(part), SIZE, limit) for part, limit in parts), late)
