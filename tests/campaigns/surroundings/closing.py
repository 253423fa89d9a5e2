"""A store that is closed while other threads use it."""

import threading
import time
from typing import Any

from versionchain import MemoryStore, StoreClosedError
from versionchain.backends.memory import MemoryBackend
from versionchain.testing.looking import walk

from .scene import Scene


class _User(threading.Thread):
    """A thread that reads or writes until the store is closed.

    Attributes:
        kept: the texts that were acknowledged.
        tried: the text whose call did not come back.
        error: what ended it.
        closed: set once the store is.
    """

    def __init__(self, store: MemoryStore, name: str, kind: str, closed: threading.Event) -> None:
        super().__init__(name=name)
        self._store = store
        self._kind = kind
        self._closed = closed
        self.kept: list[str] = []
        self.tried: list[str] = []
        self.error: Exception | None = None

    def run(self) -> None:
        number = 0
        try:
            while True:
                late = self._closed.is_set()
                self.tried = [f"{self.name} {number} {part}" for part in range(3)]
                number += 1
                self._use()
                assert not late, "a call of a closed store came back"
        except Exception as error:  # noqa: BLE001  # the scene looks at it
            self.error = error

    def _use(self) -> None:
        store: Any = self._store
        if self._kind == "reads":
            assert store.versions("ada", limit=1).items[0].content == "before"
            walk(store.versions, "ada", limit=7)
        elif self._kind == "adds":
            store.add("ada", self.tried[0])
            self.kept.append(self.tried[0])
        else:
            with store.transaction() as tx:
                for text in self.tried:
                    tx.add("ada", text)
            self.kept += self.tried


def close(scene: Scene) -> None:
    """Each call of each thread is answered rightly or refused by name, and no text is lost."""
    random, file = scene.random, scene.random.random() < 0.7
    store = scene.opened() if file else MemoryStore(MemoryBackend(busy_timeout=10))
    store.add("ada", "before")
    closed = threading.Event()
    kinds = random.choices(("reads", "adds", "blocks"), k=random.randint(1, 4))
    users = [_User(store, f"thread {n}", kind, closed) for n, kind in enumerate(kinds)]
    for user in users:
        user.start()
    time.sleep(random.random() ** 2 * 0.03)
    store.close()
    closed.set()
    for user in users:
        user.join(20)
        scene.expect(not user.is_alive(), "a thread hangs")
        scene.expect(isinstance(user.error, StoreClosedError), f"a thread: {user.error!r}")
    if file:
        kept = {text for user in users for text in user.kept}
        scene.reopened({"before", *kept}, {text for user in users for text in user.tried})
