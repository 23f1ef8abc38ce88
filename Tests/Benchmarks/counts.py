"""What one charge costs in things that can be counted: instructions and allocations (callgrind), commits,
syncs and writes (strace). The same on a busy machine as on an idle one.

counts.py BINARY TOOLS [--budget FILE [--write]]

TOOLS is the folder with the compiled driver. With a budget, every count has to be within the given
share of it; `--write` makes the counts the new budget.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FEW, MANY = 64, 320


class Stage:
    """One folder with a policy and a ledger of its own for each run."""

    def __init__(self, binary: str, tools: str) -> None:
        self.binary = str(pathlib.Path(binary).resolve())
        self.load = str(pathlib.Path(tools).resolve() / "load")

    def run(self, calls: int, in_flight: int, tracer: list[str]) -> str:
        """The tracer's report on a server that made so many charges and ended."""
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(HERE / "policy.jsonc", folder)
            report = f"{folder}/report"
            command = [self.load, "-e", "-n", str(calls), "-k", str(in_flight), "--"]
            command += [word.replace("REPORT", report) for word in tracer]
            command += [self.binary, "serve", "--policy", f"{folder}/policy.jsonc"]
            done = subprocess.run(
                command,
                env={"HOME": folder, "SWIFT_DETERMINISTIC_HASHING": "1", "PATH": "/usr/bin:/bin"},
                capture_output=True,
                text=True,
                timeout=600,
            )
            if done.returncode != 0:
                sys.exit(f"The driver failed: {done.stderr[-2000:]}")
            return pathlib.Path(report).read_text(errors="replace")


def callgrind(report: str) -> dict[str, int]:
    """Instructions, and calls of malloc's family."""
    instructions = int(re.search(r"^(?:summary|totals): (\d+)", report, re.M).group(1))
    names: dict[str, str] = {}
    allocations = 0
    called = ""
    for line in report.splitlines():
        if line.startswith("cfn=") or line.startswith("fn="):
            number, _, name = line.partition("=")[2].partition(" ")
            if name:
                names[number] = name
            if line.startswith("cfn="):
                called = names[number]
        elif line.startswith("calls=") and called.split("@")[0].split("'")[0] in {
            "malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign",
        }:
            allocations += int(line[6:].split()[0])
    return {"instructions": instructions, "allocations": allocations}


def strace(report: str) -> dict[str, int]:
    """Calls of the kernel by what they are for."""
    found = {
        columns[-1]: int(columns[3])
        for columns in (line.split() for line in report.splitlines())
        if len(columns) >= 5 and columns[3].isdigit()
    }
    return {
        "syncs": found.get("fdatasync", 0) + found.get("fsync", 0),
        "ledger_writes": found.get("pwrite64", 0),
        "stream_writes": found.get("write", 0),
        "file_looks": found.get("newfstatat", 0) + found.get("stat", 0) + found.get("fstat", 0),
    }


def count(stage: Stage, in_flight: int) -> dict[str, float]:
    """Each count for one charge: what 256 more of them add, so that the start counts for nothing."""
    counts: dict[str, float] = {}
    for tracer, read in (
        (["valgrind", "--tool=callgrind", "--callgrind-out-file=REPORT", "-q"], callgrind),
        (["strace", "-f", "-c", "-o", "REPORT"], strace),
    ):
        if shutil.which(tracer[0]) is None:
            print(f"SKIPPED: {tracer[0]} is not there, so what it counts is not known.")
            continue
        few = read(stage.run(FEW, in_flight, tracer))
        many = read(stage.run(MANY, in_flight, tracer))
        for name in few:
            counts[name] = round((many[name] - few[name]) / (MANY - FEW), 2)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("tools")
    parser.add_argument("--budget", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    stage = Stage(options.binary, options.tools)
    counts = {f"in_flight_{k}": count(stage, k) for k in (1, 64)}
    if options.budget is None:
        print(json.dumps(counts, indent=2))
        return
    if options.write:
        budget = {"within": 0.1, "each charge": counts}
        options.budget.write_text(json.dumps(budget, indent=2) + "\n")
        return
    budget = json.loads(options.budget.read_text())
    wrong = 0
    for group, limits in budget["each charge"].items():
        for name, limit in limits.items():
            if name not in counts[group]:
                continue
            is_within = abs(counts[group][name] - limit) <= budget["within"] * limit
            wrong += not is_within
            print(
                f"{'ok  ' if is_within else 'OUT '} {group} {name}: {counts[group][name]},"
                f" budget {limit} within {budget['within']:.0%}"
            )
    if wrong:
        sys.exit(
            f"{wrong} counts are out of their budget. Cheaper or dearer on purpose? Then"
            " Tests/bench.sh --write-budget makes these the new one."
        )


if __name__ == "__main__":
    main()
