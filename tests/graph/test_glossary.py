"""The glossary that is committed is the one that the model gives."""

from pathlib import Path

from graph.model import MODEL, enums
from graph.model.glossary import glossary

COMMITTED = Path(__file__).parents[2] / "GLOSSARY.md"


def test_the_committed_glossary_is_current() -> None:
    assert COMMITTED.read_text("utf-8") == glossary(), "run: make glossary"


def test_every_word_of_the_model_is_in_it() -> None:
    page = glossary()
    for node in MODEL.nodes:
        assert f"{node.label} {node.zh}" in page or f"| {node.label} | {node.zh} |" in page
    for term in enums.Term.__subclasses__():
        assert f"**{term.__name__}**" in page
        assert all(f"`{member.value}` {member.zh}" in page for member in term)


def test_no_cell_of_a_table_breaks_its_row() -> None:
    rows = [line for line in glossary().splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {5}
