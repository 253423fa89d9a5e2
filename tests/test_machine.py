"""Each backend against the naive model, and both side by side, for as long as a default run may."""

import subprocess
import sys

from hypothesis import HealthCheck, Phase, settings

from versionchain.testing.machine.campaign import BothMachine, MemoryMachine, SQLiteMachine, run

quick = settings(
    max_examples=12,
    stateful_step_count=25,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

TestMemory = MemoryMachine.TestCase
TestSQLite = SQLiteMachine.TestCase
TestBoth = BothMachine.TestCase

TestMemory.settings = TestSQLite.settings = TestBoth.settings = quick


def test_a_run_follows_from_its_seed():
    """The same seed makes the same steps and calls."""
    first, again = (run("memory", 30, seed) for seed in (7, 7))
    assert (first.steps, first.calls) == (again.steps, again.calls)
    assert first.calls > 0


def test_the_command_says_what_it_ran():
    """It prints the seed, the steps that were truly made, and the differences."""
    command = [sys.executable, "-m", "versionchain.testing.machine", "--steps", "10", "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    said = done.stdout.split()
    assert said[:4] == ["backend", "memory,", "seed", "3:"]
    assert int(said[4]) >= 10
    assert "0 differences" in done.stdout
    assert done.stderr == ""
