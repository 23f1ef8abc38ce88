"""What one cell is lived in: a home, a processor, a server that writes down its wire."""

import dataclasses
import json
import pathlib
import shutil
import subprocess
import urllib.request

from scenarios import DONE

KEY = "sk_test_" + "Qx7Qx7Qx7" + "1"

# What CrewAI's ReAct loop says instead of making the same call twice in a row.
REFUSED = "I tried reusing the same input"

SERVER = """#!/bin/sh
# Each process writes a transcript of its own, named after it.
echo $$ >>'{folder}/pids'
exec '{binary}' "$@" --transcript '{folder}/transcripts/'$$
"""


@dataclasses.dataclass
class Cell:
    """One framework in one scenario, judged."""

    framework: object
    scenario: object
    readings: list
    broken: list
    # How often the model asked for a tool, and how often the server was called.
    asked: int
    called: int
    # Reference to what the processor holds, as [amount captured, how often].
    captured: dict
    faults: list
    # Where the framework makes a scenario another one, and how that was seen.
    note: str = ""

    @property
    def holds(self):
        return not self.faults

    @property
    def mark(self):
        return "ok" if self.holds else "NO"

    @property
    def words(self):
        money = ", ".join(f"{name} {sums}" for name, sums in sorted(self.captured.items()))
        runs = f", {len(self.broken)} runs broke" if self.broken else ""
        note = f" ({self.note})" if self.note else ""
        calls = f"asked {self.asked}, called {self.called}"
        return f"{calls}{runs}, captured {money or 'nothing'}{note}"

    def facts(self):
        facts = dataclasses.asdict(self)
        facts["framework"], facts["scenario"] = self.framework.name, self.scenario.name
        return facts


