"""What the documents tell people to do can be done: their queries are valid, and what they link to is there."""

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from gateway.schema import schema

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def queries(readme: str) -> list[str]:
    return re.findall(r"```graphql\n(.*?)```", (ROOT / readme).read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("readme", READMES)
def test_the_queries_to_try_are_valid(readme: str) -> None:
    found = queries(readme)
    assert found
    served = build_schema(schema.as_str(), assume_valid_sdl=True)
    assert [error.message for query in found for error in validate(served, parse(query))] == []


def test_both_languages_show_the_same_queries() -> None:
    assert queries("README.md") == queries("README.zh-CN.md")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_document_links_to_is_there(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("readme", READMES)
def test_the_make_targets_that_it_names_exist(readme: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|\n)make ([a-z]+)", (ROOT / readme).read_text("utf-8"))) <= targets
