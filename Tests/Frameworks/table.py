"""Tables in Markdown from cells: one for the screen, one for the README."""

import json
import pathlib

from scenarios import STOP

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
BEGIN = "<!-- written by Tests/Frameworks/run.py --all --readme -->\n"
END = "<!-- until here -->\n"
HEAD = """\
| framework | on STOP the model reads | calls: asked, arrived | charged once |
|---|---|---|---|
"""


def grid(cells):
    """Frameworks down, scenarios across; in a cell how often the server was called."""
    scenarios = list(dict.fromkeys(cell.scenario.name for cell in cells))
    lines = ["| framework | " + " | ".join(scenarios) + " |", "|---" * (len(scenarios) + 1) + "|"]
    for framework, own in by_framework(cells):
        words = {cell.scenario.name: f"{cell.mark} {cell.called}" for cell in own}
        row = [words.get(scenario, "-") for scenario in scenarios]
        lines.append(f"| {framework.name} | " + " | ".join(row) + " |")
    return "\n".join(lines)


def by_framework(cells):
    found = {}
    for cell in cells:
        found.setdefault(cell.framework, []).append(cell)
    return found.items()


def row(framework, cells):
    """One line of the README's table: over all scenarios, what is the same in every run."""
    asked = sum(cell.asked for cell in cells)
    # How often a call that timed out is sent again depends on the machine's pace.
    steady = [cell for cell in cells if cell.scenario.name != "timeout"]
    refused = sum(cell.asked - cell.called for cell in steady)
    arrived = f"{asked}, {asked - refused}" if refused else f"{asked}, all"
    named = {cell.scenario.name: cell for cell in cells}
    timed_out, killed = named["timeout"], named["kill"]
    if timed_out.called > timed_out.asked:
        arrived += "; what timed out was sent again"
    if refused:
        arrived += "; it refuses to repeat a call"
    for cell in (timed_out, killed):
        if cell.note:
            arrived += f"; {cell.note}"
    references = sum(len(cell.scenario.captured) for cell in cells)
    once = sum(sums == [amount] for cell in cells for amount, sums in paid(cell))
    version = framework.version
    first, *rest = framework.name.split(", ")
    name = ", ".join([f"{first.split()[0]} {version}", *rest])
    stopped = named["cap"].readings[1][0]
    return f"| {name} | {form(stopped)} | {arrived} | {once} of {references} |"


def paid(cell):
    return [(amount, cell.captured.get(name)) for name, amount in cell.scenario.captured.items()]


def form(reading):
    """How the sentence reaches the model."""
    if reading.strip() == STOP:
        return "the sentence"
    try:
        answer = json.loads(reading)
    except ValueError:
        return "the sentence, within the result as text"
    if answer.get("message") == STOP:
        return "the sentence, as `message`"
    return "the sentence, in the result as JSON"


def rows(cells):
    return {framework: row(framework, own) for framework, own in by_framework(cells)}


def write(cells):
    """Puts the table into the README."""
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    table = HEAD + "".join(line + "\n" for line in rows(cells).values())
    README.write_text(before + BEGIN + table + END + after)


def missing(cells):
    """The rows the README does not have as they came out."""
    readme = README.read_text().splitlines()
    return [line for line in rows(cells).values() if line not in readme]
