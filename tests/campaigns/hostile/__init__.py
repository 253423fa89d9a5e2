"""Hostile files: noticed, in bounded time, and left as they were.

Files that are foreign, cut, or damaged at any byte, with and without a log beside them; schemas
with a trigger, a view, a column, a version that is not versionchain's; rows bent by hand against
each thing that always holds. Each is opened, verified and read whole, now and as of an older
revision. What may come of it:

- an error of the store's own: CorruptStoreError, SchemaVersionError or another StorageError;
- a `verify()` that names what does not hold;
- or, where bytes were damaged, the very same data as before.

Two things can't be noticed, since the file holds nothing to compare with. A flipped bit inside a
text, a count or a time that stands in one place alone gives another text, count or time: the
fields of `opening.FREE`, and nothing else, may differ unnoticed. And a damaged log is cut short by
SQLite where its checksums end, as after a power loss: the store is as it was after an earlier
commit, whole. A file of no bytes is a new store, and so is an empty database of nobody's.

No other exception comes out, none takes longer than two seconds, and the file's bytes stay as they
were; but for the log, which SQLite moves into the file when the last connection closes.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Final

from versionchain import CorruptStoreError, SchemaVersionError

from ..campaign import Campaign, Run
from ..vfs import in_memory
from . import bending, damage
from .faults import FAULTS
from .opening import Outcome, TooLong, cleared, examined, judged, watched
from .rows import ROWS
from .schemas import SCHEMAS, Statements
from .sound import Sound, made


class Try:
    """One file after another, spoilt and opened."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "hostile.db"
        self._plain = [made(folder, page, log=False) for page in (512, 4096)]
        self._logged = [made(folder, page, log=True) for page in (512, 4096)]
        self._turn = 0
        self._decks: dict[str, list[str]] = {}
        self.outcome = Outcome()

    def control(self) -> Iterator[str]:
        """A sound file is as it was."""
        for sound in (*self._plain, *self._logged):
            damage.put(self.path, sound.file, sound.log)
            yield from self._judged(sound, free=False, older=False)

    def damaged(self, random: Random) -> Iterator[str]:
        """Bytes of the file."""
        sound = random.choice(self._plain)
        spoil = random.choices(_SPOIL, _WEIGHTS)[0]
        damage.put(self.path, spoil(random, sound.file), None)
        yield from self._judged(sound, free=True, older=False)

    def logged(self, random: Random) -> Iterator[str]:
        """Bytes of the log, or of the file under it."""
        sound = random.choice(self._logged)
        spoil = random.choices(_SPOIL, _WEIGHTS)[0]
        file, log = sound.file, sound.log or b""
        in_log = random.random() < 0.7
        damage.put(
            self.path,
            file if in_log else spoil(random, file),
            spoil(random, log) if in_log else log,
        )
        yield from self._judged(sound, free=not in_log, older=True)

    def foreign(self, random: Random) -> Iterator[str]:
        """A file that is none of versionchain's."""
        name = self._next(random, "foreign", damage.FOREIGN)
        damage.put(self.path, damage.FOREIGN[name](random), None)
        yield from self._refused(name)

    def no_file(self, random: Random) -> Iterator[str]:
        """A folder, a pipe."""
        make = random.choice([Path.mkdir, os.mkfifo])
        make(self.path)
        yield from self._refused(make.__name__)

    def altered(self, random: Random) -> Iterator[str]:
        """A schema that is not versionchain's any more."""
        name = self._next(random, "schemas", SCHEMAS)
        damage.put(self.path, random.choice(self._plain).file, None)
        if not bending.apply(self.path, SCHEMAS[name], random):
            yield f"{name}: nothing was altered"
        yield from self._refused(name)
        refused = self.outcome.refused.get("open")
        kind = SchemaVersionError if "newer" in name else CorruptStoreError
        if refused is not None and type(refused) is not kind:
            yield f"{name}: {refused!r} is not {kind.__name__}"

    def bent(self, random: Random) -> Iterator[str]:
        """Rows that break what always holds."""
        name = self._next(random, "rows", ROWS)
        yield from self._bent(random, name, ROWS[name], loose=False)

    def mistyped(self, random: Random) -> Iterator[str]:
        """Values of another type."""
        name, statements = bending.mistyped(random)
        yield from self._bent(random, name, statements, loose=True)

    def _next(self, random: Random, deck: str, names: Iterable[str]) -> str:
        """Each name once before any comes again."""
        if not self._decks.get(deck):
            self._decks[deck] = random.sample(list(names), len(list(names)))
        return self._decks[deck].pop()

    def _bent(
        self, random: Random, name: str, statements: Statements, *, loose: bool
    ) -> Iterator[str]:
        sound = random.choice(self._plain)
        damage.put(self.path, sound.file, None)
        if not bending.apply(self.path, statements, random, loose=loose) and not loose:
            yield f"{name}: nothing was bent"
        for finding in self._judged(sound, free=loose, older=False):
            yield f"{name}: {finding}"
        if not loose and not self.outcome.noticed:
            yield f"{name}: not noticed"

    def _refused(self, name: str) -> Iterator[str]:
        for finding in self._opened(0):
            yield f"{name}: {finding}"
        yield from (f"{name}: {each}" for each in self.outcome.raw)
        if "open" not in self.outcome.refused:
            yield f"{name}: it was opened"

    def _judged(self, sound: Sound, *, free: bool, older: bool) -> Iterator[str]:
        self._turn += 1
        yield from self._opened(1 + self._turn % max(sound.newest))
        yield from judged(self.outcome, sound, free=free, older=older)

    def _opened(self, revision: int) -> Iterator[str]:
        log = Path(f"{self.path}-wal").exists()
        before = self.path.read_bytes() if self.path.is_file() else None
        self.outcome = Outcome()
        try:
            with watched():
                self.outcome = examined(self.path, revision)
        except TooLong:
            yield "it took too long"
        if before is not None and not log and self.path.read_bytes() != before:
            yield "the file's bytes were changed"
        cleared(self.path)


