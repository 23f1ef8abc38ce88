"""Every program of `examples/` in its framework's environment: what it says, and what it paid."""

import os
import pathlib
import subprocess
import tempfile

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
LONGEST = 60


def strangers(frameworks):
    """The programs that no framework names: nobody would run them."""
    named = {framework.example for framework in frameworks}
    return [path.name for path in sorted(EXAMPLES.glob("*.py")) if path.name not in named]


def faults(name, python, binary):
    """Runs a program as a new user would, in a home of its own: each thing that is wrong."""
    source = (EXAMPLES / name).read_text()
    found = []
    if len(source.splitlines()) > LONGEST:
        found.append(f"{name} has more than {LONGEST} lines")
    with tempfile.TemporaryDirectory(prefix="bursar-") as home:
        path = f"{binary.parent}:{os.environ['PATH']}"
        ran = subprocess.run(
            [python, EXAMPLES / name],
            env={"HOME": home, "PATH": path},
            cwd=home,
            capture_output=True,
            text=True,
            timeout=300,
        )
        said = [line.partition("DONE: ")[2] or line for line in ran.stdout.splitlines()]
        if ran.returncode != 0:
            found.append(f"{name} ends with {ran.returncode}: {ran.stderr[-2000:]}")
        for words in ("40.00 USD was charged", "Already done", "2 operations are known"):
            if not any(line.startswith(words) for line in said):
                found.append(f"{name} does not say {words!r}: {ran.stdout}")
        if "STOP: The cap" not in ran.stdout:
            found.append(f"{name} is not stopped: {ran.stdout}")
        journal = pathlib.Path(home) / ".local/state/bursar/ledger.db.sandbox"
        asked = journal.read_text() if journal.exists() else ""
        created = asked.count('"POST","/v1/payment_intents",')
        if created != 1:
            found.append(f"{name} made {created} payments at the sandbox and not one")
    return found
