"""What a run has found, as text: for the terminal, and for docs/performance.md."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import orjson

from tests.benchmarks.side_by_side.county import Loaded
from tests.benchmarks.side_by_side.leaves import QUESTION as LEAVES
from tests.benchmarks.side_by_side.measuring import Measured
from tests.benchmarks.side_by_side.run import Figures

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def told(figures: Figures) -> str:
    """One size of the county."""
    return _questions(figures) + "\n" + "\n".join(summary([figures])) + "\n"


def _questions(figures: Figures) -> str:
    return "\n".join(_lines(figures)) + "\n"


def _lines(figures: Figures) -> Iterator[str]:
    loaded = figures.loaded
    yield f"### {loaded.problems:,} problems"
    yield ""
    imported = ""
    if loaded.seconds:
        imported = f", imported in {loaded.seconds:.0f} s ({loaded.problems / loaded.seconds:,.0f} problems/s)"
    yield (
        f"{loaded.events:,} events, {loaded.records:,} records{imported}. Deadlines were noticed, events numbered and "
        f"counted ({figures.rested:.0f} s); findings of what was imported are set aside."
    )
    before, after = figures.load
    yield (
        f"Each system was asked about {figures.subjects:,} subjects by each number of clients. "
        f"Load of the machine {before:.1f} before, {after:.1f} after."
    )
    for reason in figures.left_out:
        yield f"{reason}."
    yield ""
    yield "| question | clients | system | p50, ms | p99, ms | requests/s | answers | processors, ms an answer |"
    yield "| --- | ---: | --- | ---: | ---: | ---: | ---: | --- |"
    for (question, clients), found in groupby(figures.measured, lambda m: (m.question, m.clients)):
        for one in found:
            yield (
                f"| {question} | {clients} | {one.system} | {one.p50:.2f} | {one.p99:.2f} | {one.rate:,.0f} | "
                f"{len(one.seconds):,} | {_processors(one)} |"
            )
    yield ""
    memory = ", ".join(f"{name} {megabytes:,.0f}" for name, megabytes in figures.memory.items())
    yield f"Memory at the end, MB: {memory}."


def _processors(one: Measured) -> str:
    """Milliseconds of processor time for an answer, by kind of process."""
    each = ((kind, seconds / len(one.seconds) * 1e3) for kind, seconds in one.processor.items())
    return ", ".join(f"{kind} {taken:.1f}" for kind, taken in each if taken)


def summary(every: Sequence[Figures]) -> Iterator[str]:
    """What issue 7 wants, a column for each size of the county; the last rows tell how p50 grows from the first."""
    columns = [{figure: reached for figure, _, reached in ratios(figures.measured)} for figures in every]
    yield f"| figure | must | {' | '.join(f'{figures.loaded.problems:,} problems' for figures in every)} |"
    yield "| --- | --- |" + " ---: |" * len(every)
    wanted = {figure: must for figures in every for figure, must, _ in ratios(figures.measured)}
    for figure, must in wanted.items():
        yield f"| {figure} | {must} | {' | '.join(column.get(figure, '–') for column in columns)} |"
    if len(every) > 1:
        for question in FLAT:
            first, *_ = found = [_p50(figures.measured, question, 1, "zeren") for figures in every]
            grown = " | ".join(f"{p50 / first:.2f} ×" for p50 in found)
            yield f"| {question}, p50 at 1 client grows to | ≤ 1.3 × | {grown} |"


FLAT = ("trace", "worklist", "accountable for, leader", "accountable for, clerk", "overview, counts alone", "overview")
"""Questions that are to take as long in a large county as in a small one."""


def _found(measured: Sequence[Measured], question: str, clients: int, of: str) -> list[Measured]:
    return [m for m in measured if (m.question, m.clients, m.system) == (question, clients, of)]


def _p50(measured: Sequence[Measured], question: str, clients: int, of: str) -> float:
    return next((m.p50 for m in _found(measured, question, clients, of)), float("nan"))


def ratios(measured: Sequence[Measured]) -> Iterator[tuple[str, str, str]]:
    """Each figure that is wanted, what it must reach, and what it reached in this run."""

    def p50(question: str, clients: int, of: str) -> float:
        return _p50(measured, question, clients, of)

    def rate(question: str, clients: int, of: str) -> float:
        return next((m.rate for m in _found(measured, question, clients, of)), float("nan"))

    for driver, said in (("driver", "as it comes"), ("driver with our instants", "with our reading of instants")):
        one = p50("trace", 1, "zeren") / p50("trace", 1, driver)
        yield f"Trace, p50 at 1 client, against the bare driver {said}", "≤ 1.7 ×", f"{one:.2f} ×"
        many = rate("trace", 16, "zeren") / rate("trace", 16, driver)
        yield f"Trace, requests/s at 16 clients, against the bare driver {said}", "≥ 0.6 ×", f"{many:.2f} ×"
    if _found(measured, "chain", 16, "@neo4j/graphql"):
        peer = rate("chain", 16, "zeren") / rate("chain", 16, "@neo4j/graphql")
        yield "Chain, requests/s at 16 clients, against @neo4j/graphql on Apollo", "≥ 1.2 ×", f"{peer:.2f} ×"
    for m in _found(measured, "trace", 16, "zeren"):
        yield "Trace, p99 / p50 at 16 clients", "≤ 4", f"{m.p99 / m.p50:.1f}"
    worklist = p50("worklist", 1, "zeren") / p50("RETURN 1", 1, "plain Strawberry")
    yield "Worklist of 50, p50, against RETURN 1 over HTTP", "≤ 6 ×", f"{worklist:.1f} ×"
    scan = p50("overview, counts alone", 1, "driver") / p50("overview, counts alone", 1, "zeren")
    yield "Overview, counts alone, against scanning Cypher", "≤ 1/100", f"1/{scan:.1f}"
    for who in ("leader", "clerk"):
        yield f"AccountableFor first 100: {who}, p50", "≤ 10 ms", f"{p50(f'accountable for, {who}', 1, 'zeren'):.1f} ms"
    leaves = p50(LEAVES, 1, "zeren") / p50(LEAVES, 1, "orjson")
    yield f"{LEAVES[0].upper()}{LEAVES[1:]}, against orjson of the same data", "≤ 10 ×", f"{leaves:.1f} ×"
    yield (
        "ReportProblem with its ledger events, 16 clients",
        "≥ 500/s",
        f"{rate('report a problem', 16, 'zeren'):,.0f}/s",
    )


def keep(every: Sequence[Figures], file: Path) -> None:
    """So that runs of several sizes can be written together."""
    file.write_bytes(orjson.dumps([asdict(figures) for figures in every]))


def kept(file: Path) -> list[Figures]:
    return [
        Figures(
            **row
            | {
                "loaded": Loaded(**row["loaded"]),
                "measured": [Measured(**one) for one in row["measured"]],
                "load": tuple(row["load"]),
            }
        )
        for row in orjson.loads(file.read_bytes())
    ]


def write(every: Sequence[Figures], folder: Path) -> None:
    """Put the figures between their marks in performance.md, smallest county first, and the largest's chart beside."""
    every = sorted(every, key=lambda figures: figures.loaded.problems)
    page = folder / "performance.md"
    text = page.read_text("utf-8")
    parts = ["\n".join(summary(every)) + "\n", *(_questions(figures) for figures in every)]
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    page.write_text(f"{before}{BEGIN}\n{chr(10).join(parts)}{END}{after}", "utf-8", newline="\n")
    (folder / "performance.svg").write_text(chart(every[-1]), "utf-8", newline="\n")


