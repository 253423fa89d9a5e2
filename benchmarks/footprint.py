"""What the library takes besides time: memory, disk, and how long it is until it is there.

May live here: bytes a version, import time, cold opening. May not be known here: the workloads.

Each figure comes from a fresh child process, so that none sees what another left behind.
"""

import gc
import json
import os
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from attrs import frozen

from .data import Data
from .subjects import Subject, own
from .workloads import A_CONTACT, GROUP, load, revise

_ROOT: Final = Path(__file__).parents[1]
_IMPORT: Final = "import versionchain"
_MODULES: Final = "import sys, versionchain; print(*sys.modules)"
_ADDS: Final = 100
_BASE: Final = frozenset({"versionchain", "attr", "attrs", "sortedcontainers"})
_LONG: Final = 4_000


@frozen
class Figure:
    """One thing that was measured.

    Attributes:
        what: what it is.
        subject: whose.
        durability: at which; "" where that has no meaning.
        value: how much.
        unit: "bytes" or "seconds".
    """

    what: str
    subject: str
    durability: str
    value: float
    unit: str


def subject_of(kind: str, durability: str) -> Subject:
    """The library or the floor at a durability. O(1)."""
    return next(each for each in own() if (each.kind, each.durability) == (kind, durability))


def run(
    *,
    n: int,
    open_bytes: int,
    seed: int = 1,
    starts: int = 10,
    folder: Path | None = None,
    say: Callable[[Figure], None] = lambda _: None,
) -> list[Figure]:
    """Measures everything here.

    Args:
        n: how many versions a store has.
        open_bytes: how large the file is that is opened; 0: none is.
        seed: where the data's chances come from.
        starts: how many interpreters are started for the import time.
        folder: on which disk the files lie; None: the system's temporary one.
        say: told of each figure as it is there.
    """
    figures: list[Figure] = []

    def found(*values: Any) -> None:
        figures.append(Figure(*values))
        say(figures[-1])

    for kind in ("library", "floor"):
        for way in ("tracemalloc", "rss"):
            value = child("in_memory", kind, n, seed, way)
            if value is not None:
                found(f"memory a version, {way}", kind, "none", value, "bytes")
    for kind in ("library", "floor"):
        with TemporaryDirectory(dir=folder, prefix="bench") as home:
            value = child("on_disk", kind, n, seed, home)
            found("file a version", kind, "normal", value, "bytes")
    for kind in ("library", "floor"):
        with TemporaryDirectory(dir=folder, prefix="bench") as home:
            found("log an add", kind, "normal", child("logged", kind, n, seed, home), "bytes")
    found("import", "library", "", import_seconds(starts), "seconds")
    for kind in ("library", "floor") if open_bytes else ():
        with TemporaryDirectory(dir=folder, prefix="bench") as home:
            first = child("fill", kind, open_bytes, seed, home)
            for what, value in child("cold", kind, home, first).items():
                found(what, kind, "normal", value, "seconds")
    return figures


def ratios(figures: list[Figure]) -> dict[str, float]:
    """The library's figure over the floor's, for each thing that both have. O(figures)."""
    by_kind = {(each.what, each.subject): each.value for each in figures}
    return {
        what: value / by_kind[what, "floor"]
        for (what, kind), value in by_kind.items()
        if kind == "library" and (what, "floor") in by_kind
    }


def child(function: str, *values: object) -> Any:
    """What a function of this module gives, in a process of its own."""
    call = f"{function}({', '.join(map(repr, values))})"
    code = f"import json; from benchmarks.footprint import {function}; print(json.dumps({call}))"
    return json.loads(_python("-c", code))


