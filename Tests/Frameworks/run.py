"""Agent frameworks against the real binary: every framework through every scenario.

    python3 run.py BINARY                   the light set
    python3 run.py BINARY --others          the frameworks that are not in it
    python3 run.py BINARY --all --readme    every framework; the README's table is written anew
    python3 run.py BINARY --only NAME --scenario NAME

Each cell has a home, a processor (`bursar sandbox`) and a server of its own. Asked is what the
model read, how often the server was called, and, as the truth, what the processor's books hold. The
programs of `examples/` are run too.
"""

import argparse
import concurrent.futures
import json
import pathlib
import sys
import tempfile

import examples
import table
from environments import Environments
from frameworks import FRAMEWORKS
from harnesses import Harness
from scenarios import SCENARIOS
from world import World

PACKAGE = pathlib.Path(__file__).resolve().parents[2]


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--all", action="store_true", help="every framework")
    parser.add_argument("--others", action="store_true", help="those not in the light set")
    parser.add_argument("--only", action="append", help="just that framework")
    parser.add_argument("--scenario", action="append", help="just that scenario")
    parser.add_argument("--json", type=pathlib.Path, help="where the cells go")
    parser.add_argument("--transcripts", type=pathlib.Path, help="where the recordings go")
    parser.add_argument("--readme", action="store_true", help="write the README's table")
    parser.add_argument("--jobs", type=int, default=8, help="frameworks at once")
    return parser.parse_args()


def chosen(order):
    named = set(order.only or [])
    unknown = named - {framework.name for framework in FRAMEWORKS}
    if unknown:
        sys.exit(f"No such framework: {', '.join(sorted(unknown))}")
    if named:
        return [framework for framework in FRAMEWORKS if framework.name in named]
    return [each for each in FRAMEWORKS if order.all or each.is_light != order.others]


def live(framework, scenarios, python, order):
    """One framework through all scenarios, in one process of its own."""
    cells = []
    with Harness(python, framework) as harness:
        for scenario in scenarios:
            with tempfile.TemporaryDirectory(prefix="bursar-") as folder:
                with World(pathlib.Path(folder), order.binary, scenario) as world:
                    told = harness.ask(world.job())
                    cells.append(world.judged(framework, told))
                if order.transcripts:
                    world.keep(order.transcripts / framework.slug / scenario.name)
            cell = cells[-1]
            print(f"  {cell.mark} {framework.name}: {scenario.name}, {cell.words}", flush=True)
    return cells


def main():
    order = options()
    order.binary = order.binary.resolve()
    frameworks = chosen(order)
    scenarios = [
        scenario
        for scenario in SCENARIOS
        if not order.scenario or scenario.name in order.scenario
    ]
    environments = Environments(PACKAGE / ".build")
    wrong = [f"{name} is run by no framework" for name in examples.strangers(FRAMEWORKS)]
    with concurrent.futures.ThreadPoolExecutor(order.jobs) as pool:
        lives, shown = [], []
        for framework in frameworks:
            python = environments.python(framework.environment)
            lives.append(pool.submit(live, framework, scenarios, python, order))
            if framework.example:
                shown.append(pool.submit(examples.faults, framework.example, python, order.binary))
        cells = [cell for each in lives for cell in each.result()]
        wrong += [fault for each in shown for fault in each.result()]
    if order.json:
        order.json.write_text(json.dumps([cell.facts() for cell in cells], indent=1) + "\n")
    print(table.grid(cells))
    for cell in cells:
        wrong += [f"{cell.framework.name}, {cell.scenario.name}: {fault}" for fault in cell.faults]
    if order.readme:
        table.write(cells)
    elif not order.scenario:
        wrong += [f"the README does not say: {line}" for line in table.missing(cells)]
    for sentence in wrong:
        print(f"this does not hold: {sentence}")
    held = sum(cell.holds for cell in cells)
    print(f"{held} of {len(cells)} cells hold, {len(shown)} examples ran")
    sys.exit(1 if wrong else 0)


main()
