"""Rulebook files: the ones that ship with the product, and how any is read.

Another campaign is another file and no code: ZEREN_RULEBOOK names it. `winter-2024.yaml` is the campaign of the speech;
`rulebook.schema.json` is the form of such a file, for editors that check while one types.
"""

from services.campaign.rulebook.reading import Fault, RulebookError, current, form, read, shipped

__all__ = ["Fault", "RulebookError", "current", "form", "read", "shipped"]
