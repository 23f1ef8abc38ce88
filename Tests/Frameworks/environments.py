"""Virtual environments, each made once from one file of `requirements/` and kept in `.build`."""

import hashlib
import pathlib
import subprocess
import sys

REQUIREMENTS = pathlib.Path(__file__).parent / "requirements"


class Environments:
    def __init__(self, folder):
        self.folder = folder

    def python(self, name):
        """The interpreter of an environment; makes it first where there is none like that."""
        listed = REQUIREMENTS / f"{name}.txt"
        print_of_list = hashlib.sha256(listed.read_bytes()).hexdigest()[:12]
        place = self.folder / f"venv-frameworks-{name}"
        ready = place / "ready"
        python = place / "bin" / "python"
        if ready.exists() and ready.read_text() == print_of_list:
            return python
        print(f"  installing {name} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # The list is whole: nothing has to be resolved.
        subprocess.run([*install, "--no-deps", "--requirement", listed], check=True)
        ready.write_text(print_of_list)
        return python
