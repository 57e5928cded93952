"""A kind of import contract: modules that are pure, so that the law of the domain can be read and tested by itself."""

import sys
from collections.abc import Set
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules
from importlinter.domain.imports import ModuleExpression

# Of the standard library, what reaches out of the process, or answers otherwise the next time it is asked.
IMPURE = frozenset(
    {"asyncio", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil", "signal", "socket"}
    | {"sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib"}
)
PURE = sys.stdlib_module_names - IMPURE


class PureContract(Contract):
    """`modules` import the pure part of the standard library, one another's packages, and `allowed`; nothing else."""

    type_name = "pure"

    modules = fields.SetField(subfield=fields.ModuleExpressionField())
    allowed = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Compare each import of each pure module, type-only ones too, with what may be imported."""
        named = _resolved(graph, cast("Set[ModuleExpression]", self.modules))
        allowed = named | _resolved(graph, cast("Set[ModuleExpression] | None", self.allowed) or frozenset())
        pure = {name for module in named for name in {module, *graph.find_descendants(module)}}
        broken = [
            (importer, imported)
            for importer in sorted(pure)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not _within(imported, allowed) and imported not in PURE
        ]
        output.verbose_print(verbose, f"{len(pure)} pure modules")
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} is not allowed to import {imported}: it must stay pure.")


def _resolved(graph: ImportGraph, expressions: Set[ModuleExpression]) -> set[str]:
    return {module.name for module in module_expressions_to_modules(graph, expressions)}


def _within(module: str, packages: Set[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
