"""The law of a trace, pure: the lines, whose hands a problem was in, and what speaks for a person."""

from services.accountability.rules.comparison import Change, Side, Version, compare
from services.accountability.rules.custody import custody
from services.accountability.rules.exculpatory import exculpatory
from services.accountability.rules.facts import (
    Custody,
    Earlier,
    Event,
    Exculpatory,
    Facts,
    History,
    Hop,
    Line,
    Link,
    Record,
    area_of,
)
from services.accountability.rules.first import first_holders
from services.accountability.rules.lines import Levels, concerned, lines, responsible

__all__ = [
    "Change", "Custody", "Earlier", "Event", "Exculpatory", "Facts", "History", "Hop", "Levels", "Line", "Link",
    "Record", "Side", "Version", "area_of", "compare", "concerned", "custody", "exculpatory",
    "first_holders", "lines", "responsible",
]  # fmt: skip
