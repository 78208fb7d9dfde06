"""The switch: a copy of the code with one fault in it, to see that the tests notice.

python -m tests.faults.planting          lists the faults
python -m tests.faults.planting NAME     plants one and runs the tests that must catch it (exit 0: caught)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("hub", "consent", "policies", "connectors", "workers", "tests", "docs")
SECONDS = 240


@dataclass(frozen=True, slots=True)
class Fault:
    """One change of one file that makes the hub wrong, and the tests that must fail with it.

    `word` picks those of the file that have it in their names: the fewer run, the sooner all faults are through.
    """

    name: str
    path: str
    right: str
    wrong: str
    caught_by: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the code that faults are planted in, one at a time."""

    folder: Path

    @contextmanager
    def with_fault(self, fault: Fault) -> Iterator[None]:
        """The copy is wrong while the block runs; LookupError when the code no longer reads as the fault says."""
        path = self.folder / fault.path
        text = path.read_text(encoding="utf-8")
        if text.count(fault.right) != 1:
            raise LookupError(f"{fault.name}: {fault.path} holds the passage {text.count(fault.right)} times, not once")
        path.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")

    def run(self, tests: str, *, word: str = "") -> subprocess.CompletedProcess[str]:
        """Run these tests on the copy, up to the first that fails; with `word` those that have it in their names."""
        shared = os.environ.get("DOLEN_SHARED", str(ROOT.parent / "shared"))
        # The copy's own folder comes first, before the installed project; no byte code of another fault is met.
        env = {**os.environ, "PYTHONPATH": str(self.folder), "DOLEN_SHARED": shared, "PYTHONDONTWRITEBYTECODE": "1"}
        env["DOLEN_PLANTED"] = "1"
        chosen = f"not postgres and {word}" if word else "not postgres"
        command = [sys.executable, "-m", "pytest", "-x", "--no-header", "--tb=line", "-k", chosen, *tests.split()]
        return subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, check=False, timeout=SECONDS
        )


def copy_into(folder: Path) -> Copy:
    """Copy the code into `folder`."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return Copy(folder)


def is_caught(copy: Copy, fault: Fault) -> bool:
    """Whether the tests fail, as tests do, with this fault planted (an error while collecting does not count)."""
    with copy.with_fault(fault):
        done = copy.run(fault.caught_by, word=fault.word)
    return done.returncode == 1 and " failed" in done.stdout


def main() -> int:
    """See the module."""
    from tests.faults.planted_faults import FAULTS

    if len(sys.argv) == 1:
        print(*(f"{fault.name}  ({fault.path})" for fault in FAULTS), sep="\n")
        return 0
    fault = next(one for one in FAULTS if one.name == sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        caught = is_caught(copy_into(Path(folder)), fault)
    print("caught" if caught else "NOT CAUGHT")
    return 0 if caught else 1


if __name__ == "__main__":
    sys.exit(main())
