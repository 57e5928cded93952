"""Constraints and indexes, derived from the model, and brought to a database in numbered steps."""

from graph.migrations.migrate import Unfinished, is_migrated, migrate
from graph.migrations.schema import SchemaStatement, schema_statements

__all__ = ["SchemaStatement", "Unfinished", "is_migrated", "migrate", "schema_statements"]
