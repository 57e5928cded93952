"""Constraints and indexes, derived from the model, and brought to a database in numbered steps."""

from graph.migrations.migrate import Unfinished, bring_to_form, is_migrated, migrate
from graph.migrations.schema import SchemaStatement, schema_statements

__all__ = ["SchemaStatement", "Unfinished", "bring_to_form", "is_migrated", "migrate", "schema_statements"]