_SPOIL: Final = (damage.cut, damage.flipped, damage.overwritten, damage.shifted)
_WEIGHTS: Final = (20, 50, 25, 5)

SORTS: Final[dict[str, tuple[Callable[[Try, Random], Iterator[str]], int]]] = {
    "damaged": (Try.damaged, 35),
    "logs": (Try.logged, 12),
    "foreign": (Try.foreign, 4),
    "no files": (Try.no_file, 1),
    "schemas": (Try.altered, 13),
    "bent": (Try.bent, 25),
    "mistyped": (Try.mistyped, 10),
}


def run(run: Run) -> None:
    """Files, one after another."""
    names, weights = list(SORTS), [weight for _, weight in SORTS.values()]
    with in_memory(run.folder) as folder:
        tries = Try(folder)
        for finding in tries.control():
            run.found(f"a sound file: {finding}")
        while run.more():
            number = run.counts["files"] + 1
            random = Random(f"{run.seed}/{number}")
            sort = random.choices(names, weights)[0]
            for finding in SORTS[sort][0](tries, random):
                run.found(f"seed {run.seed}, file {number}, {sort}: {finding}")
            run.count("files")
            run.count(sort)
            run.count(_verdict(tries.outcome))


def _verdict(outcome: Outcome) -> str:
    if "open" in outcome.refused:
        return "refused at opening"
    return "named by verify()" if outcome.noticed else "the same, or free text"


CAMPAIGN: Final = Campaign(
    name="hostile",
    goal={"files": 10_000},
    promise=(
        "A foreign, damaged or altered file is refused or named by `verify()`, in two seconds, and"
        " left as it was"
    ),
    run=run,
    faults=FAULTS,
    share=100,
    patience=600,
)
