"""What a run has found, as text: for the terminal, and for docs/performance.md."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from tests.benchmarks.side_by_side.measuring import Measured
from tests.benchmarks.side_by_side.run import Figures

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def told(figures: Figures) -> str:
    """One size of the county."""
    return "\n".join(_lines(figures)) + "\n"


def _lines(figures: Figures) -> Iterator[str]:
    loaded = figures.loaded
    yield f"### {loaded.problems:,} problems"
    yield ""
    imported = ""
    if loaded.seconds:
        imported = f", imported in {loaded.seconds:.0f} s ({loaded.problems / loaded.seconds:,.0f} problems/s)"
    yield f"{loaded.events:,} events, {loaded.records:,} records{imported}."
    before, after = figures.load
    yield (
        f"Each system was asked about {figures.subjects:,} subjects by each number of clients. "
        f"Load of the machine {before:.1f} before, {after:.1f} after."
    )
    for reason in figures.left_out:
        yield f"{reason}."
    yield ""
    yield "| question | clients | system | p50, ms | p99, ms | requests/s | answers |"
    yield "| --- | ---: | --- | ---: | ---: | ---: | ---: |"
    for (question, clients), found in groupby(figures.measured, lambda m: (m.question, m.clients)):
        for one in found:
            yield (
                f"| {question} | {clients} | {one.system} | {one.p50:.2f} | {one.p99:.2f} | {one.rate:,.0f} | "
                f"{len(one.seconds):,} |"
            )
    yield ""
    memory = ", ".join(f"{name} {megabytes:,.0f}" for name, megabytes in figures.memory.items())
    yield f"Memory at the end, MB: {memory}."
    yield ""
    yield "| figure | must | reached |"
    yield "| --- | --- | --- |"
    for figure, must, reached in ratios(figures.measured):
        yield f"| {figure} | {must} | {reached} |"


def ratios(measured: Sequence[Measured]) -> Iterator[tuple[str, str, str]]:
    """What issue 7 wants, as far as this run has it. Of the two drivers the better one is what counts."""

    def found(question: str, clients: int, of: str) -> list[Measured]:
        return [m for m in measured if (m.question, m.clients) == (question, clients) and m.system.startswith(of)]

    def p50(question: str, clients: int, of: str) -> float:
        return min((m.p50 for m in found(question, clients, of)), default=float("nan"))

    def rate(question: str, clients: int, of: str) -> float:
        return max((m.rate for m in found(question, clients, of)), default=float("nan"))

    one = p50("trace", 1, "zeren") / p50("trace", 1, "driver")
    yield "Trace, p50 at 1 client, against the bare driver", "≤ 1.7 ×", f"{one:.2f} ×"
    many = rate("trace", 16, "zeren") / rate("trace", 16, "driver")
    yield "Trace, requests/s at 16 clients, against the bare driver", "≥ 0.6 ×", f"{many:.2f} ×"
    if found("chain", 16, "@neo4j"):
        peer = rate("chain", 16, "zeren") / rate("chain", 16, "@neo4j")
        yield "Chain, requests/s at 16 clients, against @neo4j/graphql on Apollo", "≥ 1.2 ×", f"{peer:.2f} ×"
    for m in found("trace", 16, "zeren"):
        yield "Trace, p99 / p50 at 16 clients", "≤ 4", f"{m.p99 / m.p50:.1f}"
    floor = p50("RETURN 1", 1, "plain")
    yield "Worklist of 50, p50, against RETURN 1 over HTTP", "≤ 6 ×", f"{p50('worklist', 1, 'zeren') / floor:.1f} ×"
    scan = p50("overview", 1, "driver") / p50("overview", 1, "zeren")
    yield "Overview, against scanning Cypher", "≤ 1/100", f"1/{scan:.1f}"
    for who in ("leader", "clerk"):
        yield f"AccountableFor first 100: {who}, p50", "≤ 10 ms", f"{p50(f'accountable for, {who}', 1, 'zeren'):.1f} ms"
    yield (
        "ReportProblem with its ledger events, 16 clients",
        "≥ 500/s",
        f"{rate('report a problem', 16, 'zeren'):,.0f}/s",
    )


def growth(every: Sequence[Figures]) -> Iterator[str]:
    """How p50 at one client grows from the smallest county to the largest."""
    least, *_, most = sorted(every, key=lambda figures: figures.loaded.problems)
    yield f"### From {least.loaded.problems:,} to {most.loaded.problems:,} problems"
    yield ""
    yield "| question | p50 grows to (must ≤ 1.3 ×) |"
    yield "| --- | ---: |"
    before = {m.question: m.p50 for m in least.measured if m.system == "zeren" and m.clients == 1}
    for m in most.measured:
        if m.system == "zeren" and m.clients == 1 and m.question in before:
            yield f"| {m.question} | {m.p50 / before[m.question]:.2f} × |"


def write(every: Sequence[Figures], folder: Path) -> None:
    """Put the figures between their marks in performance.md, and the chart beside it."""
    page = folder / "performance.md"
    text = page.read_text("utf-8")
    parts = [told(figures) for figures in every]
    if len(every) > 1:
        parts.append("\n".join(growth(every)) + "\n")
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
