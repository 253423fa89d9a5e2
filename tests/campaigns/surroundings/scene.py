"""What a scene is, and what is looked at when it is over.

May live here: opening a file with options of chance, and comparing what it holds with what was
acknowledged. May not be known here: any scene.
"""

from collections.abc import Callable, Collection
from pathlib import Path
from random import Random
from typing import Any, Final

from attrs import define

from versionchain import MemoryStore
from versionchain.testing.looking import walk

from ..campaign import Run
from ..machine import Pools

WAIT: Final = 10.0
"""How long a writer waits for another, in seconds; longer than anybody here writes."""


@define
class Scene:
    """One try.

    Attributes:
        run: where it is counted, and what is found.
        name: how it is told from others, with the seed.
        random: where its chances come from.
        folder: an empty folder.
        calls: random calls to choose from.
    """

    run: Run
    name: str
    random: Random
    folder: Path
    calls: Pools

    @property
    def path(self) -> Path:
        """The store's file."""
        return self.folder / "scene.db"

    def opened(self, path: Path | None = None, **options: Any) -> MemoryStore:
        """A store on the file."""
        options = {"busy_timeout": WAIT, "durability": self.durability()} | options
        return MemoryStore.open(path or self.path, **options)

    def durability(self) -> Any:
        """One or the other."""
        return self.random.choice(("full", "normal"))

    def expect(self, holds: bool, what: str) -> None:
        """Finds `what` where it does not hold."""
        self.run.expect(holds, f"{self.name}: {what}")

    def holds(self, store: MemoryStore, must: Collection[str], may: Collection[str] = ()) -> None:
        """Finds what a store lacks of the texts that it must hold, and what it holds beside."""
        texts = [memory.content for memory in walk(store.memories, "ada")]
        report = store.verify()
        self.expect(report.ok, f"verify: {report.violations[:3]}")
        missing, strange = {*must} - {*texts}, {*texts} - {*must} - {*may}
        self.expect(not missing, f"lost: {sorted(each[:30] for each in missing)}")
        self.expect(not strange, f"nobody's: {sorted(each[:30] for each in strange)}")
        self.expect(len(texts) == len({*texts}), "something is there twice")

    def reopened(
        self, must: Collection[str], may: Collection[str] = (), path: Path | None = None
    ) -> None:
        """The same of the file, opened again; and somebody else can write."""
        with self.opened(path, busy_timeout=1.0) as store:
            self.holds(store, must, may)
            self.expect(store.add("grace", "goes on").number == 1, "nobody can write")


Play = Callable[[Scene], None]
