"""Whether a store that the power was taken from is what it may be.

May live here: opening an image, and what must hold of it. May not be known here: how it was made.
"""

import sqlite3
from pathlib import Path
from typing import Final

from attrs import Factory, define

from versionchain import MemoryStore, MemoryStoreError

from .. import rows
from .recording import FILE, TENANTS, Recording, digest

KEEPS_ALL: Final = {"full"}
"""The durabilities at which nothing that was acknowledged may be missing."""


@define
class Judge:
    """Judges images of one recorded life.

    Every image is opened as a store, its pages are checked, and every row of it is read. Tables
    with the very rows that an image before had are read and verified as a store only once.

    Attributes:
        recording: the life.
        durability: at which it was lived.
        verified: how many images were read and verified as a store.
    """

    recording: Recording
    durability: str
    verified: int = 0
    _known: dict[bytes, int | str] = Factory(dict)

    def problem(self, image: dict[str, bytes], folder: Path, cut: int) -> str | None:
        """What is wrong with an image that is opened in an empty folder, or None."""
        for name, content in image.items():
            (folder / name).write_bytes(content)
        for text in self.recording.gone(cut):
            for name, content in image.items():
                if text in content:
                    return f"an erased text is in {name}"
        try:
            state = self._state(folder / FILE)
        except (MemoryStoreError, sqlite3.Error) as error:
            return f"{type(error).__name__}: {error}"
        if isinstance(state, str):
            return state
        reached = self.recording.reached(cut)
        if self.durability in KEEPS_ALL and state < reached:
            return f"{reached} commits had been acknowledged, {state} are there"
        return None

    def _state(self, path: Path) -> int | str:
        """Which of the recorded states a file holds, or what is wrong with it."""
        with MemoryStore.open(path, durability="normal") as store:
            pages, held = rows.read(path)
            if pages != "ok":
                return f"integrity_check: {pages}"
            if held not in self._known:
                self._known[held] = self._verified(store)
                self.verified += 1
        return self._known[held]

    def _verified(self, store: MemoryStore) -> int | str:
        for tenant in TENANTS:
            report = store.for_tenant(tenant).verify()
            if not report.ok:
                return f"verify: {report.violations[:3]}"
        state = self.recording.states.get(digest(store))
        return "it holds what never was committed" if state is None else state