def _python(*arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    # An installed package has its bytecode ready: here the first start of several writes it.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return done.stdout


def _fill(opened: Any, n: int, seed: int) -> None:
    """Half as many memories, each revised once."""
    data = Data(seed, n // 2 // A_CONTACT)
    for start in range(0, n // 2, GROUP):
        records = load(opened, data.memories(min(GROUP, n // 2 - start)))
        revise(opened, [record.id for record in records], 1, data)


def in_memory(kind: str, n: int, seed: int, way: str) -> float | None:
    """Bytes a version takes in memory, contents and all.

    Args:
        kind: library or floor.
        n: how many versions.
        seed: where the data's chances come from.
        way: "tracemalloc": what Python allocated; "rss": what the process grew by, None where the
            system doesn't say.
    """
    opened = subject_of(kind, "none").open(Path())
    _fill(subject_of(kind, "none").open(Path()), 200, seed)  # what is made once is there now
    gc.collect()
    if way == "tracemalloc":
        tracemalloc.start()
    before = _resident() if way == "rss" else tracemalloc.get_traced_memory()[0]
    _fill(opened, n, seed)
    gc.collect()
    after = _resident() if way == "rss" else tracemalloc.get_traced_memory()[0]
    return None if before is None or after is None else (after - before) / n


def _resident() -> int | None:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def on_disk(kind: str, n: int, seed: int, folder: str) -> float:
    """Bytes a version takes in the file, once it is closed."""
    opened = subject_of(kind, "normal").open(Path(folder) / "store.db")
    _fill(opened, n, seed)
    opened.close()
    return sum(file.stat().st_size for file in Path(folder).iterdir()) / n


def logged(kind: str, n: int, seed: int, folder: str) -> float:
    """Bytes that an add writes to the log of a store of n versions, the mean of a hundred."""
    path = Path(folder) / "store.db"
    opened = subject_of(kind, "normal").open(path)
    _fill(opened, n, seed)
    other = sqlite3.connect(path)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for each in Data(seed + 1, n // 2 // A_CONTACT).memories(_ADDS):
        opened.add(each.contact_id, each.content, metadata=each.metadata)
    grown = Path(f"{path}-wal").stat().st_size
    other.close()
    opened.close()
    return grown / _ADDS


def fill(kind: str, size: int, seed: int, folder: str) -> str:
    """Makes a file of at least so many bytes, of long memories; the id of one of them."""
    path = Path(folder) / "store.db"
    opened = subject_of(kind, "normal").open(path)
    data, first = Data(seed, 100), ""
    while path.stat().st_size < size:
        with opened.transaction() as block:
            for _ in range(GROUP):
                memory = data.memory()
                said = memory.content + " " + data.random.randbytes(_LONG // 2).hex()
                first = first or block.add(memory.contact_id, said).id
                block.add(memory.contact_id, said)
    opened.close()
    return first


def cold(kind: str, folder: str, id: str) -> dict[str, float]:
    """Seconds to open a file that is in no cache, and to read the first memory."""
    path = Path(folder) / "store.db"
    if hasattr(os, "posix_fadvise"):
        file = os.open(path, os.O_RDONLY)
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)
    subject = subject_of(kind, "normal")
    start = time.perf_counter()
    opened = subject.open(path)
    ready = time.perf_counter()
    opened.latest(id)
    read = time.perf_counter()
    opened.close()
    return {"cold open": ready - start, "cold open and first read": read - start}


def import_seconds(starts: int) -> float:
    """Seconds that the package's import adds to an interpreter's start; the best of several."""
    return _best(_IMPORT, starts) - _best("pass", starts)


def _best(code: str, starts: int) -> float:
    taken = []
    for _ in range(starts):
        start = time.perf_counter()
        _python("-c", code)
        taken.append(time.perf_counter() - start)
    return min(taken)


def imported() -> set[str]:
    """The packages beside the standard library and the base that importing ours imported."""
    bare = set(_python("-c", "import sys; print(*sys.modules)").split())
    names = {name.split(".")[0] for name in set(_python("-c", _MODULES).split()) - bare}
    return {name for name in names - _BASE if name not in sys.stdlib_module_names}
