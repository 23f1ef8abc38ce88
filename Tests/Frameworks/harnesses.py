"""A process in a framework's own environment that is asked for one scenario at a time."""

import json
import os
import pathlib
import select
import signal
import subprocess

HARNESS = pathlib.Path(__file__).parent / "harness.py"


class Harness:
    """Begun when it is first asked, and anew after it was ended for being silent too long."""

    def __init__(self, python, framework):
        self.command = [python, "-X", "faulthandler", HARNESS, framework.module, framework.option]
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.end()

    def ask(self, job):
        """What the harness tells of a job; of one that never ends, that it broke."""
        if self.process is None:
            log = open(pathlib.Path(job["log"]), "a")
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # A framework reports to its makers unless told not to; nothing here may.
                env={**os.environ, **SILENCE},
                start_new_session=True,
            )
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        seconds = job["patience"] * 3 + 60
        if select.select([self.process.stdout], [], [], seconds)[0]:
            line = self.process.stdout.readline()
            if line:
                return json.loads(line)
        self.end()
        return {"readings": [], "broken": ["the harness ended or was silent"], "is_over": False}

    def end(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process = None


SILENCE = {
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_DISABLE_TRACKING": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "OTEL_SDK_DISABLED": "true",
    "AGNO_TELEMETRY": "false",
    "LANGSMITH_TRACING": "false",
    "OPENAI_AGENTS_DISABLE_TRACING": "1",
    "PYTHONUNBUFFERED": "1",
}
