"""Going on from node to node inside one expression: level by level, each node once whatever leads to it.

A loop is planned once, however many levels it has; the same levels one after the other are planned each anew.
"""


def climbed(start: str, steps: int, found: str, onward: str, end: str = "x") -> str:
    """A map of `found`, the rows found step by step, and `met`, all nodes passed, from the list `start`.

    `found`: clauses that return rows of what is found from a node `n` of those just reached. `onward`: of such a
    `row`, whether its `end` leads on.
    """
    return f"""reduce(up = {{here: {start}, met: {start}, found: []}}, step IN range(0, {steps}) |
  head([rows IN [COLLECT {{ UNWIND up.here AS n {found} }}] |
  head([new IN [COLLECT {{ UNWIND rows AS row WITH row WHERE {onward} WITH row.{end} AS n
    WHERE NOT n IN up.met RETURN DISTINCT n }}] | {{here: new, met: up.met + new, found: up.found + rows}}])]))"""
