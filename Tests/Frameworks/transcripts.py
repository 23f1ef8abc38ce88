"""From what `run.py --transcripts` recorded to the transcripts that `swift test` replays.

    python3 Tests/Frameworks/run.py .build/release/bursar --all --transcripts RECORDINGS
    python3 Tests/Frameworks/transcripts.py RECORDINGS

Writes `Transcripts/Frameworks/FRAMEWORK/SCENARIO.transcript`: all that the framework said, when it
said it to a hundredth of a second, and what the processor answered. What the server says to that is
written by the replay itself (`RECORD=1 swift test`) and compared with what the released server said to
the framework: but for times, versions and the kind of processor they must be the same.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
from datetime import datetime

from frameworks import FRAMEWORKS
from scenarios import SCENARIOS

PACKAGE = pathlib.Path(__file__).resolve().parents[2]
TRANSCRIPTS = PACKAGE / "Tests/PaymentServerTests/Transcripts/Frameworks"
POLICY = {
    "environment": "sandbox",
    "processor": {"kind": "sandbox", "backoff": "100ms", "jitter": "0s"},
    "caps": [
        {"name": "one charge", "per": "operation", "amount": "80.00", "currency": "USD"},
        {"name": "run", "per": "run", "amount": "100.00", "currency": "USD"},
    ],
}
EVENT = re.compile(r"([>=!<#]) (.*)", re.DOTALL)
OUTCOMES = {"timeout sent": "timeout", "connection not sent": "refused"}


class Recording:
    """The wire of one cell: for each process what it heard, said, sent and was answered."""

    def __init__(self, folder):
        self.processes = [self.read(path) for path in sorted(folder.iterdir())]
        self.processes = [events for events in self.processes if events]

    @staticmethod
    def read(path):
        events, now = [], None
        for line in path.read_text().splitlines():
            if line.startswith("at "):
                now = datetime.fromisoformat(line[3:].replace("Z", "+00:00"))
            elif matched := EVENT.match(line):
                events.append((now, *matched.groups()))
        return events

    @property
    def overlaps(self):
        """Whether a process began before the one ahead of it had ended."""
        return any(
            later[0][0] < earlier[-1][0]
            for earlier, later in zip(self.processes, self.processes[1:])
        )

    @property
    def said(self):
        return [text for events in self.processes for _, kind, text in events if kind == "<"]


def converted(framework, scenario, recording):
    """The lines of a transcript, without what the server is to say."""
    lines = [
        f"# {framework.name} ({framework.environment}): {scenario.says}.",
    ]
    if recording.overlaps:
        lines.append("# Several processes at once; here they come one after the other.")
    lines += [
        "policy " + json.dumps({**POLICY, **scenario.policy}),
        "tools by name",
        "network manual",
    ]
    rules = [rule for rule in scenario.faults if rule["fault"] != "late_answer"]
    if rules:
        lines.append("faults " + json.dumps({"rules": rules}))
    sent = 0
    begun = told = recording.processes[0][0][0]
    for number, events in enumerate(recording.processes):
        if number:
            lines.append("restart")
        names = {}
        # What was due when it began; a replayed process begins with the first line it hears.
        is_due = events[0][1] == "!"
        for now, kind, text in events:
            if kind in "<!":
                if kind == "!":
                    sent += 1
                    names[text.split()[0]] = sent
                continue
            passed = tick(now, begun) - tick(told, begun)
            if passed > 0:
                lines.append(f"at +{passed / 100}s")
                told = now
            if kind == ">":
                lines.append(f"> {text}")
                if is_due:
                    lines.append("at +0s")
                is_due = False
            elif kind == "=":
                name, outcome = text.split(" ", 1)
                word = "sandbox" if outcome.isdigit() else OUTCOMES[outcome]
                lines.append(f"= {names[name]} {word}")
                del names[name]
            elif text == "the end of input":
                lines.append("end")
        # The process was gone before these were answered.
        lines += [f"= {number} executed" for number in names.values()]
    return lines


def tick(now, begun):
    return int((now - begun).total_seconds() * 100)


def timeless(line):
    """What the server said, without what differs from one day, processor or version to the next."""
    for pattern, word in [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
        (r'elapsed_seconds\\?":\d+(\.\d+)?', "ELAPSED"),
        (r"after \d+\.\d+ s", "after ELAPSED"),
        (r'"version":"\d+\.\d+\.\d+"', "VERSION"),
        (r"Test mode: no real money moves", "Sandbox: no money moves"),
        (r'"tools":\[\{.*\}\]', '"tools":["charge","refund","status"]'),
    ]:
        line = re.sub(pattern, word, line)
    return line


def compare(path, recording):
    """Where what is replayed differs from what was said."""
    replayed = [line[2:] for line in path.read_text().splitlines() if line.startswith("< ")]
    said = recording.said
    if len(replayed) != len(said):
        return f"{path.name}: {len(said)} lines were said and {len(replayed)} are replayed"
    for was, now in zip(said, replayed):
        if timeless(was) != timeless(now):
            return f"{path}:\n  said     {timeless(was)[:1200]}\n  replayed {timeless(now)[:1200]}"
    return None


def main():
    recordings = pathlib.Path(sys.argv[1])
    kept = {}
    for framework in FRAMEWORKS:
        for scenario in SCENARIOS:
            folder = recordings / framework.slug / scenario.name
            if not folder.exists():
                continue
            path = TRANSCRIPTS / framework.slug / f"{scenario.name}.transcript"
            if not path.parent.exists():
                path.parent.mkdir(parents=True)
            recording = Recording(folder)
            path.write_text("\n".join(converted(framework, scenario, recording)) + "\n")
            kept[path] = recording
    replay = subprocess.run(
        ["swift", "test", "--skip-build", "--filter", "aTranscriptComesOutAsItIsWritten"],
        cwd=PACKAGE,
        env={**os.environ, "RECORD": "1"},
        stdout=subprocess.DEVNULL,
    )
    if replay.returncode != 0:
        sys.exit("The replay fails: swift test --filter aTranscriptComesOutAsItIsWritten")
    wrong = 0
    for path, recording in kept.items():
        difference = compare(path, recording)
        if difference and not recording.overlaps:
            wrong += 1
            print(difference)
    overlapping = sum(recording.overlaps for recording in kept.values())
    print(f"{len(kept)} transcripts, {overlapping} with processes at once, {wrong} differ")
    sys.exit(1 if wrong else 0)


main()
