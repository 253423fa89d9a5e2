"""The machines of the backends that are shipped, and long runs whose steps are counted.

May live here: how a machine is run until it made so many steps, the same for the same seed.
May not be known here: what a step does.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from ...backends.base import Backend
from ...backends.memory import MemoryBackend
from ...backends.sqlite import SQLiteBackend
from .machines import DifferentialMachine, StoreMachine, Tally, TwoSidedMachine

SETTINGS: Final = settings(
    stateful_step_count=50,
    database=None,
    deadline=None,
    derandomize=False,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)

_STRIDE: Final = 1_000_003
"""From one batch's seed to the next: no run of a near seed repeats a batch."""


class _InFolder:
    """A SQLite file in a folder of its own, which goes with the run. No run loses its power."""

    def make_file(self) -> Backend:
        self._folder = TemporaryDirectory()
        return self.open_again()

    def open_again(self, _: Backend | None = None) -> Backend:
        return SQLiteBackend(Path(self._folder.name) / "run.db", durability="normal")


class MemoryMachine(StoreMachine):
    """The backend in memory, against the model."""

    def make_backend(self) -> Backend:
        """An empty one."""
        return MemoryBackend()


class SQLiteMachine(_InFolder, StoreMachine):
    """The backend on SQLite, against the model; it is closed and opened again on the way."""

    reopens = True

    def make_backend(self) -> Backend:
        """One on a new file."""
        return self.make_file()

    def teardown(self) -> None:
        """Takes the file away too."""
        with self._folder:
            super().teardown()


class BothMachine(_InFolder, DifferentialMachine):
    """The two backends side by side."""

    def make_backend(self) -> Backend:
        """One on a new file."""
        return self.make_file()

    def make_other_backend(self) -> Backend:
        """One in memory."""
        return MemoryBackend()

    def teardown(self) -> None:
        """Takes the file away too."""
        with self._folder:
            super().teardown()


MACHINES: Final[dict[str, type[TwoSidedMachine]]] = {
    "memory": MemoryMachine,
    "sqlite": SQLiteMachine,
    "both": BothMachine,
}


def run(name: str, steps: int, number: int) -> Tally:
    """Runs a machine until it made at least so many steps.

    Args:
        name: "memory" or "sqlite" for that backend against the model; "both" for the two of them
            side by side.
        steps: how many steps at least.
        number: the seed; the same gives the same run.

    Returns:
        What was truly run.

    Raises:
        Difference: the two sides differ; Hypothesis prints the shortest run that shows it.

    Example:
        >>> run("memory", steps=10, number=1).steps >= 10
        True
    """
    tally = Tally()
    counted: dict[str, Any] = {"tally": tally}
    while tally.steps < steps:
        kind = MACHINES[name]
        batch = seed(number)(type(kind.__name__, (kind,), counted))
        runs = min(20, 1 + (steps - tally.steps) // SETTINGS.stateful_step_count)
        run_state_machine_as_test(batch, settings=settings(SETTINGS, max_examples=runs))
        number += _STRIDE
    return tally
