"""Runs in a framework's own environment: drives its client or agent loop through scenarios.

    python harness.py MODULE OPTION

reads one job a line from standard input and answers each with one line: what the model read, why
runs broke, how many servers were killed, and whether a limit for a call could be set. Whatever the
framework prints goes to standard error.
"""

import asyncio
import importlib
import json
import os
import pathlib
import signal
import sys
import time
import urllib.request


class Script:
    """The scripted model: it knows its turns beforehand and writes down what it reads."""

    def __init__(self, job):
        self.turns = job["turns"]
        self.pids = pathlib.Path(job["pids"])
        self.processor = job["processor"]
        self.place = -1
        self.readings = [[] for _ in self.turns]
        # How many servers were killed; None before it was tried.
        self.killed = None

    @property
    def is_over(self):
        return self.place >= len(self.turns)

    def begin(self):
        """A new run takes up the turn that was not finished; one that may fail is not repeated."""
        if self.place >= 0 and not self.may_fail:
            self.place -= 1

    @property
    def may_break(self):
        return self.may_fail or self.turns[self.place]["anew"]

    @property
    def may_fail(self):
        return 0 <= self.place < len(self.turns) and not self.turns[self.place]["reads"]

    def next(self, readings=None):
        """Takes what the last turn's calls gave and says the next calls; None at the end."""
        if readings is not None and 0 <= self.place < len(self.turns):
            self.readings[self.place] = [str(reading) for reading in readings]
            turn = self.turns[self.place]
            if turn["anew"] and not self.shows(turn["reads"]):
                return None
        self.place += 1
        if self.is_over:
            return None
        turn = self.turns[self.place]
        if turn["heals"]:
            urllib.request.urlopen(f"{self.processor}/_faults", b'{"rules": []}').close()
        time.sleep(turn["thinks"])
        if turn["kills"] and self.killed is None:
            self.kill()
        return turn["calls"]

    def shows(self, words):
        return all(
            any(word in reading for word in words) for reading in self.readings[self.place]
        )

    def kill(self):
        """Kills every server of this cell that still runs."""
        self.killed = 0
        for pid in self.pids.read_text().split():
            # The number of one that has ended may be another's by now.
            try:
                command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
                if str(self.pids.parent).encode() in command:
                    os.kill(int(pid), signal.SIGKILL)
                    self.killed += 1
            except (FileNotFoundError, ProcessLookupError):
                pass
        time.sleep(0.2)


def innermost(error):
    """What went wrong, without the task groups around it."""
    while getattr(error, "exceptions", None):
        error = error.exceptions[0]
    return error


def live(module, option, job):
    """Runs until the script is over. A turn that may be begun anew gets two more runs."""
    script = Script(job)
    broken = []
    for _ in range(3):
        script.begin()
        try:
            asyncio.run(asyncio.wait_for(module.converse(job, script, option), job["patience"]))
        except BaseException as error:
            cause = innermost(error)
            broken.append(f"{type(cause).__name__}: {cause}"[:500])
            if script.place < 0 or script.is_over or not script.may_break:
                break
        if script.is_over:
            break
    return {
        "readings": script.readings,
        "broken": broken,
        "is_over": script.is_over,
        "killed": script.killed,
        "heeds_limit": option in getattr(module, "HEEDS_LIMIT", {option}),
    }


def main():
    name, option = sys.argv[1], sys.argv[2]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path.insert(0, str(pathlib.Path(__file__).parent / "clients"))
    module = importlib.import_module(name)
    for line in sys.stdin:
        answers.write(json.dumps(live(module, option, json.loads(line))) + "\n")
        answers.flush()


main()
