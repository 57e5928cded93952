"""What was imported: a page of complete imports, the newest first."""

from graph.compile.cursor import Keyset, fingerprint, page_size, parse
from graph.compile.moment import PREFIX
from graph.compile.roots import Moment
from graph.compile.tree import Statement
from graph.model.declare import Scalar
from graph.model.instants import OPEN

# No two imports have one record time: they are completed one at a time, each later than the one before.
_BY_RECORD_TIME = Keyset("recordedAt", Scalar.INSTANT, descending=True)
_MARK = fingerprint("Import")

_PAGE = f"""{PREFIX}
RETURN high, t, k, {{
  total: COUNT {{ MATCH (i:Import) WHERE i.recordedAt <= k }},
  rows: COLLECT {{
    MATCH (i:Import) WHERE i.recordedAt <= k AND i.recordedAt < $before
    WITH i ORDER BY i.recordedAt DESC LIMIT $size + 1
    RETURN {{
      cursor: $mark + '.-.' + toString(i.recordedAt),
      id: i.id, source: i.source, startedAt: i.startedAt, recordedAt: i.recordedAt,
      counts: [name IN keys(i) WHERE name STARTS WITH 'rows_' | [substring(name, 5), i[name]]]
    }}
  }}
}} AS data
"""


def page(first: object, after: object, moment: Moment) -> Statement:
    """Rows {cursor, id, source, startedAt, recordedAt, counts: [[file, rows]]}: one more than asked for, if there are.

    Raises ReadError: BAD_RANGE, BAD_CURSOR.
    """
    before = OPEN if after is None else parse(after, _BY_RECORD_TIME, _MARK)[0]
    parameters = {
        "now": moment.now,
        "asOf": moment.as_of,
        "knownAt": moment.known_at,
        "before": before,
        "size": page_size(first),
        "mark": _MARK,
    }
    return Statement(_PAGE, parameters)
