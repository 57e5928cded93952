"""Each kind of field → the expression that reads it. The only place that knows how a field becomes Cypher."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from graph.compile.computed import COMPUTED
from graph.compile.cursor import Keyset, cursor_of, fingerprint, page_size, parse
from graph.compile.errors import ReadError, ReadErrorCode
from graph.compile.figures import FIGURES
from graph.compile.moment import holds, holds_unless_silenced, known, state, state_of_map, unmoved
from graph.compile.selection import Selected
from graph.compile.tree import ByLabel, Coalesce, Code, Collect, Edges, Expression, Head, If, Judged, MapOf, Page
from graph.model.declare import (
    AnyField,
    Back,
    Based,
    Computed,
    Counted,
    End,
    Fact,
    Facts,
    FirstOf,
    Model,
    Node,
    OneOf,
    Property,
    Reached,
    Ref,
    Refs,
    Ruled,
    Scalar,
    Via,
)
from graph.model.declare import Named as NamedProperty
from graph.model.facts import RENAMED

ORDERS = {
    "Problem": Keyset("discoveredAt", Scalar.INSTANT, descending=True),
    "Event": Keyset("position", Scalar.INTEGER),
    "Clause": Keyset("start", Scalar.INTEGER),
    "Accountable": Keyset("place", Scalar.INTEGER),
}
"""In which order a list of these stands; of others, by the id that their source gave them."""

ENDS = frozenset({"supersededAt", "withdrawnAt"})
"""Until when a record was held to be so."""

UNCHANGED = frozenset({"id", "source", "sourceId", "recordedAt"})
"""What a record has from the first; all else may have been another at `k`."""

OPEN_ENDED = frozenset({"validTo", "dueAt"})
"""Instants that may be the sentinel, which is null at the edge."""


def order_of(label: str) -> Keyset:
    return ORDERS.get(label, Keyset("sourceId"))


@dataclass
class Compiler:
    """One use for one root field: numbers the variables and gathers the parameters."""

    model: Model
    parameters: dict[str, object] = field(default_factory=dict[str, object])
    judged: list[Selected] = field(default_factory=list[Selected])
    _count: int = 0

    def name(self, stem: str) -> str:
        self._count += 1
        return f"{stem}{self._count}"

    def parameter(self, value: object) -> str:
        name = f"p{len(self.parameters) + 1}"
        self.parameters[name] = value
        return f"${name}"

    def object_of(self, label: str, variable: str, selection: tuple[Selected, ...]) -> tuple[tuple[str, ...], MapOf]:
        """The clauses that must stand before, and the map, of the node that `variable` holds."""
        node = self.model.by_label[label]
        if isinstance(node, Fact) or not any(self._needs_state(node, selected) for selected in selection):
            return (), self.map_of(label, variable, variable, selection)
        current = self.name("s")
        clause = f"WITH {variable}, {state(variable, self.name('f'))} AS {current}"
        return (clause,), self.map_of(label, variable, current, selection)

    def map_of(self, label: str, variable: str, current: str, selection: tuple[Selected, ...], own: str = "") -> MapOf:
        """The map of a node whose values `current` has: its state, or a map of the properties that are asked for.

        `own`: a map of what the node itself has, whatever its state, where that was read already.
        """
        return MapOf(tuple(self._entries(self.model.by_label[label], variable, current, selection, own)))

    def values_of(self, label: str, selection: tuple[Selected, ...]) -> tuple[str, ...] | None:
        """The properties that are asked for; None where it is not only values of the node itself."""
        node = self.model.by_label[label]
        asked = [node.by_name[selected.name] for selected in selection if selected.name in node.by_name]
        only = all(isinstance(declared, Property) for declared in asked)
        return tuple(sorted({declared.name for declared in asked})) if only else None

    def row_of(self, label: str, variable: str, selection: tuple[Selected, ...]) -> tuple[tuple[str, ...], MapOf]:
        """As `object_of`, of a map {key, id, shown}: where only values of the node are asked for, it is read once.

        `key`: what the server calls the node within this statement, which it knows without a look at it.
        """
        key = ("key", Code(f"elementId({variable})"))
        names = self.values_of(label, selection)
        if names is None or not UNCHANGED.isdisjoint(names):
            clauses, shape = self.object_of(label, variable, selection)
            return clauses, MapOf((key, ("id", Code(f"{variable}.id")), ("shown", shape)))
        now, current = self.name("m"), self.name("s")
        read = ", ".join(f".{name}" for name in ("id", "changedAt", RENAMED, *names))
        clauses = (
            f"WITH {variable}, {variable} {{{read}}} AS {now}",
            f"WITH {variable}, {now}, {state_of_map(now, variable, self.name('f'), names)} AS {current}",
        )
        shown = self.map_of(label, variable, current, selection, now)
        return clauses, MapOf((key, ("id", Code(f"{now}.id")), ("shown", shown)))

    def collect(
        self, match: str, where: str, label: str, variable: str, selection: tuple[Selected, ...], order: str = ""
    ) -> Collect:
        """All nodes of a pattern, each as its map."""
        clauses, shape = self.object_of(label, variable, selection)
        return Collect((f"MATCH {match}", f"WHERE {where}" if where else "", *clauses), shape, order)

    def page(
        self, match: str, where: str, label: str, variable: str, selected: Selected, place: tuple[object, ...]
    ) -> Expression:
        """A connection over the nodes of a pattern, in the order of their label."""
        keyset = order_of(label)
        mark = self.parameter(fingerprint(*place))
        size = self.parameter(page_size(selected.arguments.get("first")))
        seek = ""
        if selected.arguments.get("after") is not None:
            value, record = parse(selected.arguments["after"], keyset, str(self.parameters[mark[1:]]))
            seek = " AND " + keyset.after(variable, self.parameter(value), self.parameter(record))
        clauses = (
            f"MATCH {match} WHERE {where or 'true'}{seek}",
            f"WITH {variable} ORDER BY {keyset.order(variable)} LIMIT {size} + 1",
        )
        rows = self.rows_of(clauses, label, variable, selected, keyset, mark)
        total = Code(f"COUNT {{ MATCH {match} WHERE {where or 'true'} }}")
        return self.page_of(rows, size, selected, total)

    def page_of(self, rows: Collect, size: str, selected: Selected, total: Expression) -> Page:
        """A connection out of rows {cursor, edge}."""
        r, e = self.name("r"), self.name("e")
        shown: dict[str, Expression] = {
            "edges": Edges(f"[{e} IN {r}[0..{size}] | {e}.edge]", _entry(rows, "edge")),
            "totalCount": total,
            "__typename": Code(f"'{next(iter(selected.children))}'"),
        }
        info = {
            "hasNextPage": Code(f"size({r}) > {size}"),
            "hasPreviousPage": Code("true" if selected.arguments.get("after") is not None else "false"),
            "startCursor": Code(f"{r}[0].cursor"),
            "endCursor": Code(f"CASE WHEN size({r}) > {size} THEN {r}[{size} - 1].cursor ELSE {r}[-1].cursor END"),
            "__typename": Code("'PageInfo'"),
        }
        entries: list[tuple[str, Expression]] = []
        for part in selected.only():
            if part.name == "pageInfo":
                entries.append((part.key, MapOf(tuple((item.key, info[item.name]) for item in part.only()))))
            else:
                entries.append((part.key, shown[part.name]))
        return Page(rows, size, r, tuple(entries))

    def rows_of(
        self,
        clauses: tuple[str, ...],
        label: str,
        variable: str,
        selected: Selected,
        keyset: Keyset,
        mark: str,
        current: str = "",
    ) -> Collect:
        """Rows {cursor, edge, unmoved} over the nodes that `clauses` have matched, ordered and limited.

        `current`: the variable that holds their state already, and the columns that the order is by.
        """
        node = self.model.by_label[label]
        asked = tuple(child for found in selected.nodes() for child in found.only())
        if not current and not isinstance(node, Fact) and any(self._needs_state(node, child) for child in asked):
            current = self.name("s")
            clauses = (*clauses, f"WITH {variable}, {state(variable, self.name('f'))} AS {current}")
            cursor, order = cursor_of(variable, keyset, mark), keyset.order(variable)
        else:
            current = current or variable
            cursor, order = cursor_of(current, keyset, mark), keyset.order(current)
        entries: dict[str, Expression] = {}
        for edges in (part for part in selected.only() if part.name == "edges"):
            for part in edges.only():
                match part.name:
                    case "node":
                        entries[part.key] = MapOf(tuple(self._entries(node, variable, current, part.only())))
                    case "cursor":
                        entries[part.key] = Code(cursor)
                    case _:
                        entries[part.key] = Code(f"'{label}Edge'")
        row: list[tuple[str, Expression]] = [("cursor", Code(cursor)), ("edge", MapOf(tuple(entries.items())))]
        if current != variable:
            row.append(("unmoved", Code(unmoved(variable, current))))  # after the others: entries are read in order
        return Collect(clauses, MapOf(tuple(row)), order)

    def _needs_state(self, node: Node, selected: Selected) -> bool:
        if isinstance(node, Fact) or not getattr(node, "keeps_past", True):
            return False
        declared = node.by_name.get(selected.name)
        if isinstance(declared, Property):
            return declared.name not in UNCHANGED
        return isinstance(declared, Ref | FirstOf | Based | Computed | Counted)

    def _entries(
        self, node: Node, variable: str, current: str, selection: tuple[Selected, ...], own: str = ""
    ) -> Iterator[tuple[str, Expression]]:
        for selected in selection:
            if selected.name == "__typename":
                yield selected.key, Code(f"'{node.label}'")
                continue
            declared = node.by_name.get(selected.name)
            if declared is None:
                raise ReadError(ReadErrorCode.BAD_INPUT, f"{node.label} has no field {selected.name} in the graph")
            yield selected.key, self._field(node, declared, variable, current, selected, own or variable)

    def _field(
        self, node: Node, declared: AnyField, variable: str, current: str, selected: Selected, own: str
    ) -> Expression:
        match declared:
            case NamedProperty():
                return Coalesce((self._name_at(variable, own), Code(f"{current}.{declared.name}")))
            case Property():
                return Code(_property(declared, current))
            case Computed():
                return Code(COMPUTED[node.label, declared.name](current, selected))
            case Ruled():
                if selected not in self.judged:
                    self.judged.append(selected)
                return Judged(variable, self.judged.index(selected))
            case Counted():
                return FIGURES[node.label, declared.name](self, variable, current, selected)
            case Ref():
                return Head(self._ref(declared, current, selected.only()))
            case Refs():
                other = self.name("x")
                match = f"({current})-[:{declared.relationship}]->({other})"
                order = order_of(declared.target).order(other)
                return self.collect(match, "", declared.target, other, selected.only(), order)
            case OneOf():
                other = self.name("x")
                return self._of_kinds(f"({current})-[:{declared.relationship}]->({other})", other, declared, selected)
            case FirstOf():
                return Coalesce(tuple(self._way(node, way, current, selected.only()) for way in declared.ways))
            case Back():
                return self._back(node, declared, variable, selected)
            case Via():
                return self._via(node, declared, variable, selected)
            case Facts():
                return self._facts(declared, variable, selected)
            case Based():
                return self.basis(current, selected)
            case Reached():
                return self._reached(node, declared, variable, selected)

    def _name_at(self, variable: str, own: str) -> Expression:
        name = self.name("n")
        clauses = (f"MATCH ({variable})-[:NAMED]->({name}:Name) WHERE {holds(name)}",)
        found = Head(Collect(clauses, Code(f"{name}.text"), f"{name}.validFrom DESC, {name}.id", "1"))
        return If(Code(f"{own}.{RENAMED}"), found)

    def _ref(self, declared: Ref, current: str, selection: tuple[Selected, ...]) -> Collect:
        other = self.name("x")
        match = f"({current})-[:{declared.relationship}]->({other}{f':{declared.target}' if declared.mixed else ''})"
        return self.collect(match, "", declared.target, other, selection)

    def _way(self, node: Node, way: tuple[str, ...], current: str, selection: tuple[Selected, ...]) -> Expression:
        first, *rest = way
        declared = node.ref(first)
        if not rest:
            return Head(self._ref(declared, current, selection))
        other, fact, end = self.name("x"), self.name("a"), self.name("x")
        via = self.model.by_label[declared.target].by_name[rest[0]]
        if not isinstance(via, Via) or len(rest) != 1:
            raise TypeError(f"{node.label}: a way goes on by one fact")
        kind = self.model.fact(via.fact)
        path = f"({current})-[:{declared.relationship}]->({other}), {_path(kind, via.end, other, fact, end)}"
        thing = other if kind.thing is via.end else end
        where = holds_unless_silenced(kind, fact, thing, self.name("g"))
        return Head(self.collect(path, where, via.target, end, selection))

    def _back(self, node: Node, declared: Back, variable: str, selected: Selected) -> Expression:
        other = self.name("x")
        ref = self.model.by_label[declared.target].ref(declared.ref)
        match = f"({variable})<-[:{ref.relationship}]-({other}:{declared.target})"
        where = f"{other}.recordedAt <= k"
        if declared.one:
            order = order_of(declared.target).order(other)
            return Head(self.collect(match, where, declared.target, other, selected.only(), order))
        if selected.is_page():
            return self.page(match, where, declared.target, other, selected, (node.label, declared.name))
        return self.collect(
            match, where, declared.target, other, selected.only(), order_of(declared.target).order(other)
        )

    def _via(self, node: Node, declared: Via, variable: str, selected: Selected) -> Expression:
        kind = self.model.fact(declared.fact)
        fact, other = self.name("a"), self.name("x")
        label = f":{declared.target}" if len(kind.from_ if declared.end is End.TO else kind.to) > 1 else ""
        match = _path(kind, declared.end, variable, fact, other, label)
        thing = variable if kind.thing is declared.end else other
        where = holds_unless_silenced(kind, fact, thing, self.name("g"))
        if not declared.many:
            clauses, shape = self.object_of(declared.target, other, selected.only())
            # after WITH the fact is out of reach, so the order is settled before
            head = f"MATCH {match} WHERE {where} WITH {other} ORDER BY {fact}.validFrom DESC, {fact}.id LIMIT 1"
            return Head(Collect((head, *clauses), shape))
        if selected.is_page():
            return self.page(match, where, declared.target, other, selected, (node.label, declared.name))
        order = order_of(declared.target).order(other)
        return self.collect(match, where, declared.target, other, selected.only(), order)

    def _facts(self, declared: Facts, variable: str, selected: Selected) -> Expression:
        kind = self.model.fact(declared.fact)
        fact = self.name("a")
        if declared.end is End.FROM:
            match = f"({variable})-[:{kind.relationship}]->({fact}:{kind.label})"
        else:
            match = f"({variable})<-[:{kind.relationship_to}]-({fact}:{kind.label})"
        where = known(fact) if selected.arguments.get("history") else holds(fact)
        return self.collect(match, where, kind.label, fact, selected.only(), f"{fact}.validFrom, {fact}.sourceId")

    def basis(self, current: str, selected: Selected, text: str = "") -> Expression:
        """`text`: an expression that has the text already, where that is so: who has one has no clause."""
        read = text or f"{current}.basis"
        clause = self.name("c")
        asked = selected.only()
        by_clause: list[tuple[str, Expression]] = []
        by_text: list[tuple[str, Expression]] = []
        for part in asked:
            match part.name:
                case "title":
                    title = Selected("title", "title")
                    directive = self.model.by_label["Clause"].ref("directive")
                    found = Head(self._ref(directive, clause, (title,)))
                    by_clause.append((part.key, Code(f"{found.cypher()}.title")))
                    by_text.append((part.key, Code(read)))
                case "clause":
                    clauses, shape = self.object_of("Clause", clause, part.only())
                    inner = Head(Collect((f"WITH {clause}", *clauses), shape)) if clauses else shape
                    by_clause.append((part.key, inner))
                    by_text.append((part.key, Code("null")))
                case _:
                    by_clause.append((part.key, Code("'Basis'")))
                    by_text.append((part.key, Code("'Basis'")))
        found = Head(Collect((f"MATCH ({current})-[:BASED_ON]->({clause})",), MapOf(tuple(by_clause))))
        told, has = Code(f"{read} IS NOT NULL"), _has(current, "BASED_ON")
        if text:
            return If(told, MapOf(tuple(by_text)), If(has, found))
        return If(has, found, If(told, MapOf(tuple(by_text))))

    def _reached(self, node: Node, declared: Reached, variable: str, selected: Selected) -> Expression:
        if not isinstance(node, Fact):
            raise TypeError(f"{node.label} is not a fact")
        other = self.name("x")
        if declared.end is End.FROM:
            match = f"({other})-[:{node.relationship}]->({variable})"
        else:
            match = f"({variable})-[:{node.relationship_to}]->({other})"
        if len(declared.targets) == 1:
            return Head(self.collect(match, "", declared.targets[0], other, selected.only()))
        return self._of_kinds(match, other, declared, selected)

    def _of_kinds(self, match: str, other: str, declared: Reached | OneOf, selected: Selected) -> Expression:
        cases: list[tuple[str, Expression]] = []
        for label in declared.targets:
            typename = Selected("__typename", "__typename")
            clauses, shape = self.object_of(label, other, (*selected.of(label), typename))
            cases.append((label, Head(Collect((f"WITH {other}", *clauses), shape)) if clauses else shape))
        return Head(Collect((f"MATCH {match}",), ByLabel(other, tuple(cases))))


def _has(variable: str, relationship: str) -> Expression:
    """Whether anything stands there at all: the store answers without a step to each of the node's relationships."""
    return Code(f"EXISTS {{ ({variable})-[:{relationship}]->() }}")


def _entry(rows: Collect, key: str) -> Expression:
    if not isinstance(rows.returns, MapOf):
        raise TypeError("a page is made of maps")
    return dict(rows.returns.entries)[key]


def _path(kind: Fact, end: End, here: str, fact: str, there: str, label: str = "") -> str:
    """From a node at `end` of a fact to the other end."""
    if end is End.FROM:
        return f"({here})-[:{kind.relationship}]->({fact}:{kind.label})-[:{kind.relationship_to}]->({there}{label})"
    return f"({here})<-[:{kind.relationship_to}]-({fact}:{kind.label})<-[:{kind.relationship}]-({there}{label})"


def _property(declared: Property, current: str) -> str:
    value = f"{current}.{declared.name}"
    if declared.name in ENDS:  # of what came later nothing was known at `k`
        value = f"CASE WHEN {value} <= k THEN {value} END"
    elif declared.scalar is Scalar.INSTANT and declared.name in OPEN_ENDED:
        value = f"nullIf({value}, $open)"
    if declared.personal:
        value = f"CASE WHEN $seesPersonalData THEN {value} END"
    return value
