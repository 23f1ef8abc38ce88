"""How fast and how small: measures the released program, the limit of the disk under it and the servers one
could use instead, all in one run and by turns, and says each as a ratio.

bench.py BINARY TOOLS PYTHON [--quick] [--json FILE] [--readme FILE]

TOOLS is the folder with the compiled driver, the raw limit and the maker of ledgers (load.c, raw.c,
ledger.c); PYTHON an interpreter that has the servers compared with. Times mean little on a busy machine;
ratios taken by turns and what is counted (counts.py) mean more.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import counts
import report

HERE = pathlib.Path(__file__).resolve().parent
HELLO = {
    "jsonrpc": "2.0", "id": 0, "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {},
               "clientInfo": {"name": "bench", "version": "1"}},
}
CHARGE = {
    "jsonrpc": "2.0", "id": 1, "method": "tools/call",
    "params": {"name": "charge",
               "arguments": {"reference": "INV-10000001", "customer": "cus_98765432", "amount": 1234,
                             "currency": "USD", "payment_method": "pm_card_visa"},
               "_meta": {"dev.bursar/run": "run-98765"}},
}
PEERS = {"FastMCP": "fastmcp_server.py", "mcp": "lowlevel_server.py"}


class Processor:
    """A sandbox in a process of its own, over HTTP on loopback, while this lasts; the policy in a folder is
    told its port. With `faults`, what moves money is carried out and never answered."""

    def __init__(self, binary: str, place: pathlib.Path, faults: bool = False) -> None:
        self.command = [binary, "sandbox", "--port", "0", "--books", str(place / "books.json")]
        self.policy = place / "policy.jsonc"
        if faults:
            plan = place / "faults.jsonc"
            rules = [{"match": {"kind": "confirm"}, "fault": "drop_after"},
                     {"match": {"method": "GET"}, "fault": "drop_after"}]
            plan.write_text(json.dumps({"rules": rules}))
            self.command += ["--faults", str(plan)]

    def __enter__(self) -> "Processor":
        self.child = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        port = self.child.stdout.readline().rsplit(":", 1)[1].strip()
        self.policy.write_text(self.policy.read_text().replace("PORT", port))
        return self

    def __exit__(self, *_) -> None:
        self.child.terminate()
        self.child.wait()


class Bench:
    def __init__(self, options: argparse.Namespace, folder: str) -> None:
        self.binary = str(pathlib.Path(options.binary).resolve())
        self.tools = pathlib.Path(options.tools).resolve()
        self.python = str(pathlib.Path(options.python).absolute())
        self.is_quick = options.quick
        self.folder = pathlib.Path(folder)
        self.next = 30_000_000
        self.places = 0
        self.results: dict = {}
        self.environment = {
            "HOME": folder, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(HERE),
            "STRIPE_API_KEY": "sk_test_of_nobody",
        }

    def say(self, sentence: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)

    def place(self, policy: str = "policy.jsonc") -> pathlib.Path:
        """A new folder with a policy; its ledger lies beside it."""
        self.places += 1
        place = self.folder / str(self.places)
        place.mkdir()
        shutil.copy(HERE / policy, place / "policy.jsonc")
        return place

    def load(self, command: list[str], calls: int, in_flight: int = 1, work: str = "charge",
             servers: int = 1, first: int | None = None) -> dict:
        """What the driver says of so many calls. New charges get references nobody had before."""
        if first is None:
            first = self.next
            self.next += calls
        done = subprocess.run(
            [str(self.tools / "load"), "-w", work, "-n", str(calls), "-k", str(in_flight),
             "-p", str(servers), "-f", str(first), "--", *command],
            env=self.environment, capture_output=True, text=True, timeout=1200)
        if done.returncode != 0:
            sys.exit(f"The driver failed on {command}:\n{done.stderr[-2000:]}")
        return json.loads(done.stdout)

    def ours(self, place: pathlib.Path) -> list[str]:
        return [self.binary, "serve", "--policy", str(place / "policy.jsonc")]

    def peer(self, name: str, place: pathlib.Path) -> list[str]:
        return [self.python, str(HERE / PEERS[name]), str(place / "peer.db")]

    def raw(self, operations: int, group: int) -> float:
        place = self.place()
        done = subprocess.run(
            [str(self.tools / "raw"), "-n", str(operations), "-k", str(group), str(place / "raw.db")],
            capture_output=True, text=True, timeout=1200, check=True)
        shutil.rmtree(place)
        return json.loads(done.stdout)["per_second"]

    def by_turns(self, rounds: int, *measures) -> list[list]:
        """Each measure's results, taken one after the other, again and again."""
        found = [[] for _ in measures]
        for _ in range(rounds):
            for results, measure in zip(found, measures):
                results.append(measure())
        return found

    # What is measured, in the order of the table.

    def start(self) -> None:
        self.say("start")
        ours, peers = self.place(), {name: self.place() for name in PEERS}
        self.load(self.ours(ours), 10)
        ours_starts, *peer_starts = self.by_turns(
            3 if self.is_quick else 7, lambda: [self.load(self.ours(ours), 1) for _ in range(5)],
            *(lambda name=name: [self.load(self.peer(name, peers[name]), 1)] for name in PEERS))
        self.results["start"] = {
            name: {
                what: statistics.median(run[what] for turn in turns for run in turn)
                for what in ("first_answer_ms", "first_call_ms", "idle_kb")
            }
            for name, turns in [("bursar", ours_starts), *zip(PEERS, peer_starts)]
        }

    def throughput(self) -> None:
        rounds, scale = (1, 1) if self.is_quick else (3, 4)
        self.results["throughput"] = {}
        for in_flight in (1, 16, 64, 256):
            self.say(f"{in_flight} calls in flight")
            calls = scale * (1500 if in_flight == 1 else 3000)
            places = {name: self.place() for name in ("bursar", *PEERS)}
            ours, raw, *peers = self.by_turns(
                rounds, lambda: self.load(self.ours(places["bursar"]), calls, in_flight),
                lambda: self.raw(calls * (1 if in_flight == 1 else 4), in_flight),
                *(lambda name=name: self.load(self.peer(name, places[name]), calls // 3, in_flight)
                  for name in PEERS))
            row = {"raw": statistics.median(raw)}
            for name, runs in [("bursar", ours), *zip(PEERS, peers)]:
                row[name] = {what: statistics.median(run[what] for run in runs)
                             for what in ("per_second", "p50_us", "p99_us")}
            self.results["throughput"][str(in_flight)] = row

    def known(self) -> None:
        """Calls that move nothing: repeats, answered from the ledger, and status."""
        self.say("repeats and status")
        place, calls = self.place(), 2000
        self.load(self.ours(place), calls, 64, first=1)
        for work in ("repeat", "status"):
            self.results[work] = {
                str(k): self.load(self.ours(place), calls, k, work, first=1)["per_second"]
                for k in (1, 64)
            }

    def memory(self) -> None:
        self.say("memory")
        calls = 2000 if self.is_quick else 10_000
        inside, outside = self.place(), self.place("stripe.jsonc")
        found = {"calls": calls,
                 "sandbox_inside_kb": self.load(self.ours(inside), calls, 64)["peak_kb"],
                 "fastmcp_kb": self.load(self.peer("FastMCP", self.place()), calls, 64)["peak_kb"]}
        with Processor(self.binary, outside):
            found["processor_outside_kb"] = self.load(self.ours(outside), calls, 64)["peak_kb"]
        self.results["memory"] = found

    def grown(self, operations: int) -> pathlib.Path:
        """A ledger with so many operations in it, made from one charge of the program's own."""
        place = self.place()
        self.one_done(place)
        began = time.monotonic()
        self.make(place, operations)
        took = time.monotonic() - began
        if operations <= 100_000:
            self.prove(place)
        self.say(f"a ledger of {operations} operations made in {took:.0f} s")
        self.results.setdefault("made", {})[str(operations)] = took
        return place

    def one_done(self, place: pathlib.Path) -> None:
        """One charge, under names that occur nowhere else."""
        lines = b"".join(json.dumps(message).encode() + b"\n" for message in (HELLO, CHARGE))
        done = subprocess.run(
            self.ours(place), env=self.environment, input=lines, capture_output=True, timeout=60)
        if b"DONE:" not in done.stdout:
            sys.exit(f"The charge is not done: {done.stdout}")

    def prove(self, place: pathlib.Path) -> None:
        """The program itself takes what was made for its own: pages, indexes, and the chain of the history."""
        for command in (["check"], ["audit", "verify"]):
            done = subprocess.run(
                [self.binary, *command, "--policy", str(place / "policy.jsonc")],
                env=self.environment, capture_output=True, text=True, timeout=600)
            if done.returncode != 0:
                sys.exit(f"bursar {' '.join(command)} does not accept the ledger made:\n{done.stdout[-2000:]}")

    def make(self, place: pathlib.Path, operations: int) -> None:
        done = subprocess.run(
            [str(self.tools / "ledger"), "-n", str(operations - 1), str(place / "ledger.db")],
            capture_output=True, text=True, timeout=3600)
        if done.returncode != 0:
            sys.exit(done.stderr)

    def sizes(self) -> None:
        sizes = (1_000, 100_000) if self.is_quick else (1_000, 100_000, 10_000_000)
        places = {size: self.grown(size) for size in sizes}
        self.say("a call in ledgers of all sizes")
        calls = 500 if self.is_quick else 2000
        # The first charges bring the branches of the indexes into memory, whatever the size.
        for place in places.values():
            self.load(self.ours(place), calls * 2, 16)
        turns = self.by_turns(
            3 if self.is_quick else 5,
            *(lambda place=place: self.load(self.ours(place), calls) for place in places.values()))
        self.results["sizes"] = {
            str(size): {
                what: statistics.median(run[what] for run in runs)
                for what in ("p50_us", "p99_us", "first_answer_ms", "first_call_ms", "peak_kb")
            }
            for size, runs in zip(sizes, turns)
        }
        shutil.rmtree(places[sizes[-1]])

    def pending(self) -> None:
        """A start while 10,000 operations wait for an answer that never came."""
        self.say("a start with 10,000 pending operations")
        place = self.place("stripe.jsonc")
        policy = place / "policy.jsonc"
        policy.write_text(policy.read_text().replace('"60s"', '"1s"'))
        with Processor(self.binary, place, faults=True):
            self.one_pending(place)
        self.make(place, 10_000)
        starts = [self.load(self.ours(place), 1, work="status", first=20_000_000) for _ in range(5)]
        self.results["pending"] = {
            what: statistics.median(start[what] for start in starts)
            for what in ("first_answer_ms", "first_call_ms")
        }

    def one_pending(self, place: pathlib.Path) -> None:
        """A charge that was made and not answered, by a server that died while it did nothing about it."""
        server = subprocess.Popen(
            self.ours(place), env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        for message in (HELLO, CHARGE):
            server.stdin.write(json.dumps(message).encode() + b"\n")
            server.stdin.flush()
            answer = server.stdout.readline()
        if b"PENDING:" not in answer:
            sys.exit(f"The charge is not pending: {answer}")
        books = sqlite3.connect(f"file:{place}/ledger.db?mode=ro", uri=True)
        while books.execute("SELECT count(*) FROM operations WHERE attempt IS NULL").fetchone()[0] == 0:
            time.sleep(0.01)
        server.kill()
        server.wait()
        books.close()

    def processes(self) -> None:
        self.results["processes"] = {}
        for servers in (1, 4, 16):
            self.say(f"{servers} processes on one ledger")
            place = self.place()
            self.load(self.ours(place), 10)
            runs = [self.load(self.ours(place), 600 if self.is_quick else 3000, servers=servers)
                    for _ in range(1 if self.is_quick else 3)]
            self.results["processes"][str(servers)] = statistics.median(
                run["per_second"] for run in runs)

    def counted(self) -> None:
        self.say("counts")
        stage = counts.Stage(self.binary, str(self.tools))
        self.results["counts"] = {str(k): counts.count(stage, k) for k in (1, 64)}


def machine() -> dict:
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    system = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())
    return {
        "processor": model.group(1) if model else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory.group(1)) / 1e6),
        "system": system.group(1) if system else platform.system(),
        "kernel": platform.release(),
        "load_at_start": os.getloadavg()[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("binary", "tools", "python"):
        parser.add_argument(name)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--readme", type=pathlib.Path)
    parser.add_argument("--only", action="append", help="one measurement by its name; may be repeated")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.tools) as folder:
        bench = Bench(options, folder)
        bench.results["machine"] = machine()
        for measure in (
            bench.start, bench.throughput, bench.known, bench.memory, bench.sizes, bench.pending,
            bench.processes, bench.counted,
        ):
            if not options.only or measure.__name__ in options.only:
                measure()
    rows = report.rows(bench.results)
    print(report.table(rows, bench.results["machine"]))
    text = json.dumps({"results": bench.results, "table": [row._asdict() for row in rows]}, indent=2)
    if options.json:
        options.json.write_text(text + "\n")
        print(f"\nAll of it: {options.json}")
    if options.readme:
        report.write_readme(options.readme, rows, bench.results["machine"])


if __name__ == "__main__":
    main()
