"""A process that has imported what tests need, and forks a child for each mutant.

It reads one job a line (module, source, arguments of pytest, seconds) and answers with the
outcome: pytest's exit code, or a negative signal. The package itself is imported in the child
alone, so that the child's is the mutant's.
"""

import importlib
import importlib.abc
import importlib.machinery
import json
import os
import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs  # noqa: F401  # imported once for all children
import hypothesis.stateful  # noqa: F401
import pytest
import sortedcontainers  # noqa: F401

_OPTIONS = [
    *("-q", "-x", "-p", "no:cacheprovider", "-o", "addopts="),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # imported before pytest began
]


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module, whose source is another than its file's."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self._name = name
        self._path = path
        self._source = source

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        """The module's, where it is asked for."""
        if name != self._name:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=str(self._path))

    def exec_module(self, module: ModuleType) -> None:
        """Runs the mutant's source as the module's."""
        module.__file__ = str(self._path)
        exec(compile(self._source, str(self._path), "exec"), module.__dict__)


def judge(job: dict[str, Any]) -> int:
    """Runs the tests on the mutant, in this process. Never returns."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    signal.setitimer(signal.ITIMER_PROF, job["seconds"])
    signal.setitimer(signal.ITIMER_REAL, 10 * job["seconds"])
    name = f"versionchain.{job['module']}"
    sys.meta_path.insert(0, Mutated(name, Path(job["path"]), job["source"]))
    # Before pytest begins: its own finder would go before this one, and take the file.
    importlib.import_module(name)
    for tests in job["tests"]:
        code = pytest.main([*_OPTIONS, *tests])
        if code:
            os._exit(int(code))
    os._exit(0)


def main() -> None:
    """Serves jobs until its input ends."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                judge(json.loads(line))
            finally:
                os._exit(99)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
