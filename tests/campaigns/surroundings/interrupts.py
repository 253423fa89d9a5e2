"""A KeyboardInterrupt at any moment of a call or a block."""

import signal
from random import Random
from typing import Final

from versionchain import MemoryStore
from versionchain.backends.memory import MemoryBackend

from ..calling import Caller, Op, Returned
from ..forks import done, unmeasured
from ..judging import Judge, Wrong
from .scene import Scene

MANY: Final = 20
"""Interrupts in one scene."""


def interrupt(scene: Scene) -> None:
    """The store is as before the operation or as after it, and goes on: no lock was left."""

    def interrupted(pipe: int) -> None:  # a child, since the signal's handler is the process's
        unmeasured()
        _Interrupted(scene).live()

    said = done(interrupted)
    scene.expect(not said, said)
    scene.run.count("interrupts", MANY)


class _Interrupted:
    def __init__(self, scene: Scene) -> None:
        self._random = Random(scene.random.random())
        self._judge = Judge()
        self._told: list[Op | Returned] = []
        caller = Caller(1, self._random, scene.calls, self._judge.held, self._told.append)
        if scene.random.random() < 0.5:
            self._store = scene.opened(busy_timeout=1.0, **caller.options)
        else:
            self._store = MemoryStore(MemoryBackend(busy_timeout=1.0), **caller.options)
        self._caller = caller
        self._armed = False
        signal.signal(signal.SIGALRM, self._ring)

    def live(self) -> None:
        """Operations, most of them let be, some interrupted."""
        for number in range(1, 4 * MANY + 1):
            op = self._caller.chosen(number)
            if number % 4:
                self._caller.make(self._store, op)
                continue
            self._interrupt(op)
            self._judge.hear(self._told)
            try:
                self._judge.check(self._store)
            except Wrong as wrong:
                raise AssertionError(f"after an interrupt of {op}: {wrong}") from None
            self._told.clear()
            self._caller.held = self._judge.held
        self._store.close()

    def _interrupt(self, op: Op) -> None:
        seconds = self._random.random() ** 2 * 0.002 + 1e-6
        self._armed = True
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            self._caller.make(self._store, op)
        except KeyboardInterrupt:
            return
        self._armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, *_: object) -> None:
        if self._armed:  # one that comes late is nobody's
            self._armed = False
            raise KeyboardInterrupt
