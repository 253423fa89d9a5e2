"""Calls made by another thread, for tests.

May live here: starting, waiting, and passing an error on. May not be known here: what is called.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

PATIENCE = 20.0
"""How long a test waits for a thread before it fails, in seconds."""


class Task(Generic[T]):
    """A call that another thread makes, begun at once.

    Args:
        call: what it calls.

    Example:
        >>> Task(lambda: 1 + 1).result()
        2
    """

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._answers: list[T] = []
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def waits(self, seconds: float = 0.05) -> bool:
        """Whether it is still at it after so many seconds."""
        self._thread.join(seconds)
        return self._thread.is_alive()

    def result(self) -> T:
        """What the call answered.

        Raises:
            BaseException: what the call raised.
            AssertionError: it did not end in time.
        """
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the other thread did not end"
        for error in self._errors:
            raise error
        return self._answers[0]

    def _run(self) -> None:
        try:
            self._answers.append(self._call())
        except BaseException as error:  # noqa: BLE001  # it is raised where the result is asked for
            self._errors.append(error)
