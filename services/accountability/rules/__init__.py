"""The law of a trace, pure: the lines, whose hands a problem was in, and what speaks for a person."""

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
    effective,
)
from services.accountability.rules.first import first_holders
from services.accountability.rules.lines import Levels, lines, responsible

__all__ = [
    "Custody", "Earlier", "Event", "Exculpatory", "Facts", "History", "Hop", "Levels", "Line", "Link", "Record",
    "custody", "effective", "exculpatory", "first_holders", "lines", "responsible",
]  # fmt: skip
