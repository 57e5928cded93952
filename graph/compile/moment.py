"""The two times of a read. Inside every statement `t` is the instant asked about and `k` what was known by then."""

from collections.abc import Sequence

from graph.model.declare import End, Fact

PREFIX = (
    "MATCH (w:Watermark {name: 'main'})\nWITH w.at AS high, coalesce($knownAt, w.at) AS k, coalesce($asOf, $now) AS t\n"
)
"""Binds `high` (the watermark: no later `knownAt` may be asked for), `k` and `t`."""


def known(fact: str) -> str:
    return f"{fact}.recordedAt <= k AND k < {fact}.supersededAt"


def holds(fact: str) -> str:
    """The version of a fact that was known at `k` and holds at `t`."""
    return f"{known(fact)} AND {fact}.validFrom <= t AND t < {fact}.validTo"


def holds_unless_silenced(declared: Fact, fact: str, thing: str, other: str) -> str:
    """Holds, and is not a column's value at an instant for which the thing has explicit rows."""
    if declared.thing is None:
        return holds(fact)
    if declared.thing is End.FROM:
        pattern = f"({thing})-[:{declared.relationship}]->({other})"
    else:
        pattern = f"({thing})<-[:{declared.relationship_to}]-({other})"
    return (
        f"{holds(fact)} AND ({fact}.explicit OR NOT EXISTS {{ {pattern} WHERE {other}.explicit AND {holds(other)} }})"
    )


TORN = "1 / (k.year - k.year)"
"""Stops a statement that has met a record between two states, for `Database.read` to ask again.

The engine has no snapshots: while a command commits, a read sees some of it. Of a record that was known at `k` and has
changed since, what it was then is kept; where that is not to be found, a commit is not yet seen whole.
"""


def state(entity: str, former: str) -> str:
    """The attributes of an entity as known at `k`: its own, else those of the Former that was current then.

    By a name that is worked out, the property is read here and now; by its own name the server may take what an earlier
    clause has read, before a command changed the entity.
    """
    return f"CASE WHEN {entity}['changedAt'] <= k THEN {entity} {_else_past(entity, former, former)} END"


def state_of_map(read: str, entity: str, former: str, names: Sequence[str]) -> str:
    """As `state`, out of a map `read` of what the entity has now, `changedAt` among it: a map of these properties."""
    shown = f"{former} {{{', '.join(f'.{name}' for name in names)}}}"
    return f"CASE WHEN {read}.changedAt <= k THEN {read} {_else_past(entity, former, shown)} END"


def known_to(entity: str, former: str, now: str, then: str) -> str:
    """Whether an entity as known at `k` fulfils a condition: `now` of itself, or `then` of the Former of that time.

    The Former is sought from the entity: an index does not have it yet in the moment in which a command commits, when
    the entity is another already.
    """
    return f"CASE WHEN {entity}['changedAt'] <= k THEN {now} {_else_past(entity, former, then)} END"


def unmoved(entity: str, state: str) -> str:
    """True, worked out after `state` was read; where that was the entity's own and is no more, the statement stops."""
    return f"CASE WHEN {entity}['changedAt'] > k AND {state} = {entity} THEN {TORN} = 0 ELSE true END"


def _else_past(entity: str, former: str, shown: str) -> str:
    then = f"{former}.changedAt <= k AND k < {former}.supersededAt"
    past = f"head(COLLECT {{ MATCH ({entity})-[:WAS]->({former}:Former) WHERE {then} RETURN {shown} }})"
    return f"WHEN {entity}.recordedAt <= k THEN coalesce({past}, [null][{TORN}])"
