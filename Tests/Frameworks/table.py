"""Tables in Markdown from cells."""


def grid(cells):
    """Frameworks down, scenarios across; in a cell how often the server was called."""
    scenarios = list(dict.fromkeys(cell.scenario.name for cell in cells))
    frameworks = list(dict.fromkeys(cell.framework.name for cell in cells))
    found = {(cell.framework.name, cell.scenario.name): cell for cell in cells}
    lines = ["| framework | " + " | ".join(scenarios) + " |", "|---" * (len(scenarios) + 1) + "|"]
    for framework in frameworks:
        row = [found.get((framework, scenario)) for scenario in scenarios]
        words = [f"{cell.mark} {cell.called}" if cell else "-" for cell in row]
        lines.append(f"| {framework} | " + " | ".join(words) + " |")
    return "\n".join(lines)
