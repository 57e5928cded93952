"""`zeren rollup check`: what is told of differences between the counts and a recount."""

from collections.abc import Sequence

from services.oversight.counting import Difference
from services.oversight.rules.counting import COUNTS

SHOWN = 20


def told(differences: Sequence[Difference]) -> str:
    """In words; the first ones, where there are many."""
    if not differences:
        return "统计无误 The counts are those of a recount."
    lines = [f"{len(differences)} counts are not those of a recount; `zeren rollup rebuild` puts them right:"]
    for found in differences[:SHOWN]:
        lines += (
            f"area {found.area or 'none'}, line of work {found.line or 'none'}: {name} {kept}, recounted {recounted}"
            for name in COUNTS
            if (kept := getattr(found.counted, name)) != (recounted := getattr(found.recounted, name))
        )
    return "\n".join(lines)