class World:
    def __init__(self, folder, binary, scenario):
        self.folder = folder
        self.binary = binary
        self.scenario = scenario

    def __enter__(self):
        for name in ("home", "transcripts", "bin"):
            (self.folder / name).mkdir()
        plan = self.folder / "faults.json"
        plan.write_text(json.dumps({"rules": self.scenario.faults}))
        self.sandbox = subprocess.Popen(
            [self.binary, "sandbox", "--port", "0", "--faults", plan],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.address = self.sandbox.stdout.readline().split()[-1]
        (self.folder / "policy.jsonc").write_text(json.dumps(self.policy()))
        (self.folder / "pids").touch()
        self.command = self.folder / "bin" / "bursar"
        self.command.write_text(SERVER.format(folder=self.folder, binary=self.binary))
        self.command.chmod(0o755)
        return self

    def __exit__(self, *_):
        self.sandbox.terminate()
        self.sandbox.stdout.read()
        self.sandbox.wait()

    def policy(self):
        return {
            "environment": "test",
            "ledger": {"path": str(self.folder / "ledger.db")},
            "processor": {
                "kind": "stripe",
                "baseURL": self.address,
                "apiKey": {"env": "STRIPE_API_KEY"},
                "backoff": "100ms",
                "jitter": "0s",
            },
            "caps": [
                {"name": "one charge", "per": "operation", "amount": "80.00", "currency": "USD"},
                {"name": "run", "per": "run", "amount": "100.00", "currency": "USD"},
            ],
            **self.scenario.policy,
        }

    @property
    def environment(self):
        return {
            "HOME": str(self.folder / "home"),
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
            "BURSAR_POLICY": str(self.folder / "policy.jsonc"),
            "BURSAR_RUN": "run-1",
            "STRIPE_API_KEY": KEY,
        }

    def job(self):
        """What a harness is asked for."""
        return {
            "scenario": self.scenario.name,
            "turns": [dataclasses.asdict(turn) for turn in self.scenario.turns],
            "command": str(self.command),
            "env": self.environment,
            "processor": self.address,
            "pids": str(self.folder / "pids"),
            "log": str(self.folder / "framework.log"),
            "limit": self.scenario.limit,
            "patience": 60,
        }

    def judged(self, framework, told):
        """The cell: whatever is wrong with it becomes one sentence."""
        settled = subprocess.run(
            [self.binary, "settle", "--policy", self.folder / "policy.jsonc", "--limit", "10"],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        wire = Wire(self.folder / "transcripts", self.folder / "pids")
        cell = Cell(
            framework=framework,
            scenario=self.scenario,
            readings=told["readings"],
            broken=told["broken"],
            asked=sum(len(turn.calls) for turn in self.scenario.turns),
            called=wire.calls,
            captured=self.captured(),
            faults=[],
        )
        if settled.returncode != 0:
            cell.faults.append(f"settle leaves something open: {settled.stdout}{settled.stderr}")
        self.judge_money(cell)
        self.judge_readings(cell, told, wire)
        if self.leaks():
            cell.faults.append("the key is in a transcript, a log or the books")
        return cell

    def captured(self):
        with urllib.request.urlopen(self.address + "/_books") as answer:
            books = json.load(answer)
        held = {}
        for intent in books["payment_intents"]:
            if intent["amount_received"]:
                reference = intent["metadata"]["bursar_reference"]
                held.setdefault(reference, []).append(intent["amount_received"])
        return held

    def judge_money(self, cell):
        expected = {name: [amount] for name, amount in self.scenario.captured.items()}
        if cell.captured != expected:
            cell.faults.append(f"the processor holds {cell.captured}, not {expected}")

    def judge_readings(self, cell, told, wire):
        if self.scenario.limit is not None and not told.get("heeds_limit", True):
            cell.note = "no limit for a call can be set"
        if told.get("killed") == 0:
            cell.note = "no server outlives its call"
        refused = sum(REFUSED in reading for turn in cell.readings for reading in turn)
        if refused:
            cell.note = f"{refused} repeated calls refused by the framework"
        if cell.called < cell.asked - refused:
            cell.faults.append(f"{cell.asked} calls were asked for and {cell.called} arrived")
        if not told["is_over"]:
            cell.faults.append(f"the run ended early: {cell.broken}")
        elif cell.broken and not any(turn.anew or not turn.reads for turn in self.scenario.turns):
            cell.faults.append(f"the run ended by itself: {cell.broken}")
        for number, turn in enumerate(self.scenario.turns):
            readings = cell.readings[number] if number < len(cell.readings) else []
            if len(readings) != len(turn.calls) and (turn.reads or readings):
                cell.faults.append(f"turn {number + 1} read {len(readings)} answers: {readings}")
            for reading in readings:
                shows = any(words in unquoted(reading) for words in turn.reads)
                if turn.reads and not shows and REFUSED not in reading:
                    cell.faults.append(f"turn {number + 1} read {reading[:400]!r}")
        seen = unquoted("\n".join(reading for turn in cell.readings for reading in turn))
        for sentence in wire.stops:
            if seen.count(sentence) < wire.stops.count(sentence):
                cell.faults.append(f"the model did not read {sentence!r}")
        self.judge_polls(cell)

    def judge_polls(self, cell):
        """While it is under way no two read the same: frameworks break off when they do."""
        polls = [
            reading
            for turn, readings in zip(self.scenario.turns, cell.readings)
            for reading in readings
            if turn.calls[0]["tool"] == "status" and DONE not in turn.reads
        ]
        arrived = [poll for poll in polls if REFUSED not in poll]
        if len(set(arrived)) < len(arrived):
            cell.faults.append("two polls read the same")

    def leaks(self):
        secret = b"Qx7Qx7Qx7"
        kept = [path for path in self.folder.rglob("*") if path.is_file()]
        return any(secret in path.read_bytes() for path in kept)

    def keep(self, folder):
        """Copies what the server's processes wrote down, in the order they began."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for number, pid in enumerate((self.folder / "pids").read_text().split()):
            source = self.folder / "transcripts" / pid
            if source.exists():
                shutil.copy(source, folder / f"{number + 1:02}")


class Wire:
    """What went over the wire, from the server's own transcripts."""

    def __init__(self, folder, pids):
        self.calls = 0
        self.stops = []
        for pid in pids.read_text().split():
            path = folder / pid
            for line in path.read_text().splitlines() if path.exists() else []:
                if line.startswith("> {"):
                    self.calls += json.loads(line[2:]).get("method") == "tools/call"
                elif line.startswith("< {"):
                    content = json.loads(line[2:]).get("result", {}).get("content", [])
                    text = content[0]["text"] if content else ""
                    if text.startswith("STOP: "):
                        self.stops.append(text.split("\n")[0])


def unquoted(text):
    """A text without the backslashes of whoever quoted it, however often."""
    while "\\\\" in text:
        text = text.replace("\\\\", "\\")
    return text.replace('\\"', '"').replace("\\'", "'")
