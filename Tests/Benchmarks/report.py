"""From what was measured to a table: each line with what it is compared to, the ratio, and the aim."""

import pathlib
import re
from typing import NamedTuple


class Row(NamedTuple):
    what: str
    bursar: str
    beside: str
    ratio: str
    aim: str
    #: Whether the aim is reached; None where there is none.
    reached: bool | None


def number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def share(value: float) -> str:
    return f"{value:.0f}×" if value >= 10 else f"{value:.2f}×"


def rows(results: dict) -> list[Row]:
    found: list[Row] = []
    for part in (start, throughput, known, memory, sizes, pending, processes, counted):
        found += part(results)
    return found


def start(results: dict) -> list[Row]:
    if "start" not in results:
        return []
    measured, found = results["start"], []
    ours = measured["bursar"]
    for what, title, aim in (
        ("first_answer_ms", "start to first answer, ms", 60),
        ("first_call_ms", "start to first charge done, ms", None),
    ):
        for peer in ("FastMCP", "mcp"):
            ratio = measured[peer][what] / ours[what]
            is_aim = aim is not None and peer == "FastMCP"
            found.append(Row(
                title, number(ours[what]), f"{number(measured[peer][what])} {peer}", share(ratio),
                f"≥ {aim}×, < 10 ms" if is_aim else "",
                ratio >= aim and ours[what] < 10 if is_aim else None))
    return found


def throughput(results: dict) -> list[Row]:
    found = []
    aims = {("1", "raw"): 0.7, ("64", "raw"): 0.5, ("1", "FastMCP"): 3, ("64", "FastMCP"): 20}
    for in_flight, measured in results.get("throughput", {}).items():
        ours = measured["bursar"]["per_second"]
        title = f"charges/s, {in_flight} in flight"
        beside = [("raw", "raw SQLite", measured["raw"])]
        beside += [(peer, peer, measured[peer]["per_second"]) for peer in ("FastMCP", "mcp")]
        for key, name, value in beside:
            aim = aims.get((in_flight, key))
            found.append(Row(
                title, number(ours), f"{number(value)} {name}", share(ours / value),
                f"≥ {aim}×" if aim else "", ours / value >= aim if aim else None))
        for what, title in (("p50_us", "p50"), ("p99_us", "p99")):
            found.append(Row(
                f"{title} of a charge, {in_flight} in flight, ms",
                number(measured["bursar"][what] / 1000),
                f"{number(measured['FastMCP'][what] / 1000)} FastMCP",
                share(measured["FastMCP"][what] / measured["bursar"][what]), "", None))
    return found


def known(results: dict) -> list[Row]:
    return [
        Row(f"{title}, {in_flight} in flight", number(value), "", "", "", None)
        for work, title in (("repeat", "repeated charges/s"), ("status", "status/s"))
        for in_flight, value in results.get(work, {}).items()
    ]


def memory(results: dict) -> list[Row]:
    if "memory" not in results:
        return []
    measured = results["memory"]
    found = []
    if "start" in results:
        idle, peer = (results["start"][name]["idle_kb"] for name in ("bursar", "FastMCP"))
        found.append(Row(
            "memory idle, MB", number(idle / 1024), f"{number(peer / 1024)} FastMCP",
            share(idle / peer), "", None))
    fastmcp = measured["fastmcp_kb"]
    for key, where in (("processor_outside_kb", "processor outside"),
                       ("sandbox_inside_kb", "sandbox inside, with its books")):
        value = measured[key]
        found.append(Row(
            f"memory after {measured['calls']:,} charges, {where}, MB", number(value / 1024),
            f"{number(fastmcp / 1024)} FastMCP", share(value / fastmcp), "< 20 MB, ≤ 0.2×",
            value < 20 * 1024 and value <= 0.2 * fastmcp))
    return found


