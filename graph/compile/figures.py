"""Figures that stand for many records, by label and field → the expression that comes to them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from graph.compile.rollup import rollup
from graph.compile.selection import Selected
from graph.compile.targets import targets
from graph.compile.tree import Expression

if TYPE_CHECKING:
    from graph.compile.fields import Compiler

FIGURES: dict[tuple[str, str], Callable[["Compiler", str, str, Selected], Expression]] = {
    ("Campaign", "rollup"): rollup,
    ("Campaign", "targets"): targets,
}
"""The compiler, the node's variable and its state's, and what is asked."""