ROW, LEFT, WIDTH = 20, 330, 860
COLOURS = {"zeren": "#1f6f54", "driver": "#8a8a8a"}


def chart(figures: Figures) -> str:
    """Bars of p50 at one client, and of requests in a second at sixteen: each question on a scale of its own."""
    lines: list[str] = []
    y = 30
    for clients, what in ((1, "p50, ms, 1 client"), (16, "requests/s, 16 clients")):
        chosen = [m for m in figures.measured if m.clients == clients and m.question in ("trace", "worklist", "chain")]
        for question, found in groupby(chosen, lambda m: m.question):
            bars = [(m.system, m.p50 if clients == 1 else m.rate) for m in found]
            lines.append(f'<text x="10" y="{y}" font-weight="bold">{question}: {what}</text>')
            y += ROW
            most = max(value for _, value in bars)
            for system, value in bars:
                wide = max(1.0, value / most * (WIDTH - LEFT - 80))
                colour = COLOURS.get(system.split()[0], "#c9a227")
                shown = f"{value:,.2f}" if clients == 1 else f"{value:,.0f}"
                lines += [
                    f'<text x="{LEFT - 8}" y="{y}" text-anchor="end">{system}</text>',
                    f'<rect x="{LEFT}" y="{y - 11}" width="{wide:.0f}" height="13" fill="{colour}"/>',
                    f'<text x="{LEFT + wide + 6:.0f}" y="{y}">{shown}</text>',
                ]
                y += ROW
            y += ROW // 2
    title = f"{figures.loaded.problems:,} problems; each question on a scale of its own"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 10}" viewBox="0 0 {WIDTH} {y + 10}" '
        'font-family="sans-serif" font-size="13">\n'
        f'<title>{title}</title>\n<rect width="100%" height="100%" fill="#ffffff"/>\n' + "\n".join(lines) + "\n</svg>\n"
    )
