"""Noticing: from what happened, and from clocks that ran out, to the findings of the rulebook's rules."""

from services.accountability.noticing.following import Looked, Noticing, Overtaken, Told
from services.accountability.noticing.noticer import Noticer
from services.accountability.noticing.replaying import replay

__all__ = ["Looked", "Noticer", "Noticing", "Overtaken", "Told", "replay"]
