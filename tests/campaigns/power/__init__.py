"""Power loss: what a disk may hold when the power goes at any moment, opened again.

A store lives a random life on a file, at FULL and at NORMAL in turn, while a VFS writes down what
was asked of the disk. From that, images are made: cut anywhere, with what was not synced dropped,
kept or torn by sectors (`disk`). Each is opened as a store and verified, and must hold exactly what
was there after one of the commits, as the same calls in memory say; at FULL no commit that was
acknowledged may be missing. What was erased must be in no file of an image.

May live here: how many lives and images, and where. May not be known here: how an image is made or
judged.
"""

from pathlib import Path
from random import Random
from typing import Any, Final

from versionchain import MemoryStoreError

from ..campaign import Campaign, Run
from ..vfs import in_memory
from .disk import images_of
from .judging import Judge
from .planted import FAULTS
from .recording import FILE, Differs, Life

KINDS: Final[tuple[tuple[Any, int], ...]] = tuple(
    (durability, every) for every in (20, 1000, 4, 100) for durability in ("full", "normal")
)
"""Of lives, in turn: how the file is synced, and how often its log is moved into it."""
IMAGES: Final = 400
"""Of one life at most; a short run has fewer, so that it has lives of both kinds."""


def run(run: Run) -> None:
    """Lives, one after another, and images of each."""
    images = max(10, int(min(IMAGES, run.limit / 4)))
    lives = 0
    with in_memory(run.folder) as folder:
        while run.more():
            random = Random(f"{run.seed}/{lives}")
            durability, every = KINDS[lives % len(KINDS)]
            about = f"seed {run.seed}, life {lives} ({durability})"
            try:
                recording = Life(folder / FILE, durability, every, random).live()
            except (Differs, MemoryStoreError) as error:
                run.found(f"{about}: {type(error).__name__}: {error}")
                break
            _empty(folder)
            run.count("acknowledged", len(recording.acknowledged))
            run.count("states", len(recording.states))
            judge = Judge(recording, durability)
            for cut, image in images_of(recording.log.entries, images, random):
                wrong = judge.problem(image, folder, cut)
                _empty(folder)
                run.count("images")
                run.count(f"images at {durability}")
                if wrong is not None:
                    run.found(f"{about}, cut {cut}: {wrong}")
                if not run.more():
                    break
            run.count("verified as a store", judge.verified)
            lives += 1


def _empty(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


CAMPAIGN: Final = Campaign(
    name="power",
    goal={"images": 100_000, "acknowledged": 10_000},
    promise=(
        "A power loss takes nothing that was acknowledged at FULL; at NORMAL it may take the last "
        "changes, never a part of one; never the file, and it brings nothing erased back"
    ),
    run=run,
    faults=FAULTS,
    share=160,
    patience=240,
)
