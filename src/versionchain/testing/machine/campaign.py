"""Long runs of the machines, whose steps are counted.

May live here: how a machine is run until it made so many steps, the same for the same seed.
May not be known here: what a step does.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from ...backends.base import Backend
from ...backends.memory import MemoryBackend
from .machines import DifferentialMachine, StoreMachine, Tally, _TwoSides

SETTINGS: Final = settings(
    max_examples=20,
    stateful_step_count=50,
    database=None,
    deadline=None,
    derandomize=False,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


class Folder:
    """Makes SQLite backends, each with a file of its own in one temporary folder."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(ignore_cleanup_errors=True)
        self._files = 0

    def make(self) -> Backend:
        """A backend on a new file. Power losses are not part of a run, so syncing is left out."""
        from ...backends.sqlite import SQLiteBackend

        self._files += 1
        return SQLiteBackend(Path(self._folder.name) / f"{self._files}.db", durability="normal")

    def remove(self) -> None:
        """Takes the folder away with all that is in it."""
        self._folder.cleanup()


def machine(name: str, folder: Folder, tally: Tally) -> type[_TwoSides]:
    """The machine for a backend's name.

    Args:
        name: "memory" or "sqlite" for that backend against the model; "both" for the two of them
            side by side.
        folder: where files go.
        tally: where its steps are counted.
    """
    counted = {"tally": tally}
    if name == "both":
        made = {
            "make_backend": lambda _: MemoryBackend(),
            "make_other_backend": lambda _: folder.make(),
        }
        return type("BothMachine", (DifferentialMachine,), {**made, **counted})
    maker: Callable[[], Backend] = MemoryBackend if name == "memory" else folder.make
    made = {"make_backend": lambda _: maker()}
    return type(f"{name.title()}Machine", (StoreMachine,), {**made, **counted})


def run(name: str, steps: int, number: int) -> Tally:
    """Runs a machine until it made at least so many steps.

    Args:
        name: as for `machine`.
        steps: how many steps at least.
        number: the seed; the same gives the same run.

    Returns:
        What was truly run.

    Raises:
        AssertionError: the two sides differ; Hypothesis prints the shortest run that shows it.
    """
    tally, folder = Tally(), Folder()
    try:
        while tally.steps < steps:
            kind = seed(number)(machine(name, folder, tally))
            run_state_machine_as_test(kind, settings=SETTINGS)
            number += 1_000_003  # the next batch is another one
    finally:
        with suppress(OSError):
            folder.remove()
    return tally