def sizes(results: dict) -> list[Row]:
    measured = results.get("sizes", {})
    if not measured:
        return []
    found, smallest = [], measured["1000"]
    for size, values in measured.items():
        count = f"{int(size):,} operations"
        ratio = values["p50_us"] / smallest["p50_us"]
        found.append(Row(
            f"p50 of a charge with {count}, ms", number(values["p50_us"] / 1000),
            f"{number(smallest['p50_us'] / 1000)} with 1,000", share(ratio),
            "≤ 1.25×" if size != "1000" else "", ratio <= 1.25 if size != "1000" else None))
        found.append(Row(
            f"start to first answer with {count}, ms", number(values["first_answer_ms"]), "",
            "", "< 20 ms", values["first_answer_ms"] < 20))
        found.append(Row(
            f"memory with {count}, MB", number(values["peak_kb"] / 1024), "", "", "", None))
    for size, took in results.get("made", {}).items():
        if int(size) >= 10_000_000:
            found.append(Row(
                f"a ledger of {int(size):,} operations made, s", number(took), "", "", "< 300 s",
                took < 300))
    return found


def pending(results: dict) -> list[Row]:
    if "pending" not in results:
        return []
    answer = results["pending"]["first_answer_ms"]
    return [Row("start to first answer with 10,000 pending, ms", number(answer), "", "", "< 50 ms",
                answer < 50)]


def processes(results: dict) -> list[Row]:
    measured = results.get("processes", {})
    found = []
    for servers, value in measured.items():
        ratio = value / measured["1"]
        is_aim = servers == "16"
        found.append(Row(
            f"charges/s, {servers} processes on one ledger", number(value),
            "" if servers == "1" else f"{number(measured['1'])} with one",
            "" if servers == "1" else share(ratio), "≥ 0.6×, no error" if is_aim else "",
            ratio >= 0.6 if is_aim else None))
    return found


def counted(results: dict) -> list[Row]:
    names = {
        "instructions": "instructions a charge", "allocations": "allocations a charge",
        "syncs": "syncs a charge", "ledger_writes": "writes to the ledger a charge",
        "stream_writes": "writes to streams a charge", "file_looks": "looks at files a charge",
    }
    return [
        Row(f"{names[name]}, {in_flight} in flight", number(value), "", "", "", None)
        for in_flight, values in results.get("counts", {}).items()
        for name, value in values.items()
    ]


def cells(row: Row) -> list[str]:
    reached = {True: "yes", False: "no", None: ""}[row.reached]
    return [row.what, row.bursar, row.beside, row.ratio, row.aim, reached]


HEAD = ["", "Bursar", "beside", "ratio", "aim", "reached"]


def named(machine: dict) -> str:
    return (f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB,"
            f" {machine['system']}, Linux {machine['kernel']}")


def table(found: list[Row], machine: dict) -> str:
    lines = [HEAD] + [cells(row) for row in found]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    text = [f"{named(machine)}; load when it began: {machine['load_at_start']:.1f}", ""]
    for line in lines:
        text.append("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    return "\n".join(text)


def write_readme(path: pathlib.Path, found: list[Row], machine: dict) -> None:
    """The table between its two marks in the README."""
    lines = [f"On {named(machine)}; what stands beside each other was measured in one run, by turns.", ""]
    found = [row for row in found if row.aim or row.what.endswith("a charge, 1 in flight")]
    lines.append("| " + " | ".join(HEAD[:4]) + " |")
    lines.append("|---|--:|--:|--:|")
    lines += ["| " + " | ".join(cells(row)[:4]) + " |" for row in found]
    text = path.read_text()
    marked = re.compile(r"(<!-- performance: Tests/bench.sh --readme -->\n).*(<!-- end -->)", re.S)
    if not marked.search(text):
        raise SystemExit(f"{path} has no place for the table.")
    path.write_text(marked.sub(lambda found: found.group(1) + "\n".join(lines) + "\n" + found.group(2), text))
