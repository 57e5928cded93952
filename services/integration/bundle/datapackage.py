"""Describes the files of a bundle as a Frictionless Data Package."""

from typing import Any

from services.integration.bundle.columns import FILES, Column, File, Type

_FIELD_TYPES = {
    Type.INSTANT: {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S%z"},
    Type.DEADLINE: {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S%z"},
    Type.DATE: {"type": "date"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.INTEGER: {"type": "integer"},
    Type.NUMBER: {"type": "number"},
}
_FILE_OF_LABEL = {file.label: file.name for file in FILES}


def descriptor(written: dict[str, tuple[int, str]]) -> dict[str, Any]:
    """The content of datapackage.json. `written`: by table, (bytes, SHA-256)."""
    resources = [_resource(file, *written[file.name], written) for file in FILES if file.name in written]
    return {"name": "zeren-bundle", "profile": "tabular-data-package", "resources": resources}


def _resource(file: File, size: int, sha256: str, written: dict[str, tuple[int, str]]) -> dict[str, Any]:
    keys = [
        {"fields": [column.name], "reference": {"resource": target, "fields": ["id"]}}
        for column in file.columns
        if column.type is Type.REFERENCE and len(column.targets) == 1
        if (target := _FILE_OF_LABEL[column.targets[0]]) in written
    ]
    schema: dict[str, Any] = {"fields": [_field(column) for column in file.columns], "primaryKey": list(file.key)}
    if keys:
        schema["foreignKeys"] = keys
    return {
        "name": file.name,
        "path": f"{file.name}.csv",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{sha256}",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, **_FIELD_TYPES.get(column.type, {"type": "string"})}
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.terms:
        constraints["enum"] = list(column.terms)
    return field | ({"constraints": constraints} if constraints else {})
