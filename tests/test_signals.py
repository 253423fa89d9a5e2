"""A signal that raises, between any two opcodes of a call."""

import os
import subprocess
import sys

import pytest

INTERRUPTS = """
import signal, sys
from random import Random
from versionchain import MemoryStore
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.sqlite import SQLiteBackend

backend = MemoryBackend() if sys.argv[1] == "memory" else SQLiteBackend(sys.argv[1])
store, random, interrupts = MemoryStore(backend), Random(1), 0
lock = backend._writing if sys.argv[1] == "memory" else backend._process.writing
signal.signal(signal.SIGALRM, signal.default_int_handler)
first = store.add("ada", "text")

def interrupted():
    signal.setitimer(signal.ITIMER_REAL, random.random() * 0.0003 + 1e-6)
    store.delete_memory(store.add("ada", "text").id)
    signal.setitimer(signal.ITIMER_REAL, 0)

for _ in range(1500):
    try:
        interrupted()
    except KeyboardInterrupt:
        interrupts += 1
    assert not lock._lock.locked() and not lock.mine, "a lock is held"
assert interrupts > 100 and store.verify().ok
"""


@pytest.mark.parametrize("where", ["memory", "a file"])
def test_an_interrupt_leaves_no_lock(where, tmp_path):
    """Not when it comes between taking the lock and noting so, either."""
    target = where if where == "memory" else str(tmp_path / "agent.db")
    # Not measured by coverage: an interrupt inside the measuring itself would stop it for good.
    unmeasured = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTS, target],
        env=unmeasured,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
