"""The law of a trace, pure: the lines, whose hands a problem was in, and what speaks for a person."""

from services.accountability.rules.facts import Earlier, Event, Facts, Hop, Line, Link, Record, effective
from services.accountability.rules.lines import Levels, lines

__all__ = ["Earlier", "Event", "Facts", "Hop", "Levels", "Line", "Link", "Record", "effective", "lines"]
